// Small estimators whose answers are known, for tests of what is measured about them.
#pragma once

#include <map>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/ensemble/estimator.hpp"

namespace estimators {

using namespace sevenfold;

/// Answers the mean of y times `factor`, whatever is asked.
class Mean {
  public:
    explicit Mean(double factor = 1) : factor_(factor) {}
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
        features_ = check_fit_data("Mean", task(), X, y, weights).features;
        mean_ = 0;
        for (const double v : y) mean_ += v / static_cast<double>(y.size());
    }
    Array<double> predict(const Array<double>& X) const {
        check_predict_data("Mean", features_, X);
        return Array<double>::full({X.shape(0)}, factor_ * mean_);
    }
    Mean clone(std::uint64_t) const { return Mean(factor_); }
    Task task() const { return Task::regression; }

  private:
    double factor_, mean_ = 0;
    std::size_t features_ = 0;
};

/// Knows the rows it was fitted to by heart, and guesses a class at random for any other; another `kind` guesses otherwise.
class ByHeart {
  public:
    explicit ByHeart(std::uint64_t seed = 0, std::uint64_t kind = 0) : seed_(seed), kind_(kind) {}
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
        features_ = check_fit_data("ByHeart", task(), X, y, weights, 2).features;
        known_.clear();
        for (std::size_t i = 0; i < y.size(); ++i) known_[X(i, 0)] = y(i);
    }
    Array<double> predict(const Array<double>& X) const {
        check_predict_data("ByHeart", features_, X);
        Random random(seed_, kind_);
        Array<double> out(Shape{X.shape(0)});
        for (std::size_t i = 0; i < out.size(); ++i) {
            const auto found = known_.find(X(i, 0));
            out(i) = found == known_.end() ? static_cast<double>(random.below(2)) : found->second;
        }
        return out;
    }
    ByHeart clone(std::uint64_t seed) const { return ByHeart(seed, kind_); }
    Task task() const { return Task::classification; }

  private:
    std::uint64_t seed_, kind_;
    std::size_t features_ = 0;
    std::map<double, double> known_;
};

}  // namespace estimators
