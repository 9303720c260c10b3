#include "sevenfold/ensemble/bagging.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "../message.hpp"
#include "cells.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/ensemble/decision_stump.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/nearest_neighbours.hpp"
#include "sevenfold/ensemble/score.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

// A curve with noise of deviation 0.5.
Data curve(std::uint64_t seed, std::size_t rows) {
    Random random(seed);
    Data d{random.uniform<double>({rows, 1}, 0, 6), Array<double>(Shape{rows})};
    for (std::size_t i = 0; i < rows; ++i) d.y(i) = std::sin(d.X(i, 0)) + 0.5 * random.normal();
    return d;
}

const DecisionTree regression_tree({.criterion = Criterion::squared_error});

}  // namespace

TEST_CASE("bagging gives the same bits on any number of threads") {
    const Data d = cells();
    std::vector<Bagging> runs;
    for (const std::size_t threads : {1u, 2u, 4u}) {
        runs.emplace_back(DecisionTree({.max_features = 5}),
                          BaggingOptions{.estimators = 12, .vote = Vote::soft, .threads = threads, .seed = 3});
        runs.back().fit(d.X, d.y);
    }
    for (const Bagging& run : runs) {
        CHECK(run.bags() == runs[0].bags());
        CHECK(run.probabilities(d.X) == runs[0].probabilities(d.X));
        CHECK(run.out_of_bag().probabilities == runs[0].out_of_bag().probabilities);
        CHECK(run.out_of_bag().score == runs[0].out_of_bag().score);
        for (std::size_t t = 0; t < 12; ++t)
            CHECK(run.estimators()[t].as<DecisionTree>()->str() == runs[0].estimators()[t].as<DecisionTree>()->str());
    }
    Bagging other(DecisionTree({.max_features = 5}), {.estimators = 12, .seed = 4});
    other.fit(d.X, d.y);
    CHECK(other.bags() != runs[0].bags());
}

TEST_CASE("out-of-bag coverage follows 1 − (1 − 1/e)^B, and rows never left out are NaN") {
    const Data d = curve(1, 4000);
    for (const std::size_t members : {1u, 2u, 4u, 8u}) {
        CAPTURE(members);
        Bagging bagging(DecisionTree({.criterion = Criterion::squared_error, .max_depth = 2}),
                        {.estimators = members, .seed = members});
        bagging.fit(d.X, d.y);
        const OutOfBag& oob = bagging.out_of_bag();
        const double expected = 1 - std::pow(1 - 1 / std::numbers::e, static_cast<double>(members));
        CHECK(oob.coverage == Approx(expected).epsilon(0.03));
        std::size_t missing = 0;
        for (std::size_t i = 0; i < 4000; ++i) {
            CHECK(std::isnan(oob.prediction(i)) == (oob.count(i) == 0));
            missing += oob.count(i) == 0;
        }
        CHECK(oob.coverage == Approx(1 - static_cast<double>(missing) / 4000));
        CHECK(std::isfinite(oob.score));
    }
}

TEST_CASE("rows that are in every bag leave no score: NaN") {
    const Array<double> X{{1}, {2}, {3}}, y({3}, {1, 2, 3});
    Bagging bagging(regression_tree);
    bagging.fit(X, y, {}, {{0, 1, 2}, {2, 1, 0}});
    CHECK(bagging.out_of_bag().coverage == 0);
    CHECK(std::isnan(bagging.out_of_bag().score));
    CHECK(bagging.predict(X) == y);
}

TEST_CASE("bagging lowers the variance of a tree, and out-of-bag tells the test error without test data") {
    const Data test = curve(100, 2000);
    double tree_error = 0, bag_error = 0, oob_gap = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const Data d = curve(seed, 300);
        DecisionTree tree = regression_tree;
        tree.fit(d.X, d.y);
        Bagging bagging(regression_tree, {.estimators = 40, .seed = seed});
        bagging.fit(d.X, d.y);
        tree_error += mean_squared_error(tree.predict(test.X), test.y) / 5;
        bag_error += mean_squared_error(bagging.predict(test.X), test.y) / 5;
        oob_gap += (bagging.out_of_bag().score - r_squared(bagging.predict(test.X), test.y)) / 5;
    }
    CHECK(bag_error < 0.8 * tree_error);
    CHECK(std::abs(oob_gap) < 0.06);
}

