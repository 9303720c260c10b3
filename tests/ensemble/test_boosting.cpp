#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../message.hpp"
#include "cells.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/adaboost.hpp"
#include "sevenfold/ensemble/adaboost_r2.hpp"
#include "sevenfold/ensemble/decision_stump.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/score.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

// Rows of noise with random labels: nothing can be learned from one round, and still the bound must hold.
Data noise(std::uint64_t seed, std::size_t rows, std::size_t classes) {
    Random random(seed);
    Data d{random.normal<double>({rows, 3}), Array<double>(Shape{rows})};
    for (double& y : d.y.flat()) y = static_cast<double>(random.below(classes));
    return d;
}

const DecisionTree depth_one({.max_depth = 1}), values({.criterion = Criterion::squared_error, .max_depth = 3});

// Weighted training error after each round.
void check_bound(const AdaBoost& boost, const Data& d, const Array<double>& weights) {
    const Array<double> staged = boost.staged_predict(d.X);
    double total = 0;
    for (const double w : weights) total += w;
    for (std::size_t t = 0; t < boost.rounds().size(); ++t) {
        double error = 0;
        for (std::size_t i = 0; i < d.y.size(); ++i) error += weights(i) / total * (staged(t, i) != d.y(i));
        CHECK(error <= boost.rounds()[t].bound + 1e-12);
    }
}

}  // namespace

TEST_CASE("the training error stays under AdaBoost's bound in every round") {
    for (const double rate : {1.0, 0.5})
        for (const std::size_t classes : {2u, 3u, 5u})
            for (std::uint64_t seed = 0; seed < 4; ++seed) {
                CAPTURE(classes);
                CAPTURE(rate);
                const Data d = noise(seed, 120, classes);
                const Array<double> weights = Random(seed).uniform<double>({120}, 0.2, 1);
                AdaBoost boost(depth_one, {.rounds = 40, .learning_rate = rate});
                boost.fit(d.X, d.y, weights);
                CHECK(boost.rounds().size() > 2);
                check_bound(boost, d, weights);
            }
}

TEST_CASE("with two classes and rate 1 the bound is the product of 2 √(e (1 − e)), and it falls") {
    const Data d = cells();
    AdaBoost boost(DecisionStump(), {.rounds = 60});
    boost.fit(d.X, d.y);
    double product = 1, before = 1;
    for (const BoostingRound& round : boost.rounds()) {
        product *= 2 * std::sqrt(round.error * (1 - round.error));
        CHECK(round.bound == Approx(product));
        CHECK(round.bound < before);
        before = round.bound;
    }
    check_bound(boost, d, Array<double>::ones(d.y.shape()));
    CHECK(boost.end() == BoostingEnd::all_rounds);
    CHECK(accuracy(boost.predict(d.X), d.y) == 1);
}

TEST_CASE("after each round the learner just trained is right on half of the weight") {
    const Data d = cells();
    AdaBoost boost(depth_one, {.rounds = 10, .keep_sample_weights = true});
    boost.fit(d.X, d.y);
    for (std::size_t t = 0; t < 10; ++t) {
        const Array<double> answers = boost.rounds()[t].learner.predict(d.X);
        double wrong = 0, total = 0;
        for (std::size_t i = 0; i < d.y.size(); ++i) {
            const double w = boost.sample_weights()(t + 1, i);
            total += w;
            wrong += w * (answers(i) != d.y(i));
        }
        CHECK(total == Approx(1));
        CHECK(wrong == Approx(0.5));
    }
}

