#include "sevenfold/ensemble/estimator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "sevenfold/ensemble/training_data.hpp"

namespace sevenfold {
namespace {

constexpr std::size_t most_classes = 65536;  // beyond it, values were passed where classes belong

constinit thread_local const Array<double>* checked_rows = nullptr;

void check_features(std::string_view estimator, const Array<double>& X) {
    if (X.rank() != 2 || X.empty())
        fail<ShapeError>(estimator, text("X ", X.shape()), "X is (rows, features), at least one of each",
                         X.rank() > 2 ? "Make each row flat with reshape." : "");
    std::size_t finite = 0;  // counted rather than looked for, which would not be done in vectors
    for (const double v : X) finite += std::abs(v) <= std::numeric_limits<double>::max();
    if (finite == X.size()) return;
    const double* bad = std::find_if(X.begin(), X.end(), [](double v) { return !std::isfinite(v); });
    const auto at = static_cast<std::size_t>(bad - X.begin());
    fail<ValueError>(estimator, text("X(", at / X.shape(1), ", ", at % X.shape(1), ") = ", *bad),
                     "features are finite numbers", "Leave such rows out or fill them in.");
}

void check_column(std::string_view estimator, std::string_view name, const Array<double>& column, std::size_t rows) {
    if (column.shape() != Shape{rows})
        fail<ShapeError>(estimator, text(name, ' ', column.shape(), " for X of ", rows, " rows"),
                         text("there is one number for each row of X, in shape ", Shape{rows}));
    for (std::size_t i = 0; i < rows; ++i)
        if (!std::isfinite(column.data()[i]))
            fail<ValueError>(estimator, text(name, '(', i, ") = ", column.data()[i]), "all numbers are finite");
}

void check_weights(std::string_view estimator, const Array<double>& weights) {
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double w = weights.data()[i];
        if (w < 0) fail<ValueError>(estimator, text("weights(", i, ") = ", w), "weights are not negative");
        sum += w;
    }
    if (!(sum > 0) || !std::isfinite(sum))
        fail<ValueError>(estimator, text("weights that sum to ", sum), "their sum is finite and above 0");
}

std::size_t count_classes(std::string_view estimator, const Array<double>& y, const Array<double>& weights,
                          std::size_t least_classes) {
    std::vector<bool> present;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double c = y.data()[i];
        if (!(c >= 0) || c >= most_classes || c != std::floor(c))
            fail<ValueError>(estimator, text("y(", i, ") = ", c),
                             text("classes are numbered 0, 1, .., ", most_classes - 1),
                             c == -1 ? "Write -1 and +1 as 0 and 1." : "A regressor takes values.");
        const auto k = static_cast<std::size_t>(c);
        if (k >= present.size()) present.resize(k + 1);
        if (weights.rank() == 0 || weights.data()[i] > 0) present[k] = true;
    }
    const auto different = static_cast<std::size_t>(std::count(present.begin(), present.end(), true));
    if (different < least_classes)
        fail<ValueError>(estimator, text("rows of ", different, different == 1 ? " class" : " classes"),
                         text("it learns to tell at least ", least_classes, " classes apart"));
    return present.size();
}

}  // namespace

void Estimator::Base::refuse_to_travel() {
    fail<ValueError>("Estimator", "one without carry", "only what says what it consists of can be sent",
                     "Give it a member void carry(Archive& archive).");
}

FitSizes check_fit_data(std::string_view estimator, Task task, const Array<double>& X, const Array<double>& y,
                        const Array<double>& weights, std::size_t least_classes) {
    check_features(estimator, X);
    const std::size_t rows = X.shape(0);
    check_column(estimator, "y", y, rows);
    if (weights.rank() > 0) {
        check_column(estimator, "weights", weights, rows);
        check_weights(estimator, weights);
    }
    return {rows, X.shape(1), task == Task::classification ? count_classes(estimator, y, weights, least_classes) : 0};
}

void check_predict_data(std::string_view estimator, std::size_t fitted_features, const Array<double>& X) {
    if (fitted_features == 0)
        fail<NotFittedError>(estimator, "not fitted", "an estimator learns before it predicts",
                             "Call fit(X, y) first.");
    if (checked_rows != &X) check_features(estimator, X);
    if (X.shape(1) != fitted_features)
        fail<ShapeError>(estimator, text("X ", X.shape()), text("fit has seen ", fitted_features, " features"));
}

CheckedRows::CheckedRows(const Array<double>& X) : outer_(std::exchange(checked_rows, &X)) {}
CheckedRows::~CheckedRows() { checked_rows = outer_; }

Array<double> weights_or_ones(const Array<double>& weights, std::size_t rows) {
    return weights.rank() == 0 ? Array<double>::ones({rows}) : weights;
}

Array<double> largest_column(const Array<double>& scores) {
    const std::size_t rows = scores.shape(0), columns = scores.shape(1);
    Array<double> out(Shape{rows});
    double* to = out.data();
    for (const double* row = scores.begin(); row != scores.end(); row += columns)
        *to++ = static_cast<double>(std::max_element(row, row + columns) - row);
    return out;
}

void Estimator::Base::fit_copied_rows(const TrainingData& data, const Array<double>& weights,
                                      std::span<const std::size_t> rows) {
    if (rows.empty()) return fit(data.X(), data.y(), weights);
    fit(data.X().rows(rows), data.y().rows(rows), weights.rank() == 0 ? weights : weights.rows(rows));
}

const Array<double>& Estimator::Base::features_of(const TrainingData& data) { return data.X(); }

Array<double> Estimator::probabilities(const Array<double>& X, std::size_t classes) const {
    if (!has_probabilities())
        fail<ValueError>("probabilities", is_classifier() ? "a classifier that only votes" : "a regressor",
                         "it has no probabilities", "Take predict.");
    const Array<double> known = model_->probabilities(X);
    const std::size_t rows = known.shape(0), seen = known.shape(1);
    if (classes <= seen) return known;
    Array<double> out = Array<double>::zeros({rows, classes});
    for (std::size_t i = 0; i < rows; ++i) std::copy_n(known.data() + i * seen, seen, out.data() + i * classes);
    return out;
}

}  // namespace sevenfold
