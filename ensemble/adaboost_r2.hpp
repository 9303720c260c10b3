// AdaBoost.R2 (Drucker 1997): boosting for values. Each round trains a regressor on a resample that prefers what the
// earlier ones got wrong; the answer is the median of theirs, weighted by how good they are.
#pragma once

#include <vector>

#include "sevenfold/ensemble/bootstrap.hpp"
#include "sevenfold/ensemble/training_data.hpp"

namespace sevenfold {

/// The loss of a row, 0..1, from L = |y − f| over the largest |y − f|.
enum class R2Loss {
    linear,       ///< L
    square,       ///< L²
    exponential,  ///< 1 − exp(−L)
};

struct AdaBoostR2Options {
    std::size_t rounds = 50;
    R2Loss loss = R2Loss::linear;
    double learning_rate = 1;
    std::uint64_t seed = 0;
};

struct R2Round {
    Estimator learner;
    double average_loss = 0;  ///< Σ w L, below 1/2
    double beta = 0;    ///< average_loss / (1 − average_loss); rows are weighted by β^((1 − L) · learning_rate)
    double weight = 0;  ///< learning_rate · ln(1 / β)

    void carry(Archive& archive) { archive(learner, average_loss, beta, weight); }
};

/// Ends early when a learner is right everywhere (it is kept, and outweighs the others) or its average loss reaches 1/2
/// (it is left out, unless it is the first one).
class AdaBoostR2 {
  public:
    /// Throws ValueError for a classifier, no rounds, or a learning rate not above 0.
    explicit AdaBoostR2(Estimator learner, AdaBoostR2Options options = {});

    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    /// With a given bag of rows for each round, instead of ones drawn by the weights. Throws ValueError for no bags.
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights,
             const std::vector<Rows>& bags);
    Array<double> predict(const Array<double>& X) const;
    AdaBoostR2 clone(std::uint64_t seed) const;
    bool can_travel() const { return learner_.can_travel(); }
    void carry(Archive& archive);
    Task task() const { return Task::regression; }

    const std::vector<R2Round>& rounds() const { return rounds_; }
    /// (rounds + 1, N): the weights before the first round and after each, summing to 1.
    const Array<double>& sample_weights() const { return sample_weights_; }
    /// (rounds, N): the answers if boosting had ended after each round.
    Array<double> staged_predict(const Array<double>& X) const;

  private:
    Estimator learner_;
    AdaBoostR2Options options_;
    std::size_t features_ = 0;
    std::vector<R2Round> rounds_;
    Array<double> sample_weights_;
};

}  // namespace sevenfold
