// The weak learner of the first boosting papers: one threshold on one column, chosen by the weighted error itself.
#pragma once

#include "sevenfold/ensemble/training_data.hpp"

namespace sevenfold {

/// Two classes, 0 and 1. Says class 1 where x(feature) > threshold if the polarity is +1, where it is ≤ if −1. Among all
/// columns, midpoints and both polarities it takes the least weighted error; a tree of depth 1 takes the purest sides
/// instead, and need not find the same. Where no column varies, or only one class is there, it says the heavier class.
class DecisionStump {
  public:
    /// Throws ValueError for classes above 1.
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    void fit(const TrainingData& data, const Array<double>& weights = {}, std::span<const std::size_t> rows = {});
    Array<double> predict(const Array<double>& X) const;
    Array<double> predict(const TrainingData& data) const;
    DecisionStump clone(std::uint64_t) const { return {}; }
    void carry(Archive& archive) { archive(features_, feature_, threshold_, error_, polarity_); }
    Task task() const { return Task::classification; }

    std::size_t feature() const { return feature_; }
    double threshold() const { return threshold_; }  ///< infinity when it always says the same class
    int polarity() const { return polarity_; }
    double error() const { return error_; }  ///< share of the weight that it gets wrong in fit

  private:
    Array<double> answers(const double* x, std::size_t rows, std::size_t stride) const;

    std::size_t features_ = 0, feature_ = 0;
    double threshold_ = 0, error_ = 0;
    int polarity_ = 1;
};

}  // namespace sevenfold
