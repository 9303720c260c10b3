// Exact search for the best threshold of a node: along the sorted rows of each column, every midpoint between
// neighbouring distinct values is tried. These loops are where growing a tree spends its time.
#pragma once

#include <cstdint>
#include <span>

#include "sevenfold/ensemble/bag_rows.hpp"
#include "sevenfold/ensemble/training_data.hpp"

namespace sevenfold {

/// Rows with x(feature) ≤ threshold go left.
struct NodeSplit {
    static constexpr std::size_t none = SIZE_MAX;
    std::size_t feature = none;
    std::size_t left = 0;  ///< how many of the node's list go left
    double threshold = 0;
    double gain = -1;  ///< how much it lowers the impurity, on the criterion's scale; larger is better

    bool found() const { return feature != none; }
};

/// The rows of one node: for each column the same rows, in ascending order of that column.
struct NodeLists {
    const SortedColumns* columns;
    const std::uint32_t* rows;  ///< row i of column f is rows[f * stride + i]
    std::size_t stride, count;
    const std::uint32_t* repeats;  ///< how often each row of the data set counts, by row number
    std::size_t min_leaf;          ///< least sum of repeats on either side

    const std::uint32_t* list(std::size_t f) const { return rows + f * stride; }
    /// Whether a threshold fits behind place i of column f: values differ there, and both sides are large enough.
    bool can_split(std::size_t f, std::size_t i) const;
    /// The split behind place i of column f. The threshold is the midpoint of the two values.
    NodeSplit split(std::size_t f, std::size_t i, double gain) const;
};

/// By row number: the weight w and the weighted target w·t of each row.
struct WeightedTarget {
    double weight, target;
};

/// The lists of a whole data set, without its absent rows; those are left out in a copy, made in `buffer`.
NodeLists root_lists(const SortedColumns& columns, const BagRows& bag, std::size_t min_leaf,
                     std::vector<std::uint32_t>& buffer);

/// Squared error. With W, A the sums of w and w·t on the left, and W₀, A₀ those of the node, a split lowers Σ w (t − mean)²
/// by W₀ (A − W A₀ / W₀)² / (W (W₀ − W)). For two classes as t = 0 and 1 this is half of what Gini's index loses, so that
/// it finds the same split.
NodeSplit best_mean_split(const NodeLists& node, std::span<const std::size_t> features, const WeightedTarget* rows);

/// The same for targets t = −1 and +1, with w·t by row number: half of the memory to read.
NodeSplit best_signed_split(const NodeLists& node, std::span<const std::size_t> features, const double* signed_weights);

/// Least weighted error of a side for each class: with signed weights, the largest |A − A₀ / 2|. `gain` is that number.
NodeSplit best_error_split(const NodeLists& node, std::span<const std::size_t> features, const double* signed_weights);

struct WeightedClass {
    double weight;
    std::uint32_t label;
};

/// Gini: Σ w over a side times (1 − Σ p_k²). Entropy: times −Σ p_k ln p_k. For any number of classes.
NodeSplit best_gini_split(const NodeLists& node, std::span<const std::size_t> features, const WeightedClass* rows,
                          std::size_t classes);
NodeSplit best_entropy_split(const NodeLists& node, std::span<const std::size_t> features, const WeightedClass* rows,
                             std::size_t classes);

/// Copies the node's lists with the rows where goes_left is 1 in front, both parts in their order. `to` has the same stride.
void partition_lists(const NodeLists& node, const std::uint8_t* goes_left, std::size_t left, std::uint32_t* to);

}  // namespace sevenfold
