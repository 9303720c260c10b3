#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../message.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/decision_stump.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/nearest_neighbours.hpp"
#include "sevenfold/ensemble/score.hpp"
#include "sevenfold/ensemble/stump_search.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

struct Problem {
    Array<double> X, y, weights;
};

// Values with many ties, `classes` classes (0: values), weights some of which are 0.
Problem random_problem(std::uint64_t seed, std::size_t rows, std::size_t columns, std::size_t classes) {
    Random random(seed);
    Problem p{Array<double>::zeros({rows, columns}), Array<double>::zeros({rows}), Array<double>::zeros({rows})};
    for (double& x : p.X.flat()) x = static_cast<double>(random.below(12));
    for (double& v : p.y.flat()) v = classes > 0 ? static_cast<double>(random.below(classes)) : random.normal();
    for (double& w : p.weights.flat()) w = random.below(4) == 0 ? 0 : random.uniform(0.5, 2);
    return p;
}

// Impurity of a side times its weight, from the definition.
double impurity(const Problem& p, Criterion criterion, const std::vector<std::size_t>& rows) {
    double total = 0, sum = 0, out = 0;
    std::vector<double> classes(16);
    for (const std::size_t i : rows) {
        total += p.weights(i);
        sum += p.weights(i) * p.y(i);
        if (criterion != Criterion::squared_error) classes[static_cast<std::size_t>(p.y(i))] += p.weights(i);
    }
    if (criterion == Criterion::squared_error) {
        for (const std::size_t i : rows) out += p.weights(i) * std::pow(p.y(i) - sum / total, 2);
        return out;
    }
    for (const double w : classes) {
        const double share = w / total;
        if (w > 0) out += criterion == Criterion::gini ? share * (1 - share) : -share * std::log(share);
    }
    return total * out;
}

// The impurity of both sides of a split, or infinity where a side is empty.
double split_impurity(const Problem& p, Criterion criterion, std::size_t feature, double threshold) {
    std::vector<std::size_t> sides[2];
    for (std::size_t i = 0; i < p.y.size(); ++i)
        if (p.weights(i) > 0) sides[p.X(i, feature) <= threshold].push_back(i);
    if (sides[0].empty() || sides[1].empty()) return INFINITY;
    return impurity(p, criterion, sides[0]) + impurity(p, criterion, sides[1]);
}

}  // namespace

TEST_CASE("the root's split is the best of all, as trying every one of them shows") {
    const struct {
        Criterion criterion;
        std::size_t classes;
    } kinds[] = {{Criterion::gini, 2},
                 {Criterion::gini, 5},
                 {Criterion::entropy, 2},
                 {Criterion::entropy, 4},
                 {Criterion::squared_error, 0}};
    for (const auto& kind : kinds)
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            CAPTURE(static_cast<int>(kind.criterion));
            CAPTURE(seed);
            const Problem p = random_problem(seed, seed < 15 ? 40 : 700, 3, kind.classes);
            DecisionTree tree({.criterion = kind.criterion, .max_depth = 1});
            tree.fit(p.X, p.y, p.weights);
            const TreeNode& root = tree.nodes()[0];
            double least = INFINITY;
            for (std::size_t f = 0; f < 3; ++f)
                for (double t = 0.5; t < 12; ++t) least = std::min(least, split_impurity(p, kind.criterion, f, t));
            CHECK(split_impurity(p, kind.criterion, static_cast<std::size_t>(root.feature), root.threshold) ==
                  Approx(least).epsilon(1e-10));
        }
}

TEST_CASE("a stump has the least weighted error of all, as trying every one of them shows") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Problem p = random_problem(seed, 60, 3, 2);
        DecisionStump stump;
        stump.fit(p.X, p.y, p.weights);
        double total = 0, own = 0, least = INFINITY;
        const Array<double> answers = stump.predict(p.X);
        for (std::size_t i = 0; i < 60; ++i) {
            total += p.weights(i);
            own += p.weights(i) * (answers(i) != p.y(i));
        }
        for (std::size_t f = 0; f < 3; ++f)
            for (double t = 0.5; t < 11; ++t) {
                double error = 0;
                for (std::size_t i = 0; i < 60; ++i) error += p.weights(i) * ((p.X(i, f) > t) != (p.y(i) == 1));
                least = std::min({least, error, total - error});
            }
        CHECK(own == Approx(least));
        CHECK(stump.error() == Approx(least / total));
    }
}

