#include "sevenfold/ensemble/nearest_neighbours.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace sevenfold {
namespace {

// Calls use(i, neighbours) for each row i of X with the places of its k nearest rows of `known`.
template <class Use>
void for_each_row(const Array<double>& X, const Array<double>& known, std::size_t k, const Use& use) {
    const std::size_t n = known.shape(0), features = known.shape(1);
    std::vector<double> distance(n);
    std::vector<std::size_t> nearest(n);
    for (std::size_t i = 0; i < X.shape(0); ++i) {
        const double* const x = X.data() + i * features;
        for (std::size_t j = 0; j < n; ++j) {
            const double* const other = known.data() + j * features;
            distance[j] = 0;
            for (std::size_t f = 0; f < features; ++f) distance[j] += (x[f] - other[f]) * (x[f] - other[f]);
        }
        std::iota(nearest.begin(), nearest.end(), std::size_t{0});
        std::nth_element(nearest.begin(), nearest.begin() + static_cast<std::ptrdiff_t>(k - 1), nearest.end(),
                         [&](std::size_t a, std::size_t b) {
                             return distance[a] != distance[b] ? distance[a] < distance[b] : a < b;
                         });
        use(i, std::span<const std::size_t>(nearest).first(k));
    }
}

}  // namespace

NearestNeighbours::NearestNeighbours(std::size_t k, Task task) : k_(k), task_(task) {
    if (k == 0) fail<ValueError>("NearestNeighbours", "k = 0", "there is at least one neighbour");
}

void NearestNeighbours::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    const FitSizes sizes = check_fit_data("NearestNeighbours", task_, X, y, weights);
    const Array<double> w = weights_or_ones(weights, sizes.rows);
    std::vector<std::size_t> present;
    for (std::size_t i = 0; i < sizes.rows; ++i)
        if (w.data()[i] > 0) present.push_back(i);
    if (present.size() < k_)
        fail<ValueError>("NearestNeighbours", text("k = ", k_, " for ", present.size(), " rows"),
                         "there are at least k rows", "Take a smaller k.");
    features_ = sizes.features;
    classes_ = sizes.classes;
    X_ = X.rows(present), y_ = y.rows(present), weights_ = w.rows(present);
}

Array<double> NearestNeighbours::predict(const Array<double>& X) const {
    if (task_ == Task::classification) return largest_column(probabilities(X));
    check_predict_data("NearestNeighbours", features_, X);
    Array<double> out(Shape{X.shape(0)});
    for_each_row(X, X_, k_, [&](std::size_t i, std::span<const std::size_t> neighbours) {
        double sum = 0, total = 0;
        for (const std::size_t j : neighbours) sum += weights_.data()[j] * y_.data()[j], total += weights_.data()[j];
        out.data()[i] = sum / total;
    });
    return out;
}

Array<double> NearestNeighbours::probabilities(const Array<double>& X) const {
    if (task_ == Task::regression)
        fail<ValueError>("NearestNeighbours", "a regressor", "it has no probabilities", "Take predict.");
    check_predict_data("NearestNeighbours", features_, X);
    Array<double> out = Array<double>::zeros({X.shape(0), classes_});
    for_each_row(X, X_, k_, [&](std::size_t i, std::span<const std::size_t> neighbours) {
        double total = 0;
        for (const std::size_t j : neighbours) total += weights_.data()[j];
        for (const std::size_t j : neighbours)
            out.data()[i * classes_ + static_cast<std::size_t>(y_.data()[j])] += weights_.data()[j] / total;
    });
    return out;
}

}  // namespace sevenfold
