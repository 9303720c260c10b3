#include "sevenfold/ensemble/decision_tree.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/ensemble/bag_rows.hpp"
#include "sevenfold/ensemble/split_search.hpp"

namespace sevenfold {
namespace {

// Grows one tree. The sorted lists of a node are a range of each column's list; splitting a node copies its range, split
// in two, to the other of two buffers, so a node at depth d reads from buffer d % 2.
class Grower {
  public:
    Grower(const TreeOptions& options, const TrainingData& data, const BagRows& bag)
        : options_(options), data_(data), columns_(data.sorted()), bag_(bag), random_(options.seed) {
        features_.resize(data.features());
        for (std::size_t f = 0; f < features_.size(); ++f) features_[f] = f;
        weigh_rows();
    }

    std::vector<TreeNode> grow() {
        std::vector<Open> open{root()};
        while (!open.empty()) {
            Open here = std::move(open.back());
            open.pop_back();
            const auto at = static_cast<std::ptrdiff_t>(nodes_.size());
            if (here.parent >= 0) {
                TreeNode& parent = nodes_[static_cast<std::size_t>(here.parent)];
                (here.is_right ? parent.right : parent.left) = at;
            }
            nodes_.push_back(here.node);
            const NodeSplit split = here.pure ? NodeSplit{} : find_split(here);
            if (!split.found()) continue;
            nodes_.back().feature = static_cast<std::ptrdiff_t>(split.feature);
            nodes_.back().threshold = split.threshold;
            auto [left, right] = divide(here, split, at);
            open.push_back(std::move(right));
            open.push_back(std::move(left));  // taken next: preorder
        }
        return std::move(nodes_);
    }

  private:
    struct Open {
        std::size_t first = 0, count = 0, depth = 0;
        std::ptrdiff_t parent = -1;
        bool is_right = false, pure = false;
        TreeNode node;
    };

    bool two_classes() const { return options_.criterion == Criterion::gini && data_.classes() <= 2; }
    bool regression() const { return options_.criterion == Criterion::squared_error; }

    // Weights are scaled to at most 1 and targets to −1..1, so that products of four of them stay within range.
    void weigh_rows() {
        const std::size_t n = data_.rows();
        const double* const y = data_.y().data();
        const double scale = 1 / *std::max_element(bag_.weights.begin(), bag_.weights.end());
        const auto weight = [&](std::size_t i) { return bag_.weights[i] * scale; };
        if (two_classes()) {
            signed_.resize(n);
            for (std::size_t i = 0; i < n; ++i) signed_[i] = y[i] == 0 ? -weight(i) : weight(i);
        } else if (regression()) {
            double low = INFINITY, high = -INFINITY;
            for (std::size_t i = 0; i < n; ++i)
                if (weight(i) > 0) low = std::min(low, y[i]), high = std::max(high, y[i]);
            middle_ = low / 2 + high / 2;
            scale_ = high > low ? high / 2 - low / 2 : 1;
            targets_.resize(n);
            for (std::size_t i = 0; i < n; ++i) targets_[i] = {weight(i), weight(i) * ((y[i] - middle_) / scale_)};
        } else {
            labels_.resize(n);
            for (std::size_t i = 0; i < n; ++i) labels_[i] = {weight(i), static_cast<std::uint32_t>(y[i])};
        }
    }

    Open root() {
        const NodeLists all = root_lists(columns_, bag_, options_.min_samples_leaf, buffers_[0]);
        Open root;
        root.count = all.count;
        describe(root, all.rows);
        return root;
    }

    NodeLists lists(const Open& here) const {
        const bool whole = here.depth == 0 && bag_.all;
        const std::uint32_t* const rows = whole ? columns_.order(0).data() : buffers_[here.depth % 2].data();
        return {&columns_, rows + here.first, data_.rows(), here.count, bag_.repeats.data(), options_.min_samples_leaf};
    }

