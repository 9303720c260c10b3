#include "sevenfold/ensemble/decision_stump.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "sevenfold/ensemble/split_search.hpp"
#include "sevenfold/ensemble/stump_search.hpp"

namespace sevenfold {
namespace {

NodeSplit find_split(const TrainingData& data, bool every_row, const NodeLists& all, const double* signed_weights) {
    if (every_row) return best_error_split(all, data.blocks(), signed_weights);
    std::vector<std::size_t> columns(data.features());
    std::iota(columns.begin(), columns.end(), std::size_t{0});
    return best_error_split(all, columns, signed_weights);
}

}  // namespace

void DecisionStump::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    fit(TrainingData("DecisionStump", task(), X, y, weights), weights);
}

void DecisionStump::fit(const TrainingData& data, const Array<double>& weights, std::span<const std::size_t> rows) {
    if (data.task() != task() || data.classes() > 2)
        fail<ValueError>("DecisionStump", data.classes() > 2 ? text(data.classes(), " classes") : "values",
                         "a stump tells two classes apart", "DecisionTree({.max_depth = 1}) takes more.");
    BagRows bag(data.rows(), weights, rows);
    std::vector<std::uint32_t> buffer;
    const NodeLists all = root_lists(data.sorted(), bag, 1, buffer);
    pool::Vector<double> signed_weights = std::move(bag.weights);
    double weight = 0, sum = 0;
    for (std::size_t i = 0; i < data.rows(); ++i) {
        weight += signed_weights[i];
        sum += signed_weights[i] *= 2 * data.y().data()[i] - 1;
    }
    const bool one_class = std::abs(sum) == weight;
    const NodeSplit split = one_class ? NodeSplit{} : find_split(data, bag.all, all, signed_weights.data());

    features_ = data.features();
    feature_ = split.found() ? split.feature : 0;
    threshold_ = split.found() ? split.threshold : std::numeric_limits<double>::infinity();
    double left = 0;  // the sum on the left; without a threshold all rows are there
    const double* const x = data.sorted().values(feature_).data();
    for (std::size_t i = 0; i < data.rows(); ++i) {
        const double here = signed_weights[i];
        left += x[i] <= threshold_ ? here : 0;
    }
    // Of the left the polarity +1 gets class 1 wrong, of the right class 0: together weight / 2 + left − sum / 2.
    polarity_ = left <= sum / 2 ? 1 : -1;
    error_ = std::max(0.0, 0.5 - std::abs(left - sum / 2) / weight);
}

Array<double> DecisionStump::predict(const Array<double>& X) const {
    check_predict_data("DecisionStump", features_, X);
    return answers(X.data() + feature_, X.shape(0), features_);
}

Array<double> DecisionStump::predict(const TrainingData& data) const {
    return answers(data.sorted().values(feature_).data(), data.rows(), 1);
}

Array<double> DecisionStump::answers(const double* x, std::size_t rows, std::size_t stride) const {
    Array<double> out(Shape{rows});
    for (double& answer : out.flat()) {
        answer = (*x > threshold_) == (polarity_ > 0);
        x += stride;
    }
    return out;
}

}  // namespace sevenfold