TEST_CASE("ties between votes go to the smallest class; soft votes weigh how sure the members are") {
    // The first member sees two rows of class 1 and one of class 0 in one leaf, the second only class 0.
    const Array<double> X{{1}, {1}, {1}}, y({3}, {0, 1, 1});
    Bagging hard(DecisionTree(), {.vote = Vote::hard}), soft(DecisionTree(), {.vote = Vote::soft});
    hard.fit(X, y, {}, {{0, 1, 2}, {0, 0}});
    soft.fit(X, y, {}, {{1, 2, 1}, {0, 0, 1}});
    CHECK(hard.votes(X)(0, 0) == 1);
    CHECK(hard.predict(X)(0) == 0);
    CHECK(soft.votes(X)(0, 0) == 1);
    CHECK(soft.probabilities(X)(0, 1) == Approx((1 + 1.0 / 3) / 2));
    CHECK(soft.predict(X)(0) == 1);
}

TEST_CASE("a bag without the largest class still votes among all classes") {
    const Array<double> X{{1}, {2}, {3}}, y({3}, {0, 1, 2});
    Bagging bagging{DecisionTree()};
    bagging.fit(X, y, {}, {{0, 1}, {0, 0}, {2, 2}});
    CHECK(bagging.probabilities(X).shape() == Shape{3, 3});
    CHECK(bagging.probabilities(X)(2, 2) == Approx(1.0 / 3));
    CHECK(bagging.predict(X)(0) == 0);
}

TEST_CASE("any estimator can be bagged, and a bag of bags too") {
    const Data d = cells();
    Bagging neighbours(NearestNeighbours(5), {.estimators = 5});
    neighbours.fit(d.X, d.y);
    CHECK(neighbours.out_of_bag().score > 0.85);
    Estimator nested =
        Bagging(Bagging(DecisionStump(), {.estimators = 3, .threads = 2}), {.estimators = 3, .threads = 2});
    nested.fit(d.X, d.y);
    CHECK(accuracy(nested.predict(d.X), d.y) > 0.85);
    CHECK(nested.probabilities(d.X).shape() == Shape{569, 2});
}

TEST_CASE("weights of rows reach the members") {
    const Data d = cells();
    Rows all, first_half_twice;
    Array<double> weights = Array<double>::ones(d.y.shape());
    for (std::size_t i = 0; i < d.y.size(); ++i) {
        all.push_back(i);
        first_half_twice.push_back(i);
        if (2 * i >= d.y.size()) continue;
        first_half_twice.push_back(i);
        weights(i) = 2;
    }
    for (const Estimator& base : {Estimator(DecisionTree({.max_depth = 3})), Estimator(NearestNeighbours(1))}) {
        Bagging weighted(base), repeated(base);
        weighted.fit(d.X, d.y, weights, {all});
        repeated.fit(d.X, d.y, {}, {first_half_twice});
        CHECK(weighted.probabilities(d.X) == repeated.probabilities(d.X));
    }
}

TEST_CASE("what bagging refuses is named") {
    const Array<double> X{{1}, {2}}, y({2}, {0, 1});
    CHECK(message<ValueError>([] { Bagging(DecisionTree(), {.estimators = 0}); }) ==
          "[Bagging] estimators = 0: a bag has a member at least.");
    Bagging bagging(DecisionTree(), {.out_of_bag = false});
    CHECK(message<NotFittedError>([&] { bagging.predict(X); }) ==
          "[Bagging] not fitted: an estimator learns before it predicts. Call fit(X, y) first.");
    CHECK(message<IndexError>([&] { bagging.fit(X, y, {}, {{0, 2}}); }) == "[Bagging] row 2 in bag 0: rows are 0..1.");
    CHECK(message<ValueError>([&] {
              bagging.fit(X, y, {}, {{0}, {}});
          }) == "[Bagging] bag 1 without rows: a bag has rows.");
    CHECK(message<ValueError>([&] { bagging.fit(X, Array<double>::ones({2})); }) ==
          "[Bagging] rows of 1 class: it learns to tell at least 2 classes apart.");
    CHECK(message<ShapeError>([&] { bagging.fit({}, y); }) ==
          "[Bagging] X (): X is (rows, features), at least one of each.");
    bagging.fit(X, y);
    CHECK(message<NotFittedError>([&] { bagging.out_of_bag(); }) ==
          "[Bagging] no out-of-bag results: they are made by fit with out_of_bag = true.");
    Bagging values(regression_tree);
    CHECK(message<ValueError>([&] { values.votes(X); }) == "[Bagging] regressors: they do not vote. Take predict.");
    CHECK(message<ValueError>([&] { values.probabilities(X); }) ==
          "[Bagging] regressors: they have no probabilities. Take predict.");
}