    // What a node answers, from its rows; and whether there is nothing left to tell apart.
    void describe(Open& here, const std::uint32_t* rows) const {
        TreeNode& node = here.node;
        std::vector<double> sums(regression() ? 1 : data_.classes());
        double total = 0;
        const double* const y = data_.y().data();
        here.pure = true;
        for (std::size_t i = 0; i < here.count; ++i) {
            const std::uint32_t row = rows[i];
            const double w = bag_.weights[row];
            node.samples += bag_.repeats[row];
            total += w;
            if (regression())
                sums[0] += w * (y[row] - middle_);
            else
                sums[static_cast<std::size_t>(y[row])] += w;
            here.pure &= y[row] == y[rows[0]];
        }
        for (double& s : sums) s /= total;
        if (regression()) sums[0] += middle_;
        node.answer =
            regression() ? sums[0] : static_cast<double>(std::max_element(sums.begin(), sums.end()) - sums.begin());
        node.value = std::move(sums);
        here.pure |= (options_.max_depth > 0 && here.depth >= options_.max_depth) ||
                     node.samples < options_.min_samples_split || node.samples / 2 < options_.min_samples_leaf;
    }

    NodeSplit find_split(const Open& here) {
        const NodeLists node = lists(here);
        if (options_.max_features == 0 || options_.max_features >= features_.size()) return best(node, features_);
        random_.shuffle(std::span(features_));
        const std::span<const std::size_t> drawn(features_);
        NodeSplit split = best(node, drawn.first(options_.max_features));
        // Where none of the drawn columns can be split, go on until one can.
        for (std::size_t k = options_.max_features; k < drawn.size() && !split.found(); ++k)
            split = best(node, drawn.subspan(k, 1));
        return split;
    }

    NodeSplit best(const NodeLists& node, std::span<const std::size_t> features) const {
        if (regression()) return best_mean_split(node, features, targets_.data());
        if (two_classes()) return best_signed_split(node, features, signed_.data());
        const auto search = options_.criterion == Criterion::gini ? best_gini_split : best_entropy_split;
        return search(node, features, labels_.data(), data_.classes());
    }

    std::pair<Open, Open> divide(const Open& here, const NodeSplit& split, std::ptrdiff_t parent) {
        const NodeLists node = lists(here);
        const std::uint32_t* const rows = node.list(split.feature);
        Open left{here.first, split.left, here.depth + 1, parent, false, false, {}};
        Open right{here.first + split.left, here.count - split.left, here.depth + 1, parent, true, false, {}};
        describe(left, rows);
        describe(right, rows + split.left);
        if (left.pure && right.pure) return {left, right};  // nobody will read their lists
        goes_left_.resize(data_.rows());
        for (std::size_t i = 0; i < here.count; ++i) goes_left_[rows[i]] = i < split.left;
        std::vector<std::uint32_t>& to = buffers_[(here.depth + 1) % 2];
        to.resize(data_.rows() * data_.features());
        partition_lists(node, goes_left_.data(), split.left, to.data() + here.first);
        return {left, right};
    }

    const TreeOptions& options_;
    const TrainingData& data_;
    const SortedColumns& columns_;
    const BagRows& bag_;
    Random random_;
    std::vector<std::size_t> features_;
    std::vector<double> signed_;  // one of these three, by row number
    std::vector<WeightedTarget> targets_;
    std::vector<WeightedClass> labels_;
    double middle_ = 0, scale_ = 1;          // of the targets
    std::vector<std::uint32_t> buffers_[2];  // (features, rows)
    std::vector<std::uint8_t> goes_left_;
    std::vector<TreeNode> nodes_;
};

// The leaf of a row; x(f) is its feature f.
template <class X>
const TreeNode& leaf_of(const std::vector<TreeNode>& nodes, const X& x) {
    const TreeNode* node = nodes.data();
    while (node->feature >= 0)
        node = &nodes[static_cast<std::size_t>(x(node->feature) <= node->threshold ? node->left : node->right)];
    return *node;
}

auto row_of(const Array<double>& X, std::size_t i) {
    return [row = X.data() + i * X.shape(1)](std::ptrdiff_t f) { return row[f]; };
}

}  // namespace

DecisionTree::DecisionTree(TreeOptions options) : options_(options) {
    if (options.min_samples_split < 2)
        fail<ValueError>("DecisionTree", text("min_samples_split = ", options.min_samples_split),
                         "two rows at least are needed to tell apart");
    if (options.min_samples_leaf < 1) fail<ValueError>("DecisionTree", "min_samples_leaf = 0", "a leaf has a row");
}

void DecisionTree::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    fit(TrainingData("DecisionTree", task(), X, y, weights), weights);
}

