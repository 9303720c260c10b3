// Cross-validation of any estimator: how good it is on rows that it was not fitted to, and how much that varies.
//
// A fold's estimator is clone(seed of the fold). Fits run in parallel; results do not depend on the number of threads.
// X is (N, F), y is (N,), as in ensemble/estimator.hpp. What all of these throw: ValueError for no folds, a fold that
// trains or tests no row, or that has a row in both parts; IndexError for rows that X does not have; what the estimator
// and the metric throw.
#pragma once

#include <optional>

#include "sevenfold/validation/metrics.hpp"
#include "sevenfold/validation/split.hpp"

namespace sevenfold {

/// A number from each fold, in their order.
struct Scores {
    std::vector<double> values;

    double mean() const;
    double deviation() const;       ///< divides by k
    double standard_error() const;  ///< of the mean: √(Σ (v − mean)² / (k − 1) / k); NaN for one value
};

struct CrossValidationOptions {
    std::optional<Metric> metric{};  ///< none: Metric::usual of the estimator's task
    std::uint64_t seed = 0;          ///< of the clones; fold i gets the same one whatever is validated
    std::size_t threads = 1;         ///< 0: all cores. Fit times are longer when fits share cores
};

struct CrossValidation {
    Metric metric;
    Scores train;        ///< on the rows that the fold was fitted to
    Scores test;         ///< on the rows that it was not
    Scores fit_seconds;  ///< wall time

    /// How much worse test is than train: above 0 when it is worse, whichever way the metric counts.
    double generalization_gap() const;
    /// "accuracy: train 0.98 ± 0.004, test 0.95 ± 0.012 over 5 folds, fit in 0.0021 s"; ± is the deviation.
    std::string str() const;
};

CrossValidation cross_validate(const Estimator& model, const Array<double>& X, const Array<double>& y,
                               const Folds& folds, const CrossValidationOptions& options = {});

/// The same for several estimators or settings.
struct Curve {
    std::vector<double> at;                ///< what was varied
    std::vector<CrossValidation> results;  ///< one for each

    /// Place of the best mean test score, the first of several.
    std::size_t best() const;
    /// A table: at, train, test, gap.
    std::string str(const std::string& name = "at") const;
};

/// A score for each number of training rows: of every fold's training rows the first `size` are taken. Underfitting shows
/// as curves that meet at a bad score, overfitting as a gap that more rows close. Throws ValueError besides: no sizes, or
/// one that is 0 or larger than a fold's training part.
Curve learning_curve(const Estimator& model, const Array<double>& X, const Array<double>& y, const Folds& folds,
                     const std::vector<std::size_t>& sizes, const CrossValidationOptions& options = {});

/// A score for each value of a setting, make(value) being the estimator. Throws ValueError besides: no values.
Curve validation_curve(const std::function<Estimator(double value)>& make, const std::vector<double>& values,
                       const Array<double>& X, const Array<double>& y, const Folds& folds,
                       const CrossValidationOptions& options = {});

/// Splits of a fold's training rows, from their y. [](const Array<double>& y) { return k_fold(y.size(), 3); }
using Splitter = std::function<Folds(const Array<double>& y)>;

struct OuterFold {
    std::vector<double> inner;  ///< for each candidate, the mean test score over the inner splits
    std::size_t chosen = 0;     ///< the candidate whose mean is best, the first of several
};
struct NestedCrossValidation {
    std::vector<OuterFold> outer;
    CrossValidation chosen;  ///< of the chosen candidates, each fitted to all training rows of its outer fold
    /// How often each candidate was chosen.
    std::vector<std::size_t> times_chosen() const;
};

/// Chooses on inner splits, judges on the outer fold that the choice has not seen: the estimate is of the whole
/// procedure "choose, then fit", which the best inner score would flatter (Stone 1974; Cawley and Talbot 2010). Throws
/// ValueError besides: no candidates, or candidates of different tasks.
NestedCrossValidation nested_cross_validate(const std::vector<Estimator>& candidates, const Array<double>& X,
                                            const Array<double>& y, const Folds& outer, const Splitter& inner,
                                            const CrossValidationOptions& options = {});

enum class Fit { underfitted, overfitted, well_fitted };
/// What is expected of a model. There is no default: it depends on what the task allows, and on what is good enough.
struct Expectation {
    double train;        ///< score that a model reaches on training rows if it can describe them
    double allowed_gap;  ///< a generalization gap up to this is no overfitting
};
struct Verdict {
    Fit fit;
    std::string words;  ///< the verdict and the numbers that led to it
};
/// Underfitted when the mean training score misses what is expected; else overfitted when the gap is larger than allowed;
/// else well fitted. Throws ValueError for a negative or not finite gap.
Verdict verdict(const CrossValidation& measured, const Expectation& expected);

}  // namespace sevenfold
