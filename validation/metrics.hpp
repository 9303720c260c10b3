// How good answers are, beside accuracy, squared error and R² (ensemble/score.hpp).
//
// predicted and y are (N,), N > 0: class numbers or values. probabilities are (N, K), a row of K classes that sums to 1.
// All throw ShapeError when shapes do not fit, ValueError when class numbers are not 0, 1, .. .
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sevenfold/ensemble/estimator.hpp"

namespace sevenfold {

/// Mean of |predicted − y|.
double mean_absolute_error(const Array<double>& predicted, const Array<double>& y);

/// (K, K): how many rows of class i were taken for class j; K is the largest class in either, plus 1.
/// confusion_table (train/evaluate.hpp) prints it.
Array<std::int64_t> confusion_matrix(const Array<double>& predicted, const Array<double>& y);

/// How one class fares; where there is nothing to divide by, 0.
struct ClassReport {
    double precision = 0;  ///< the share of the rows taken for it that are of it
    double recall = 0;     ///< the share of its rows that were taken for it
    double f1 = 0;         ///< harmonic mean of the two
    std::size_t rows = 0;  ///< of this class
};
/// One for each class of a confusion matrix.
std::vector<ClassReport> class_reports(const Array<std::int64_t>& confusion);

/// Mean of −log p(y | x), with p at least 2⁻⁵². Classes from K on have p = 0.
double log_loss(const Array<double>& probabilities, const Array<double>& y);

/// The chance that a row of class 1 has a higher score than one of class 0, ties counted half: the area under the ROC
/// curve (Hanley and McNeil 1982). Scores are (N,). Throws ValueError unless both classes, and no others, are there.
double roc_auc(const Array<double>& scores, const Array<double>& y);

/// The rows whose chosen class got a probability in (low, high].
struct ReliabilityBin {
    double low, high;
    std::size_t rows = 0;
    double confidence = 0;  ///< mean probability of the chosen class
    double accuracy = 0;    ///< share of them that are right
};
struct Reliability {
    std::vector<ReliabilityBin> bins;
    /// Σ rows/N · |accuracy − confidence|: 0 when of all answers given with 80 % indeed 80 % are right.
    double expected_calibration_error = 0;
};
/// Guo et al. 2017, equations 2 to 5: bins of equal width, by the probability of the most likely class.
Reliability reliability(const Array<double>& probabilities, const Array<double>& y, std::size_t bins = 10);

/// What cross-validation measures of a fitted estimator. The common ones:
struct Metric {
    std::string name;
    std::function<double(const Estimator& model, const Array<double>& X, const Array<double>& y)> of;
    bool larger_is_better = true;

    static Metric accuracy();            ///< share of right classes
    static Metric error_rate();          ///< share of wrong ones
    static Metric mean_squared_error();  ///< smaller is better, as for the next one
    static Metric mean_absolute_error();
    static Metric r_squared();
    static Metric log_loss();  ///< of the probabilities, as the next one
    static Metric roc_auc();   ///< of two classes
    /// Accuracy for classifiers, R² for regressors.
    static Metric usual(Task task);

    bool better(double a, double b) const { return larger_is_better ? a > b : a < b; }
};

}  // namespace sevenfold
