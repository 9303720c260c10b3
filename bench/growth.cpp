// How the time of a training step grows: a vision transformer's batch, width, depth and tokens, each swept alone, beside the
// arithmetic of the step's matrix products and the time that these alone take.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "harness.hpp"
#include "sevenfold/viz/plot.hpp"
#include "vit_training.hpp"

using namespace sevenfold;

namespace {

struct Point {
    std::size_t size;
    double gflop;
    bench::Row ours, floor;
};
/// One of a step's sizes, the others as they are in VitSizes.
struct Sweep {
    std::string name;
    std::size_t bench::VitSizes::*what;
    std::vector<std::size_t> sizes;
    viz::Colour colour;
    std::vector<Point> points{};
};

Point add(bench::Program& program, const bench::VitSizes& s, const std::string& name, std::size_t size,
          std::size_t rows) {
    const std::string metric = "step_ms " + name + "=" + std::to_string(size);
    const double gflop = 1e-9 * bench::vit_products(s).flops();
    const Point point{size, gflop, {"sevenfold", metric, "ms", 1e-3}, {"floor", metric, "ms", 1e-3}};
    program.add(point.ours, [=](benchmark::State& state) {
        bench::VitTraining training(bench::noise_images(s), s, rows, 1);
        training.step();  // fills the pool
        for (auto _ : state) training.step();
        state.counters["gflop"] = gflop;
    });
    program.add(point.floor, [=](benchmark::State& state) {
        const bench::Products products = bench::vit_products(s);
        for (auto _ : state) products.run();
        state.counters["gflop"] = gflop;
    });
    return point;
}

/// p of the power law time = c · arithmeticᵖ that fits best: 1 is linear.
double power(const std::vector<double>& arithmetic, const std::vector<double>& time) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (std::size_t i = 0; i < time.size(); ++i) {
        const double a = std::log(arithmetic[i]), t = std::log(time[i]);
        n += 1, x += a, y += t, xx += a * a, xy += a * t;
    }
    return (n * xy - x * y) / (n * xx - x * x);
}

}  // namespace

int main(int argc, char** argv) {
    bench::Program program("growth", "The time of a vision transformer's training step against its sizes.");
    bench::VitSizes base{.batch = 32, .blocks = 2};
    std::size_t micro_batch = 8;
    std::string csv, svg;
    program.option("--batch", &base.batch, "Rows in a step while other sizes are swept");
    program.option("--width", &base.width, "Width");
    program.option("--blocks", &base.blocks, "Blocks");
    program.option("--tokens", &base.tokens, "Tokens");
    program.option("--micro-batch", &micro_batch, "Rows at a time, 0: all of a step");
    program.option("--csv", &csv, "Write the numbers into this file");
    program.option("--svg", &svg, "Draw them into this file");
    program.parse(argc, argv);

    std::vector<Sweep> sweeps{
        {"batch", &bench::VitSizes::batch, {4, 8, 16, 32, 64, 128}, viz::Colour::blue},
        {"width", &bench::VitSizes::width, {16, 32, 64, 128, 256}, viz::Colour::orange},
        {"blocks", &bench::VitSizes::blocks, {1, 2, 4, 8, 16}, viz::Colour::green},
        {"tokens", &bench::VitSizes::tokens, {10, 25, 50, 100, 200}, viz::Colour::purple},
    };
    for (Sweep& sweep : sweeps) {
        if (program.quick()) sweep.sizes.resize(2);
        for (const std::size_t size : sweep.sizes) {
            bench::VitSizes s = base;
            s.*sweep.what = size;
            sweep.points.push_back(add(program, s, sweep.name, size, micro_batch));
        }
    }
    const int status = program.run();

    std::ofstream table;
    if (!csv.empty()) table.open(csv);
    table << "swept,size,gflop,sevenfold_ms,floor_ms,ratio\n";
    viz::Figure figure{.title = "The time of a training step grows as its arithmetic does",
                       .x = {.title = "arithmetic of a step (GFLOP)", .log = true},
                       .y = {.title = "time of a step (ms); dashed: its bare matrix products", .log = true},
                       .width = 640,
                       .height = 440};
    for (const Sweep& sweep : sweeps) {
        viz::Line ours{.name = sweep.name, .colour = sweep.colour}, floor{.colour = sweep.colour, .dashed = true};
        viz::Points dots{.colour = sweep.colour, .radius = 3};
        for (const Point& point : sweep.points) {
            const double time = program.median(point.ours), bare = program.median(point.floor);
            table << sweep.name << ',' << point.size << ',' << point.gflop << ',' << time << ',' << bare << ','
                  << time / bare << '\n';
            ours.x.push_back(point.gflop);
            ours.y.push_back(time);
            floor.y.push_back(bare);
        }
        floor.x = dots.x = ours.x;
        dots.y = ours.y;
        ours.name +=
            " " + std::to_string(sweep.points.front().size) + " to " + std::to_string(sweep.points.back().size);
        if (!program.json())
            std::printf("%-8s time grows as arithmetic to the power %.2f, the floor's %.2f\n", sweep.name.c_str(),
                        power(ours.x, ours.y), power(floor.x, floor.y));
        figure.marks.insert(figure.marks.end(), {floor, ours, dots});
    }
    if (!svg.empty()) viz::save_svg(figure, svg);
    return status;
}
