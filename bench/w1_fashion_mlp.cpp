// W1: an epoch of Fashion-MNIST with an MLP, shuffled, cross-entropy, Adam; the floor is the sgemm calls of an epoch.
#include <map>

#include "data.hpp"
#include "floors/products.hpp"
#include "harness.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/micro_batches.hpp"

using namespace sevenfold;

namespace {

/// A model under training: a measurement goes on where the one before it stopped.
class Training {
  public:
    Training(const Split<float>& data, std::vector<std::size_t> sizes, std::size_t batch, std::size_t rows,
             std::size_t threads)
        : test_(data.test.flattened()),
          loader_(data.train.flattened(), {.batch_size = batch, .seed = 1}),
          model_(sizes, Activation::relu, random_),
          parts_(model_, classification<float>(), rows, threads) {}

    void epoch() {
        for (const Batch<float>& batch : loader_.epoch(epochs_)) {
            optimizer_.zero_grad();
            parts_.backward(batch);
            optimizer_.step();
        }
        ++epochs_;
    }
    std::size_t epochs() const { return epochs_; }
    double accuracy() { return *evaluate(model_, test_).accuracy; }

  private:
    Dataset<float> test_;
    Loader<float> loader_;
    Random random_{1};
    Mlp<float> model_;
    Adam<float> optimizer_{model_.parameters()};
    MicroBatches<float> parts_;
    std::size_t epochs_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    bench::Program program("W1", "An epoch of Fashion-MNIST with an MLP 784-..-10, Adam.");
    std::size_t batch = 64, micro_batch = 0, threads = 1;
    std::vector<std::size_t> hidden{256, 128};
    program.option("--batch", &batch, "Rows in a step");
    program.option("--hidden", &hidden, "Widths of the hidden layers");
    program.option("--micro-batch", &micro_batch, "Rows at a time, 0: all of a step");
    program.option("--threads", &threads, "Threads for the micro-batches");
    program.parse(argc, argv);

    std::vector<std::size_t> sizes{784};
    sizes.insert(sizes.end(), hidden.begin(), hidden.end());
    sizes.push_back(10);
    const Split<float> data = bench::fashion_or_noise(program.quick() ? 640 : 60000);
    const std::size_t rows = data.train.size();

    Training training(data, sizes, batch, micro_batch, threads);
    std::map<std::size_t, double> accuracy;  // after an epoch
    program
        .add({"sevenfold", "epoch_seconds", "s", 1, threads},
             [&](benchmark::State& state) {
                 for (auto _ : state) training.epoch();
                 if (training.epochs() == 3 || training.epochs() == 5)
                     accuracy[training.epochs()] = training.accuracy();
                 for (const auto& [epoch, part] : accuracy) state.counters["acc_ep" + std::to_string(epoch)] = part;
             })
        ->Iterations(1);

    const bench::Products step = bench::mlp_products(batch, sizes);
    const bench::Products last = bench::mlp_products(rows % batch, sizes);
    program
        .add({"floor", "epoch_seconds", "s"},
             [&](benchmark::State& state) {
                 for (auto _ : state) {
                     for (std::size_t b = 0; b < rows / batch; ++b) step.run();
                     last.run();
                 }
             })
        ->Iterations(1);
    return program.run();
}
