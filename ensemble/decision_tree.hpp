// CART (Breiman, Friedman, Olshen, Stone 1984): a tree of questions "is x(feature) ≤ threshold?", grown from the root by
// the split that lowers the impurity most.
#pragma once

#include <string>
#include <vector>

#include "sevenfold/ensemble/training_data.hpp"

namespace sevenfold {

enum class Criterion {
    gini,           ///< classification: 1 − Σ p_k²
    entropy,        ///< classification: −Σ p_k ln p_k
    squared_error,  ///< regression: mean (y − mean y)²
};

struct TreeOptions {
    Criterion criterion = Criterion::gini;
    std::size_t max_depth = 0;          ///< 0: no limit; 1 is a stump
    std::size_t min_samples_split = 2;  ///< a node of fewer rows is a leaf
    std::size_t min_samples_leaf = 1;   ///< of rows, whatever they weigh; a row drawn twice counts twice
    std::size_t max_features = 0;       ///< columns tried at each node, drawn anew; 0: all. A random forest takes fewer
    std::uint64_t seed = 0;             ///< for these draws
};

/// A node of a tree. Those of a leaf have feature = −1, left = right = −1.
struct TreeNode {
    std::ptrdiff_t feature = -1;  ///< x(feature) ≤ threshold goes left
    double threshold = 0;
    std::ptrdiff_t left = -1, right = -1;  ///< places in the list of nodes
    std::size_t samples = 0;               ///< rows of fit that came here
    double answer = 0;                     ///< class, or mean of y
    std::vector<double> value;             ///< weighted shares of the K classes, or {mean of y}

    void carry(Archive& archive) { archive(feature, threshold, left, right, samples, answer, value); }
};

/// A classification or regression tree; the criterion decides which. Rows of weight 0 count as absent.
class DecisionTree {
  public:
    /// Throws ValueError for min_samples_split < 2 or min_samples_leaf < 1.
    explicit DecisionTree(TreeOptions options = {});

    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    /// The same for a part of a data set: `rows` may repeat, each time it counts; empty stands for all rows.
    void fit(const TrainingData& data, const Array<double>& weights = {}, std::span<const std::size_t> rows = {});
    Array<double> predict(const Array<double>& X) const;
    Array<double> predict(const TrainingData& data) const;
    /// Shares of the classes in the leaf, (N, K). Throws ValueError for a regression tree.
    Array<double> probabilities(const Array<double>& X) const;
    DecisionTree clone(std::uint64_t seed) const;
    void carry(Archive& archive) { archive(features_, classes_, nodes_); }
    Task task() const {
        return options_.criterion == Criterion::squared_error ? Task::regression : Task::classification;
    }

    const TreeOptions& options() const { return options_; }
    /// In preorder: the root, all of its left side, all of its right side.
    const std::vector<TreeNode>& nodes() const { return nodes_; }
    std::size_t depth() const;  ///< questions on the longest way down
    std::size_t leaves() const;
    /// The tree as indented text, a line for each node.
    std::string str() const;

  private:
    TreeOptions options_;
    std::size_t features_ = 0, classes_ = 0;
    std::vector<TreeNode> nodes_;
};

}  // namespace sevenfold