void DecisionTree::fit(const TrainingData& data, const Array<double>& weights, std::span<const std::size_t> rows) {
    if (data.task() != task())
        fail<ValueError>(
            "DecisionTree", data.classes() > 0 ? "squared_error for classes" : "gini or entropy for values",
            "gini and entropy are for classes, squared_error is for values", "Set .criterion to one that fits.");
    nodes_ = Grower(options_, data, BagRows(data.rows(), weights, rows)).grow();
    features_ = data.features();
    classes_ = data.classes();
}

Array<double> DecisionTree::predict(const Array<double>& X) const {
    check_predict_data("DecisionTree", features_, X);
    Array<double> out(Shape{X.shape(0)});
    for (std::size_t i = 0; i < out.size(); ++i) out.data()[i] = leaf_of(nodes_, row_of(X, i)).answer;
    return out;
}

Array<double> DecisionTree::predict(const TrainingData& data) const {
    Array<double> out(Shape{data.rows()});
    const SortedColumns& columns = data.sorted();
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto x = [&](std::ptrdiff_t f) { return columns.values(static_cast<std::size_t>(f))[i]; };
        out.data()[i] = leaf_of(nodes_, x).answer;
    }
    return out;
}

Array<double> DecisionTree::probabilities(const Array<double>& X) const {
    if (task() == Task::regression)
        fail<ValueError>("DecisionTree", "a regression tree", "it has no probabilities", "Take predict.");
    check_predict_data("DecisionTree", features_, X);
    Array<double> out(Shape{X.shape(0), classes_});
    double* to = out.data();
    for (std::size_t i = 0; i < X.shape(0); ++i)
        to = std::copy_n(leaf_of(nodes_, row_of(X, i)).value.data(), classes_, to);
    return out;
}

DecisionTree DecisionTree::clone(std::uint64_t seed) const {
    TreeOptions options = options_;
    options.seed = seed;
    return DecisionTree(options);
}

std::size_t DecisionTree::depth() const {
    std::vector<std::size_t> depths(nodes_.size());
    std::size_t deepest = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {  // parents stand before their children
        deepest = std::max(deepest, depths[i]);
        if (nodes_[i].feature < 0) continue;
        depths[static_cast<std::size_t>(nodes_[i].left)] = depths[i] + 1;
        depths[static_cast<std::size_t>(nodes_[i].right)] = depths[i] + 1;
    }
    return deepest;
}

std::size_t DecisionTree::leaves() const {
    return static_cast<std::size_t>(
        std::count_if(nodes_.begin(), nodes_.end(), [](const TreeNode& n) { return n.feature < 0; }));
}

std::string DecisionTree::str() const {
    std::string out;
    std::vector<std::size_t> depths(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const TreeNode& node = nodes_[i];
        out += std::string(2 * depths[i], ' ');
        if (node.feature < 0) {
            out += text(task() == Task::classification ? "class " : "", node.answer, "  (", node.samples, " rows)\n");
            continue;
        }
        out += text("x", static_cast<std::size_t>(node.feature), " <= ", node.threshold, " ?  (", node.samples,
                    " rows)\n");
        depths[static_cast<std::size_t>(node.left)] = depths[static_cast<std::size_t>(node.right)] = depths[i] + 1;
    }
    return out;
}

}  // namespace sevenfold