TEST_CASE("boosted trees tell more than two classes apart, and the last stage is the answer") {
    const auto set = wine<double>();
    const Data d{set.features, set.labels.cast<double>()};
    AdaBoost boost(DecisionTree({.max_depth = 2}), {.rounds = 25});
    boost.fit(d.X, d.y);
    CHECK(accuracy(boost.predict(d.X), d.y) == 1);
    CHECK(boost.staged_predict(d.X).row(boost.rounds().size() - 1) == boost.predict(d.X));
    const Array<double> shares = boost.probabilities(d.X);
    for (std::size_t i = 0; i < d.y.size(); ++i) CHECK(shares(i, 0) + shares(i, 1) + shares(i, 2) == Approx(1));
    for (const double m : boost.margins(d.X, d.y)) CHECK(m > 0);
}

TEST_CASE("a margin is positive where the answer is right, and negative where it is wrong") {
    const Data d = noise(9, 80, 2);
    AdaBoost boost(depth_one, {.rounds = 15});
    boost.fit(d.X, d.y);
    const Array<double> margins = boost.margins(d.X, d.y), answers = boost.predict(d.X);
    const Array<double> decision = boost.staged_decision(d.X);
    double say = 0;
    for (const BoostingRound& round : boost.rounds()) say += round.weight;
    for (std::size_t i = 0; i < 80; ++i) {
        CHECK((margins(i) > 0) == (answers(i) == d.y(i)));
        const double f = decision(boost.rounds().size() - 1, i) / (say / 2);
        CHECK(margins(i) == Approx(d.y(i) == 1 ? f : -f));
    }
}

TEST_CASE("a perfect learner ends boosting and has the last word") {
    const Array<double> X{{1}, {2}, {3}, {4}}, y({4}, {0, 0, 1, 1});
    AdaBoost boost(depth_one, {.rounds = 20});
    boost.fit(X, y);
    CHECK(boost.rounds().size() == 1);
    CHECK(boost.end() == BoostingEnd::perfect);
    CHECK(boost.rounds()[0].bound == 0);
    CHECK(boost.predict(X) == y);
    const Data d = noise(3, 60, 2);
    AdaBoost deep(DecisionTree({.max_depth = 6}), {.rounds = 200});
    deep.fit(d.X, d.y);
    CHECK(deep.end() == BoostingEnd::perfect);
    CHECK(deep.predict(d.X) == d.y);
    CHECK(name(deep.end()) == "a learner made no error");
}

TEST_CASE("a learner no better than chance ends boosting") {
    const Array<double> X = Array<double>::ones({4, 1}), y({4}, {0, 1, 0, 1});
    AdaBoost boost(depth_one, {.rounds = 20});
    boost.fit(X, y);
    CHECK(boost.end() == BoostingEnd::no_better);
    CHECK(boost.rounds().size() == 1);
    CHECK(boost.rounds()[0].bound == 1);
    CHECK(accuracy(boost.predict(X), y) == 0.5);
    // Of unequal classes the first round learns something; then both weigh the same, and there is nothing left.
    boost.fit(Array<double>::ones({3, 1}), Array<double>({3}, {0, 0, 1}));
    CHECK(boost.end() == BoostingEnd::no_better);
    CHECK(boost.rounds().size() == 1);
    CHECK(boost.rounds()[0].error == Approx(1.0 / 3));
}

TEST_CASE("AdaBoost.R2 lowers the error of its learner, and one seed gives one result") {
    Random random(4);
    Data d{random.uniform<double>({400, 2}, -1, 1), Array<double>(Shape{400})};
    for (std::size_t i = 0; i < 400; ++i) d.y(i) = std::sin(4 * d.X(i, 0)) + d.X(i, 1) * d.X(i, 1);
    DecisionTree alone = values;
    alone.fit(d.X, d.y);
    for (const R2Loss loss : {R2Loss::linear, R2Loss::square, R2Loss::exponential}) {
        AdaBoostR2 boost(values, {.rounds = 30, .loss = loss, .seed = 1}), again = boost.clone(1),
                                                                           other = boost.clone(2);
        boost.fit(d.X, d.y);
        CHECK(mean_squared_error(boost.predict(d.X), d.y) < 0.7 * mean_squared_error(alone.predict(d.X), d.y));
        again.fit(d.X, d.y);
        other.fit(d.X, d.y);
        CHECK(again.predict(d.X) == boost.predict(d.X));
        CHECK(other.predict(d.X) != boost.predict(d.X));
        CHECK(boost.staged_predict(d.X).row(boost.rounds().size() - 1) == boost.predict(d.X));
        for (const R2Round& round : boost.rounds()) CHECK(round.average_loss < 0.5);
    }
}

