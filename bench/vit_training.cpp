#include "vit_training.hpp"

#include <numeric>

namespace bench {

using namespace sevenfold;

Dataset<float> noise_images(const VitSizes& s) {
    Dataset<float> noise;
    noise.features = Random(1).uniform<float>({s.batch, 1, 4 * (s.tokens - 1), 4});
    noise.labels = Labels::zeros({s.batch});
    noise.classes = s.classes;
    return noise;
}

VitTraining::VitTraining(const Dataset<float>& images, const VitSizes& s, std::size_t rows, std::size_t threads)
    : loader_(images, {.batch_size = s.batch, .seed = 1, .drop_last = true}),
      model_({.patches = s.tokens - 1,
              .patch_size = s.patch_size,
              .classes = s.classes,
              .blocks = s.blocks,
              .layer = {.width = s.width, .heads = s.heads, .hidden = 4 * s.width}},
             random_),
      parts_(model_, classification<float>(), rows, threads) {}

void VitTraining::step() {
    if (at_ == epoch_.size()) at_ = 0;
    Batch<float> batch = epoch_[at_++];
    batch.features = patches(Variable<float>(std::move(batch.features)), 4).value();
    optimizer_.zero_grad();
    losses_[steps_++ % losses_.size()] = parts_.backward(batch).loss / static_cast<double>(batch.size());
    optimizer_.step();
}

double VitTraining::recent_loss() const {
    const auto count = static_cast<std::ptrdiff_t>(std::min(steps_, losses_.size()));
    return std::accumulate(losses_.begin(), losses_.begin() + count, 0.0) / static_cast<double>(count);
}

}  // namespace bench
