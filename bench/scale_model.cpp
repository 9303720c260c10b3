// scale_model LINES.jsonl [FIGURE.svg]: fits the cost model of docs/scale.md to what scale_ranks has measured, checks it on the
// ranks measured, and draws it to 1,000 ranks. Prints Markdown.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "sevenfold/viz/plot.hpp"

using namespace sevenfold;

namespace {

constexpr double part_rows = 8, vit_parameters = 205'066, slice_bytes = 32 << 10;

// Seconds by what, ranks, size: the median of each pass, and the least.
struct Measured {
    using Values = std::map<std::string, std::map<std::size_t, std::map<double, std::vector<double>>>>;
    Values all, least_of_passes;

    double at(const std::string& what, std::size_t ranks, double size) const {
        std::vector<double> values = all.at(what).at(ranks).at(size);
        std::sort(values.begin(), values.end());
        return values[values.size() / 2];
    }
    double least(const std::string& what, std::size_t ranks, double size) const {
        const std::vector<double>& values = least_of_passes.at(what).at(ranks).at(size);
        return *std::min_element(values.begin(), values.end());
    }
    bool has(const std::string& what, std::size_t ranks) const {
        const auto found = all.find(what);
        return found != all.end() && found->second.contains(ranks);
    }
};

// y = a + b x with the smallest relative errors.
struct Fit {
    double a = 0, b = 0;
};
Fit fit_line(const std::vector<double>& x, const std::vector<double>& y) {
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double w = 1 / (y[i] * y[i]);
        n += w, sx += w * x[i], sy += w * y[i], sxx += w * x[i] * x[i], sxy += w * x[i] * y[i];
    }
    const double b = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    return {std::max(0.0, (sy - b * sx) / n), b};
}

// A training on a network. Each bucket is exchanged twice, with every other rank: 2 (N − 1) messages, 2 (N − 1) / N of its bytes.
struct Model {
    std::string name;
    double parts, seconds_a_part, seconds_alone, bytes;  // a step's parts; what every rank does by itself; of gradients
    double latency, seconds_a_byte, shown;               // of the network; share of the sums that is not hidden

    double sums(double ranks, bool tree) const {
        if (ranks < 2) return 0;
        const double buckets = std::ceil(bytes / slice_bytes / ranks),
                     messages = tree ? 2 * std::ceil(std::log2(ranks)) : 2 * (ranks - 1);
        return buckets * messages * latency + 2 * (ranks - 1) / ranks * bytes * seconds_a_byte;
    }
    double step(double ranks, double cores, bool tree = false) const {
        return seconds_alone + seconds_a_part * std::ceil(parts / ranks) * std::max(1.0, ranks / cores) +
               shown * sums(ranks, tree);
    }
    double gain(double ranks, bool tree = false) const { return step(1, 1e9) / step(ranks, 1e9, tree); }
};

