// W2: a training step of a vision transformer, Adam, on images cut into patches in the step; the floor is its sgemm calls.
#include <array>
#include <memory>
#include <string>

#include "data.hpp"
#include "floors/products.hpp"
#include "harness.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/micro_batches.hpp"

using namespace sevenfold;

namespace {

/// Fashion-MNIST, whose images have 50 tokens; for other numbers noise that can be cut into as many patches.
Dataset<float> images(const bench::VitSizes& s) {
    if (s.tokens == 50) return bench::fashion_or_noise().train;
    Dataset<float> noise;
    noise.features = Random(1).uniform<float>({s.batch, 1, 4 * (s.tokens - 1), 4});
    noise.labels = Labels::zeros({s.batch});
    noise.classes = s.classes;
    return noise;
}

class Training {
  public:
    Training(const Dataset<float>& data, const bench::VitSizes& s, std::size_t rows, std::size_t threads)
        : loader_(data, {.batch_size = s.batch, .seed = 1, .drop_last = true}),
          model_({.patches = s.tokens - 1,
                  .patch_size = s.patch_size,
                  .classes = s.classes,
                  .blocks = s.blocks,
                  .layer = {.width = s.width, .heads = s.heads, .hidden = 4 * s.width}},
                 random_),
          parts_(model_, classification<float>(), rows, threads) {}

    void step() {
        if (at_ == epoch_.size()) at_ = 0;
        Batch<float> batch = epoch_[at_++];
        batch.features = patches(Variable<float>(std::move(batch.features)), 4).value();
        optimizer_.zero_grad();
        losses_[steps_++ % losses_.size()] = parts_.backward(batch).loss / static_cast<double>(batch.size());
        optimizer_.step();
    }
    std::size_t steps() const { return steps_; }
    double recent_loss() const {
        double sum = 0;
        for (const double loss : losses_) sum += loss;
        return sum / static_cast<double>(losses_.size());
    }

  private:
    Loader<float> loader_;
    Epoch<float> epoch_ = loader_.epoch(0);
    Random random_{1};
    Vit<float> model_;
    Adam<float> optimizer_{model_.parameters()};
    MicroBatches<float> parts_;
    std::size_t at_ = 0, steps_ = 0;
    std::array<double, 20> losses_{};
};

void measure(bench::Program& program, const Dataset<float>& data, const bench::VitSizes& s, std::size_t micro_batch,
             std::size_t threads) {
    const std::string metric =
        "step_ms D=" + std::to_string(s.width) + " H=" + std::to_string(s.heads) + " L=" + std::to_string(s.blocks);
    const auto train = [&](const std::string& peer, std::size_t rows, std::size_t on) {
        // Kept from one repetition to the next, so that the loss shows whether it learns.
        const auto training = std::make_shared<Training>(data, s, rows, on);
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

    const Dataset<float> data = images(s);
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
