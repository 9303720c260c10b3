// Linear models, trained by Newton's method on what the tape gives (optim/newton.hpp): ridge takes one step, logistic
// regression a few. Features need no standardizing; the weights belong to the features as they came.
#pragma once

#include "sevenfold/ensemble/estimator.hpp"

namespace sevenfold {

/// outputs (N, K) = X weights + intercept
struct LinearModel {
    Array<double> weights{};    ///< (F, K)
    Array<double> intercept{};  ///< (K,)
    std::size_t steps = 0;      ///< of Newton's method, until the gradient was 10⁻¹⁰ of what it was at first

    void carry(Archive& archive) { archive(weights, intercept, steps); }
};

struct RidgeOptions {
    double lambda = 1;  ///< 0: least squares
};

/// Smallest Σ weight (y − X w − b)² + λ |w|², with b free. Hoerl and Kennard 1970.
class Ridge {
  public:
    /// Throws ValueError: λ negative, infinite or NaN.
    explicit Ridge(const RidgeOptions& options = {});

    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    Array<double> predict(const Array<double>& X) const;
    Ridge clone(std::uint64_t) const { return Ridge(options_); }
    void carry(Archive& archive) { model_.carry(archive); }
    Task task() const { return Task::regression; }
    const LinearModel& model() const { return model_; }  ///< K = 1

  private:
    RidgeOptions options_;
    LinearModel model_;
};

struct LogisticRegressionOptions {
    double l2 = 1;  ///< the 1 / C of other libraries
};

/// Smallest −Σ weight log p(y | x) + ½ l2 |w|², with b free. For two classes p(1 | x) = sigmoid(x w + b), and K = 1; for
/// more p = softmax(x W + b), a column for each class. Cox 1958; Hastie, Tibshirani, Friedman 2009, section 4.4.
class LogisticRegression {
  public:
    /// Throws ValueError: l2 negative, infinite or NaN.
    explicit LogisticRegression(const LogisticRegressionOptions& options = {});

    /// Throws ValueError besides: one class only; classes that a plane separates when l2 = 0, for then no weights are best.
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    Array<double> predict(const Array<double>& X) const { return largest_column(probabilities(X)); }
    Array<double> probabilities(const Array<double>& X) const;
    LogisticRegression clone(std::uint64_t) const { return LogisticRegression(options_); }
    void carry(Archive& archive) { model_.carry(archive); }
    Task task() const { return Task::classification; }
    const LinearModel& model() const { return model_; }

  private:
    LogisticRegressionOptions options_;
    LinearModel model_;
};

}  // namespace sevenfold
