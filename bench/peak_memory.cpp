// Memory against time: a training step of a vision transformer with the whole batch, with micro-batches, with checkpoints
// and with both. Peak memory is what the step needs above weights, optimizer and data; times are medians.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/micro_batches.hpp"

using namespace sevenfold;

namespace {

constexpr std::size_t batch = 64, patches_of_image = 49, patch_size = 16, blocks = 12, width = 64;

struct Way {
    Way(const char* its_name, bool checkpoint, std::size_t rows)
        : name(its_name),
          model({.patches = patches_of_image,
                 .patch_size = patch_size,
                 .classes = 10,
                 .blocks = blocks,
                 .layer = {.width = width, .heads = 4, .hidden = 4 * width, .checkpoint = checkpoint}},
                random),
          parts(model, classification<float>(), rows) {}

    void step(const Batch<float>& rows) {
        optimizer.zero_grad();
        const std::ptrdiff_t before = pool::stats().live_bytes;
        pool::reset_peak();
        const auto start = std::chrono::steady_clock::now();
        parts.backward(rows);
        optimizer.step();
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        peak = pool::stats().peak_bytes - before;
    }

    const char* name;
    Random random{1};
    Vit<float> model;
    Adam<float> optimizer{model.parameters()};
    MicroBatches<float> parts;
    std::vector<double> times{};
    std::ptrdiff_t peak = 0;
};

}  // namespace

int main() {
    Random random(1);
    Batch<float> rows{random.uniform<float>({batch, patches_of_image, patch_size}), Labels::zeros({batch}), {}, {}};
    rows.rows.resize(batch);
    std::vector<std::unique_ptr<Way>> ways;
    ways.push_back(std::make_unique<Way>("whole batch", false, 0));
    ways.push_back(std::make_unique<Way>("checkpoints", true, 0));
    ways.push_back(std::make_unique<Way>("micro-batches of 8", false, 8));
    ways.push_back(std::make_unique<Way>("micro-batches of 8, checkpoints", true, 8));
    for (int run = 0; run < 9; ++run)
        for (const auto& way : ways) way->step(rows);

    std::printf("ViT width %zu, %zu blocks, batch %zu\n%-34s %10s %10s %8s\n", width, blocks, batch, "", "peak MB",
                "ms a step", "time");
    double whole = 0;
    for (const auto& way : ways) {
        std::nth_element(way->times.begin(), way->times.begin() + 4, way->times.end());
        const double median = way->times[4];
        if (whole == 0) whole = median;
        std::printf("%-34s %10.1f %10.1f %8.2f\n", way->name, static_cast<double>(way->peak) / 1e6, median,
                    median / whole);
    }
}