Measured read(const char* path) {
    std::ifstream file(path);
    Measured out;
    for (std::string line; std::getline(file, line);) {
        const auto row = nlohmann::json::parse(line);
        out.all[row.at("what")][row.at("ranks")][row.at("size")].push_back(row.at("seconds"));
        out.least_of_passes[row.at("what")][row.at("ranks")][row.at("size")].push_back(row.at("least"));
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: scale_model LINES.jsonl [FIGURE.svg]\n");
        return 2;
    }
    const Measured m = read(argv[1]);
    const auto cores = static_cast<double>(std::thread::hardware_concurrency());

    // Compute: a step on one rank against its parts. Network: a sum on two ranks against its bytes. The least times are what
    // other work on the machine has touched least.
    std::vector<double> parts, steps, bytes, sums;
    for (const auto& [batch, seconds] : m.all.at("step").at(1)) {
        parts.push_back(batch / part_rows);
        steps.push_back(m.least("step", 1, batch));
    }
    for (const auto& [size, seconds] : m.all.at("sum").at(2)) {
        bytes.push_back(size);
        sums.push_back(m.least("sum", 2, size));
    }
    const Fit compute = fit_line(parts, steps), network = fit_line(bytes, sums);
    const double overlapped = m.at("step", 2, 64), behind = m.at("step, sums behind backward", 2, 64),
                 none = m.at("step, no sums", 2, 64);
    const double hidden = behind > none ? std::clamp((behind - overlapped) / (behind - none), 0.0, 1.0) : 1;
    Model vit{"ViT, width 64, 4 blocks, batch 64",
              8,
              compute.b,
              compute.a,
              4 * vit_parameters,
              network.a / 2,
              network.b,
              1 - hidden};

    std::printf(
        "| ranks | step, ms | speed-up | least, the model says | no sums | sums behind backward | fastest order | 64 "
        "rows a "
        "rank, ms | 50 bagged trees, s | speed-up |\n");
    std::printf("|---|---|---|---|---|---|---|---|---|---|\n");
    for (const auto& [ranks, sizes] : m.all.at("step")) {
        const double step = m.at("step", ranks, 64), alone = m.at("step", 1, 64);
        std::printf("| %zu | %.1f | %.2f | %.1f, %.1f | ", ranks, 1e3 * step, alone / step,
                    1e3 * m.least("step", ranks, 64), 1e3 * vit.step(static_cast<double>(ranks), cores));
        for (const char* what : {"step, no sums", "step, sums behind backward", "step, sums in the fastest order"})
            m.has(what, ranks) ? std::printf("%.1f | ", 1e3 * m.at(what, ranks, 64)) : std::printf("| ");
        m.has("step, 64 rows a rank", ranks)
            ? std::printf("%.1f | ", 1e3 * m.at("step, 64 rows a rank", ranks, 64 * static_cast<double>(ranks)))
            : std::printf("%.1f | ", 1e3 * alone);
        if (m.has("50 bagged trees", ranks))
            std::printf("%.3f | %.2f |\n", m.at("50 bagged trees", ranks, 50),
                        m.at("50 bagged trees", 1, 50) / m.at("50 bagged trees", ranks, 50));
        else
            std::printf("| |\n");
    }
    std::printf(
        "\nFitted: a step takes %.2f ms + %.2f ms for each part of 8 rows; a sum over two ranks %.0f us + %.3f ns a "
        "byte. Hidden "
        "behind backward on two ranks: %.0f %% of what the sums cost when they begin after it.\n\n",
        1e3 * compute.a, 1e3 * compute.b, 1e6 * network.a, 1e9 * network.b, 100 * hidden);
    std::printf("| sum of, bytes |");
    for (const double size : bytes) std::printf(" %.0f |", size);
    std::printf("\n|---|");
    for (std::size_t i = 0; i < bytes.size(); ++i) std::printf("---|");
    for (const auto& [ranks, sizes] : m.all.at("sum"))
        for (const char* what : {"sum", "sum, fastest order"}) {
            std::printf("\n| %zu ranks, %s, us |", ranks, std::string(what) == "sum" ? "fixed order" : "fastest order");
            for (const double size : bytes) std::printf(" %.0f |", 1e6 * m.at(what, ranks, size));
        }
    std::printf("\n\n");

    // Larger models by their arithmetic: 6 times parameters times tokens, at the rate of the small one.
    const double flops_of_part = 6 * vit_parameters * 50 * part_rows;
    const auto larger = [&](const std::string& name, double parameters, double tokens, double batch) {
        Model out = vit;
        out.name = name;
        out.parts = batch / part_rows;
        out.seconds_a_part = vit.seconds_a_part * 6 * parameters * tokens * part_rows / flops_of_part;
        out.seconds_alone = vit.seconds_alone * parameters / vit_parameters;
        out.bytes = 4 * parameters;
        return out;
    };
    std::vector<Model> models{vit, larger("ViT, width 64, batch 1024", vit_parameters, 50, 1024),
                              larger("ViT, width 768, 12 blocks, batch 1024", 86e6, 197, 1024)};
    std::printf(
        "| on a cluster with 10 Gbit/s and 30 us | 2 | 8 | 32 | 128 | 1000 | half of each rank is lost from "
        "|\n|---|---|---|---|---|---|---|\n");
    viz::Figure figure{.title = "What ranks would gain on a cluster (10 Gbit/s, 30 us)",
                       .x = {.title = "ranks", .log = true},
                       .y = {.title = "times as fast as one; dashed: sums along a tree", .log = true},
                       .width = 640,
                       .height = 440};
    const viz::Colour colours[] = {viz::Colour::blue, viz::Colour::orange, viz::Colour::green};
    viz::Line ideal{.name = "ideal", .colour = viz::Colour::quiet, .thin = true};
    for (const double n : {1.0, 10.0, 100.0, 1000.0}) ideal.x.push_back(n), ideal.y.push_back(n);
    figure.marks.push_back(ideal);
    for (std::size_t i = 0; i < models.size(); ++i) {
        Model& model = models[i];
        model.latency = 30e-6;
        model.seconds_a_byte = 0.8e-9;
        viz::Line flat{.name = model.name, .colour = colours[i]},
            tree{.colour = colours[i], .dashed = true, .labelled = false};
        double half = 0;
        for (double n = 1; n <= 1000; n = std::max(n + 1, std::floor(n * 1.1))) {
            flat.x.push_back(n);
            flat.y.push_back(model.gain(n));
            tree.y.push_back(model.gain(n, true));
            if (half == 0 && model.gain(n) < n / 2) half = n;
        }
        tree.x = flat.x;
        tree.name = model.name + ", along a tree";
        figure.marks.push_back(tree);
        figure.marks.push_back(flat);
        std::printf("| %s |", model.name.c_str());
        for (const double n : {2.0, 8.0, 32.0, 128.0, 1000.0}) std::printf(" %.1f |", model.gain(n));
        std::printf(half > 0 ? " %.0f |\n" : " |\n", half);
    }
    if (argc > 2) viz::save_svg(figure, argv[2]);
}