TEST_CASE("AdaBoost.R2 ends with a learner that is right everywhere") {
    const Array<double> X{{1}, {2}, {3}}, y({3}, {1, 5, 5});
    AdaBoostR2 boost(values);
    boost.fit(X, y, {}, {{0, 1, 2}, {0, 1, 2}});
    CHECK(boost.rounds().size() == 1);
    CHECK(boost.predict(X) == y);
}

TEST_CASE("what boosting refuses is named") {
    const Array<double> X{{1}, {2}}, y({2}, {0, 1});
    CHECK(message<ValueError>([] { AdaBoost{values}; }) ==
          "[AdaBoost] a regressor: it boosts classifiers. For values there is AdaBoostR2.");
    CHECK(message<ValueError>([] { AdaBoostR2{depth_one}; }) ==
          "[AdaBoostR2] a classifier: it boosts regressors. For classes there is AdaBoost.");
    CHECK(message<ValueError>([] { AdaBoost(depth_one, {.rounds = 0}); }) ==
          "[AdaBoost] rounds = 0: there is at least one.");
    CHECK(message<ValueError>([] { AdaBoost(depth_one, {.learning_rate = 0}); }) ==
          "[AdaBoost] learning_rate = 0: it is above 0.");
    CHECK(message<ValueError>([] { AdaBoostR2(values, {.rounds = 0}); }) ==
          "[AdaBoostR2] rounds = 0: there is at least one.");
    CHECK(message<ValueError>([] { AdaBoostR2(values, {.learning_rate = -1}); }) ==
          "[AdaBoostR2] learning_rate = -1: it is above 0.");
    AdaBoost boost{depth_one};
    CHECK(message<ValueError>([&] { boost.fit(X, Array<double>::zeros({2})); }) ==
          "[AdaBoost] rows of 1 class: it learns to tell at least 2 classes apart.");
    CHECK(message<ValueError>([&] {
              boost.fit(X, y, Array<double>({2}, {1, -1}));
          }) == "[AdaBoost] weights(1) = -1: weights are not negative.");
    CHECK(message<NotFittedError>([&] { boost.predict(X); }) ==
          "[AdaBoost] not fitted: an estimator learns before it predicts. Call fit(X, y) first.");
    boost.fit(X, y);
    CHECK(message<NotFittedError>([&] { boost.sample_weights(); }) ==
          "[AdaBoost] no sample weights: they are kept by fit with keep_sample_weights = true.");
    boost.fit(Array<double>{{1}, {2}, {3}}, Array<double>({3}, {0, 1, 2}));
    CHECK(message<ValueError>([&] { boost.staged_decision(X); }) ==
          "[AdaBoost] 3 classes: the decision Σ α h is one of two classes. Take staged_votes.");
}

TEST_CASE("rows whose weight has all but vanished do not draw a split") {
    const Split<double> data = holdout(breast_cancer<double>(), 0.3, 1, true);
    AdaBoost model(DecisionTree({.max_depth = 1}), {.rounds = 250, .keep_sample_weights = true});
    model.fit(data.train.features, data.train.labels.cast<double>());
    const Array<double> weights = model.sample_weights().row(model.rounds().size());
    CHECK(*std::min_element(weights.begin(), weights.end()) < 1e-16);  // of sums around 1 these are rounding
    CHECK(model.end() == BoostingEnd::all_rounds);
    for (const BoostingRound& round : model.rounds()) CHECK(round.error < 0.45);
}
