// A vision transformer under training, as W2 and the growth of step times measure it.
#pragma once

#include <array>

#include "floors/products.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/micro_batches.hpp"

namespace bench {

/// A batch of noise, (batch, 1, 4 · (tokens − 1), 4): images that patches of 4 x 4 cut into as many tokens.
sevenfold::Dataset<float> noise_images(const VitSizes& sizes);

class VitTraining {
  public:
    /// `rows` go through the model at a time, 0: all of a batch; on so many threads.
    VitTraining(const sevenfold::Dataset<float>& images, const VitSizes& sizes, std::size_t rows, std::size_t threads);

    /// The next batch: gathers its images, cuts them into patches, forward, backward, Adam.
    void step();
    std::size_t steps() const { return steps_; }
    /// Mean over the last 20 steps.
    double recent_loss() const;

  private:
    sevenfold::Loader<float> loader_;
    sevenfold::Epoch<float> epoch_ = loader_.epoch(0);
    sevenfold::Random random_{1};
    sevenfold::Vit<float> model_;
    sevenfold::Adam<float> optimizer_{model_.parameters()};
    sevenfold::MicroBatches<float> parts_;
    std::size_t at_ = 0, steps_ = 0;
    std::array<double, 20> losses_{};
};

}  // namespace bench