TEST_CASE("a tree without limits tells all distinct rows apart, and stands in preorder") {
    Random random(3);
    const auto X = random.normal<double>({300, 4});
    Array<double> y(Shape{300});
    for (double& v : y.flat()) v = static_cast<double>(random.below(3));
    DecisionTree tree;
    tree.fit(X, y);
    CHECK(tree.predict(X) == y);
    CHECK(tree.predict(TrainingData("test", Task::classification, X, y)) == y);
    CHECK(2 * tree.leaves() == tree.nodes().size() + 1);
    for (std::size_t i = 0; i < tree.nodes().size(); ++i) {
        const TreeNode& node = tree.nodes()[i];
        if (node.feature < 0) continue;
        CHECK(node.left == static_cast<std::ptrdiff_t>(i) + 1);
        CHECK(node.right > node.left);
        CHECK(node.samples == tree.nodes()[static_cast<std::size_t>(node.left)].samples +
                                  tree.nodes()[static_cast<std::size_t>(node.right)].samples);
    }
}

TEST_CASE("a tree splits where no single split helps: exclusive or") {
    const Array<double> X{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, y({4}, {0, 1, 1, 0});
    for (const Criterion criterion : {Criterion::gini, Criterion::entropy, Criterion::squared_error}) {
        DecisionTree tree({.criterion = criterion});
        tree.fit(X, y);
        CHECK(tree.predict(X) == y);
        CHECK(tree.depth() == 2);
    }
}

TEST_CASE("the limits of a tree hold") {
    Random random(5);
    const auto X = random.normal<double>({400, 3});
    Array<double> y(Shape{400});
    for (std::size_t i = 0; i < 400; ++i) y(i) = X(i, 0) * X(i, 1) + 0.1 * random.normal();
    DecisionTree tree(
        {.criterion = Criterion::squared_error, .max_depth = 6, .min_samples_split = 30, .min_samples_leaf = 12});
    tree.fit(X, y);
    CHECK(tree.depth() <= 6);
    CHECK(tree.leaves() > 4);
    for (const TreeNode& node : tree.nodes()) CHECK(node.samples >= (node.feature < 0 ? 12u : 30u));
}

TEST_CASE("a row drawn twice is a row of weight two, but counts as two rows") {
    Problem p = random_problem(8, 80, 3, 3);
    std::vector<std::size_t> rows;
    Array<double> counts = Array<double>::zeros({80});
    Random random(9);
    for (int k = 0; k < 80; ++k) {
        rows.push_back(random.below(80));
        ++counts(rows.back());
    }
    const TrainingData data("test", Task::classification, p.X, p.y);
    DecisionTree drawn({.max_depth = 5}), weighted({.max_depth = 5}), copied({.max_depth = 5, .min_samples_leaf = 4}),
        large({.max_depth = 5, .min_samples_leaf = 4});
    drawn.fit(data, {}, rows);
    weighted.fit(p.X, p.y, counts);
    CHECK(drawn.predict(p.X) == weighted.predict(p.X));
    CHECK(drawn.nodes()[0].samples == 80);
    large.fit(data, {}, rows);
    copied.fit(p.X.rows(rows), p.y.rows(rows));
    CHECK(large.str() == copied.str());
}

TEST_CASE("scaling targets, weights or offsets far away changes no split") {
    const Problem p = random_problem(4, 200, 3, 0);
    DecisionTree tree({.criterion = Criterion::squared_error, .max_depth = 4}), far = tree;
    tree.fit(p.X, p.y, p.weights);
    Array<double> y = p.y, weights = p.weights;
    for (double& v : y.flat()) v = 1e120 * v;
    for (double& w : weights.flat()) w *= 1e-100;
    far.fit(p.X, y, weights);
    REQUIRE(far.nodes().size() == tree.nodes().size());
    for (std::size_t i = 0; i < tree.nodes().size(); ++i) {
        CHECK(far.nodes()[i].feature == tree.nodes()[i].feature);
        CHECK(far.nodes()[i].threshold == tree.nodes()[i].threshold);
        CHECK(far.nodes()[i].answer == Approx(1e120 * tree.nodes()[i].answer));
    }
}

TEST_CASE("a threshold between neighbouring doubles still parts them") {
    const double above = std::nextafter(1.0, 2.0);
    DecisionTree tree;
    tree.fit(Array<double>({2, 1}, {1.0, above}), Array<double>({2}, {0, 1}));
    CHECK(tree.predict(Array<double>({2, 1}, {1.0, above})) == Array<double>({2}, {0, 1}));
    tree.fit(Array<double>({2, 1}, {-1.5e308, 1.5e308}), Array<double>({2}, {1, 0}));
    CHECK(tree.nodes()[0].threshold == 0);
}

TEST_CASE("the split found with sums of blocks is the one found row by row") {
    Random random(11);
    for (const std::size_t rows : {1u, 2u, 3u, 127u, 128u, 129u, 500u, 3000u})
        for (const std::uint64_t values : {2u, 12u, 100'000u}) {  // few values: many places where no threshold fits
            Array<double> X = Array<double>::zeros({rows, 7});
            for (double& x : X.flat()) x = static_cast<double>(random.below(values));
            std::vector<double> weights(rows);
            for (std::size_t i = 0; i < rows; ++i)
                weights[i] =
                    random.uniform(0.1, 3) * (random.uniform() < 0.2 + 0.6 * (X(i, 3) > double(values) / 3) ? 1 : -1);
            const SortedColumns sorted(X);
            std::vector<std::uint32_t> buffer;
            const NodeLists all = root_lists(sorted, BagRows(rows, {}, {}), 1, buffer);
            const std::vector<std::size_t> columns{0, 1, 2, 3, 4, 5, 6};
            const NodeSplit one_by_one = best_error_split(all, columns, weights.data());
            const NodeSplit by_blocks = best_error_split(all, ColumnBlocks(sorted), weights.data());
            CAPTURE(rows);
            CAPTURE(values);
            CHECK(by_blocks.found() == one_by_one.found());
            CHECK(by_blocks.gain == Approx(one_by_one.gain).epsilon(1e-12));
            if (!one_by_one.found() || rows < 100) continue;  // with few rows several splits are equally good
            CHECK(by_blocks.feature == one_by_one.feature);
            CHECK(by_blocks.threshold == one_by_one.threshold);
            CHECK(by_blocks.left == one_by_one.left);
        }
}

TEST_CASE("columns are sorted, whatever their bits: negative, tiny, huge, equal, both zeros") {
    Random random(6);
    const std::vector<double> odd{-1e300, 1e300, 5e-324, -5e-324, 0.0, -0.0, 1, 1 + 1e-15, 1 - 1e-15, -1, 2, 2};
    Array<double> X = Array<double>::zeros({600, 2});
    for (std::size_t i = 0; i < 600; ++i) {
        X(i, 0) = odd[random.below(odd.size())];
        X(i, 1) = random.normal() * std::pow(10, random.uniform(-20, 20));
    }
    const SortedColumns sorted(X);
    for (std::size_t f = 0; f < 2; ++f) {
        std::vector<std::uint32_t> want(600);
        for (std::uint32_t i = 0; i < 600; ++i) want[i] = i;
        std::stable_sort(want.begin(), want.end(), [&](auto a, auto b) { return X(a, f) < X(b, f); });
        const auto order = sorted.order(f);
        CHECK(std::vector<std::uint32_t>(order.begin(), order.end()) == want);
    }
}

TEST_CASE("columns drawn at random: one seed, one tree") {
    const auto set = breast_cancer<double>();
    const auto y = set.labels.cast<double>();
    const DecisionTree forest_tree({.max_features = 5});
    DecisionTree a = forest_tree.clone(1), b = forest_tree.clone(1), c = forest_tree.clone(2);
    a.fit(set.features, y);
    b.fit(set.features, y);
    c.fit(set.features, y);
    CHECK(a.str() == b.str());
    CHECK(a.str() != c.str());
    CHECK(c.predict(set.features) == y);
}

TEST_CASE("a tree can be read as text") {
    DecisionTree tree;
    tree.fit(Array<double>({4, 1}, {1, 2, 3, 4}), Array<double>({4}, {0, 0, 1, 1}));
    CHECK(tree.str() == "x0 <= 2.5 ?  (4 rows)\n  class 0  (2 rows)\n  class 1  (2 rows)\n");
}

TEST_CASE("a stump without a column that varies says the heavier class") {
    const Array<double> X = Array<double>::ones({3, 2}), y({3}, {0, 0, 1});
    DecisionStump stump;
    stump.fit(X, y);
    CHECK(stump.predict(X) == Array<double>::zeros({3}));
    CHECK(stump.error() == Approx(1.0 / 3));
    stump.fit(X, y, Array<double>({3}, {1, 1, 3}));
    CHECK(stump.predict(X) == Array<double>::ones({3}));
    CHECK(stump.error() == Approx(0.4));
    stump.fit(Array<double>{{1}, {2}, {3}}, y, Array<double>({3}, {1, 1, 0}));  // one class only
    CHECK(stump.predict(X.reshape({6, 1})) == Array<double>::zeros({6}));
    CHECK(stump.error() == 0);
}

TEST_CASE("nearest neighbours answer by weight, and by the mean for values") {
    const Array<double> X({5, 1}, {0, 1, 2, 10, 11}), y({5}, {0, 0, 1, 1, 1});
    NearestNeighbours three(3);
    three.fit(X, y);
    CHECK(three.predict(Array<double>({2, 1}, {0.4, 9})) == Array<double>({2}, {0, 1}));
    CHECK(three.probabilities(Array<double>({1, 1}, {0.4}))(0, 1) == Approx(1.0 / 3));
    three.fit(X, y, Array<double>({5}, {1, 1, 3, 1, 1}));
    CHECK(three.predict(Array<double>({1, 1}, {0.4}))(0) == 1);
    NearestNeighbours mean(2, Task::regression);
    mean.fit(X, Array<double>({5}, {1, 3, 9, 9, 9}), Array<double>({5}, {1, 3, 1, 1, 0}));
    CHECK(mean.predict(Array<double>({1, 1}, {0.4}))(0) == Approx(2.5));
    CHECK(message<ValueError>([&] { NearestNeighbours(9).fit(X, y); }) ==
          "[NearestNeighbours] k = 9 for 5 rows: there are at least k rows. Take a smaller k.");
    CHECK(message<ValueError>([] { NearestNeighbours(0); }) ==
          "[NearestNeighbours] k = 0: there is at least one neighbour.");
    CHECK(message<ValueError>([&] { mean.probabilities(X); }) ==
          "[NearestNeighbours] a regressor: it has no probabilities. Take predict.");
}

TEST_CASE("settings and data that trees refuse are named") {
    const Array<double> X{{1}, {2}, {3}}, y({3}, {0, 1, 2});
    CHECK(message<ValueError>([] { DecisionTree({.min_samples_split = 1}); }) ==
          "[DecisionTree] min_samples_split = 1: two rows at least are needed to tell apart.");
    CHECK(message<ValueError>([] { DecisionTree({.min_samples_leaf = 0}); }) ==
          "[DecisionTree] min_samples_leaf = 0: a leaf has a row.");
    CHECK(message<ValueError>([&] { DecisionStump().fit(X, y); }) ==
          "[DecisionStump] 3 classes: a stump tells two classes apart. DecisionTree({.max_depth = 1}) takes more.");
    CHECK(message<NotFittedError>([&] { DecisionTree().predict(X); }) ==
          "[DecisionTree] not fitted: an estimator learns before it predicts. Call fit(X, y) first.");
    DecisionTree values({.criterion = Criterion::squared_error});
    values.fit(X, y);
    CHECK(message<ValueError>([&] { values.probabilities(X); }) ==
          "[DecisionTree] a regression tree: it has no probabilities. Take predict.");
    CHECK(message<ValueError>([&] { values.fit(TrainingData("test", Task::classification, X, y)); }) ==
          "[DecisionTree] squared_error for classes: gini and entropy are for classes, squared_error is for values. "
          "Set .criterion to one that fits.");
    CHECK(message<ShapeError>([&] {
              values.predict(Array<double>::ones({2, 2}));
          }) == "[DecisionTree] X (2, 2): fit has seen 1 features.");
}
