// W2: a training step of a vision transformer, Adam, on images cut into patches in the step; the floor is its sgemm calls.
#include <memory>
#include <string>

#include "data.hpp"
#include "floors/products.hpp"
#include "harness.hpp"
#include "vit_training.hpp"

using namespace sevenfold;

namespace {

void measure(bench::Program& program, const Dataset<float>& data, const bench::VitSizes& s, std::size_t micro_batch,
             std::size_t threads) {
    const std::string metric =
        "step_ms D=" + std::to_string(s.width) + " H=" + std::to_string(s.heads) + " L=" + std::to_string(s.blocks);
    const auto train = [&](const std::string& peer, std::size_t rows, std::size_t on) {
        // Kept from one repetition to the next, so that the loss shows whether it learns.
        const auto training = std::make_shared<bench::VitTraining>(data, s, rows, on);
        program.add({peer, metric, "ms", 1e-3, on}, [training](benchmark::State& state) {
            training->step();  // fills the pool
            for (auto _ : state) training->step();
            state.counters["steps"] = static_cast<double>(training->steps());
            state.counters["loss_last20"] = training->recent_loss();
        });
    };
    train("sevenfold", micro_batch, threads);
    if (micro_batch && threads == 1) train("sevenfold, whole batch", 0, 1);
    const auto products = std::make_shared<bench::Products>(bench::vit_products(s));
    program.add({"floor", metric, "ms", 1e-3}, [products](benchmark::State& state) {
        for (auto _ : state) products->run();
        state.counters["mflop"] = products->flops() * 1e-6;
    });
}

}  // namespace

int main(int argc, char** argv) {
    bench::Program program("W2", "A training step of a vision transformer: both sizes, or the one that --width names.");
    bench::VitSizes s{.width = 0};
    std::size_t micro_batch = 8, threads = 1;
    program.option("--width", &s.width, "Width of the tokens");
    program.option("--batch", &s.batch, "Rows in a step");
    program.option("--blocks", &s.blocks, "Blocks, with --width");
    program.option("--heads", &s.heads, "Heads");
    program.option("--tokens", &s.tokens, "Tokens: an image's patches and one more");
    program.option("--micro-batch", &micro_batch, "Rows at a time, 0: all of a step");
    program.option("--threads", &threads, "Threads for the micro-batches");
    program.parse(argc, argv);

    // Fashion-MNIST's images have 50 tokens.
    const Dataset<float> data = s.tokens == 50 ? bench::fashion_or_noise().train : bench::noise_images(s);
    if (s.width) {
        measure(program, data, s, micro_batch, threads);
    } else {
        for (const auto& [width, blocks] : {std::pair<std::size_t, std::size_t>{16, 1}, {64, 4}}) {
            if (program.quick() && width > 16) break;
            s.width = width;
            s.blocks = blocks;
            measure(program, data, s, micro_batch, threads);
        }
    }
    return program.run();
}
