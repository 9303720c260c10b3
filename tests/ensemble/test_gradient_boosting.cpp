#include "sevenfold/ensemble/gradient_boosting.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../message.hpp"
#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/score.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

// A wave of one feature beside one that says nothing.
struct Wave {
    Array<double> X, y{Shape{120}}, weights;
    Wave() {
        Random random(4);
        X = random.uniform<double>({120, 2}, -2, 2);
        weights = random.uniform<double>({120}, 0.5, 2);
        for (std::size_t i = 0; i < 120; ++i) y(i) = 3 + std::sin(2 * X(i, 0)) + 0.1 * random.normal();
    }
};

void check_falls(const std::vector<double>& losses) {
    for (std::size_t i = 1; i < losses.size(); ++i) CHECK(losses[i] <= losses[i - 1] * (1 + 1e-12));
    CHECK(losses.back() < 0.8 * losses.front());
}

}  // namespace

TEST_CASE("for squared errors, boosting fits trees to residuals, as by hand") {
    const Wave data;
    const std::size_t rounds = 20;
    GradientBoosting model(Task::regression, {.rounds = rounds, .learning_rate = 0.3});
    model.fit(data.X, data.y, data.weights);

    double sum = 0, total = 0;
    for (std::size_t i = 0; i < 120; ++i) sum += data.weights(i) * data.y(i), total += data.weights(i);
    Array<double> by_hand = Array<double>::full({120}, sum / total);
    CHECK(model.start()[0] == Approx(sum / total).epsilon(1e-12));
    const Array<double> staged = model.staged_predict(data.X);
    REQUIRE(staged.shape() == Shape{rounds, 120});
    for (std::size_t round = 0; round < rounds; ++round) {
        Array<double> residual = data.y;
        for (std::size_t i = 0; i < 120; ++i) residual(i) -= by_hand(i);
        DecisionTree tree({.criterion = Criterion::squared_error, .max_depth = 3});
        tree.fit(data.X, residual, data.weights);
        const Array<double> step = tree.predict(data.X);
        for (std::size_t i = 0; i < 120; ++i) {
            by_hand(i) += 0.3 * step(i);
            CHECK(staged(round, i) == Approx(by_hand(i)).epsilon(1e-9));
        }
    }
    CHECK(model.predict(data.X) == staged.row(rounds - 1));
}

TEST_CASE("with a small learning rate, every round lowers a convex training loss") {
    const Wave data;
    const RowLoss log_cosh = [](const auto& scores, const auto& y) {  // a loss that the library does not know
        const auto d = scores - Variable<double>(y);
        return softplus(2 * d) - d - std::log(2.0);
    };
    for (const RowLoss& loss : {half_squared_error(), huber_error(0.5), log_cosh}) {
        GradientBoosting model(Task::regression, {.loss = loss, .rounds = 40, .learning_rate = 0.1});
        model.fit(data.X, data.y, data.weights);
        check_falls(model.training_loss());
    }
    const Dataset<double> flowers = iris<double>();
    GradientBoosting classifier(Task::classification, {.rounds = 40, .learning_rate = 0.2});
    classifier.fit(flowers.features, flowers.labels.cast<double>());
    check_falls(classifier.training_loss());
}

TEST_CASE("boosting begins at the constant that each loss asks for") {
    const Array<double> X({5, 1}, {1, 2, 3, 4, 5}), y({5}, {1, 2, 3, 4, 90});
    const auto start = [&](const RowLoss& loss, const Array<double>& weights = {}) {
        GradientBoosting model(Task::regression, {.loss = loss, .rounds = 1});
        model.fit(X, y, weights);
        return model.start()[0];
    };
    CHECK(start(half_squared_error()) == Approx(20));
    CHECK(start(absolute_error()) == Approx(3));                                       // the median
    CHECK(start(absolute_error(), Array<double>({5}, {9, 1, 1, 1, 1})) == Approx(1));  // the weighted one
    CHECK(start(huber_error(1)) == Approx(3).epsilon(0.01));
    GradientBoosting classifier(Task::classification, {.rounds = 1});
    classifier.fit(X, Array<double>({5}, {0, 0, 1, 0, 1}));
    CHECK(classifier.start()[0] == Approx(std::log(0.6)));
    CHECK(classifier.start()[1] == Approx(std::log(0.4)));
}

TEST_CASE("the absolute error is not drawn by an outlier, the squared one is") {
    Wave data;
    data.y(0) = 1000;
    const auto at_outlier = [&](const RowLoss& loss) {
        GradientBoosting model(Task::regression, {.loss = loss, .rounds = 100});
        model.fit(data.X, data.y);
        return model.predict(data.X)(0);
    };
    CHECK(at_outlier(absolute_error()) < 20);
    CHECK(at_outlier(half_squared_error()) > 100);
}

TEST_CASE("boosting learns real classes, two and three, and its probabilities sum to 1") {
    const auto learns = [](const Dataset<double>& set, double least) {
        const auto [train, test] = every_fifth(set);
        GradientBoosting model(Task::classification, {.rounds = 60, .learning_rate = 0.3, .subsample = 0.5});
        model.fit(train.features, train.labels.cast<double>());
        const Array<double> y = test.labels.cast<double>(), p = model.probabilities(test.features);
        CHECK(accuracy(model.predict(test.features), y) >= least);
        CHECK(model.predict(test.features) == largest_column(p));
        for (std::size_t i = 0; i < y.size(); ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < set.classes; ++k) sum += p(i, k);
            CHECK(sum == Approx(1));
        }
    };
    learns(breast_cancer<double>(), 0.94);
    learns(wine<double>(), 0.94);
}

TEST_CASE("one seed gives one boosted model, on any number of threads") {
    const Dataset<double> wines = wine<double>();
    const auto fitted = [&](std::size_t threads, std::uint64_t seed) {
        GradientBoosting model(Task::classification, {.rounds = 8, .subsample = 0.5, .threads = threads});
        model = model.clone(seed);
        model.fit(wines.features, wines.labels.cast<double>());
        return model.probabilities(wines.features);
    };
    CHECK(fitted(1, 3) == fitted(3, 3));
    CHECK_FALSE(fitted(1, 3) == fitted(1, 4));
}

TEST_CASE("gradient boosting refuses what it cannot use") {
    const auto with = [](GradientBoostingOptions options) {
        return message<ValueError>([&] { GradientBoosting(Task::regression, options); });
    };
    CHECK(with({.rounds = 0}) == "[GradientBoosting] 0 rounds: at least one is needed to learn.");
    CHECK(with({.learning_rate = 0}) == "[GradientBoosting] learning_rate 0: it is above 0.");
    CHECK(with({.subsample = 1.5}) ==
          "[GradientBoosting] subsample 1.5: it is a share of the rows, above 0 and up to 1.");
    const Wave data;
    GradientBoosting mean_loss(Task::regression,
                               {.loss = [](const auto& scores, const auto& y) { return mse(scores, y); }});
    CHECK(message<ShapeError>([&] { mean_loss.fit(data.X, data.y); }) ==
          "[GradientBoosting] a loss of shape (): there is one for each row, (120,). Take Reduction::none.");
    GradientBoosting root(Task::regression,
                          {.loss = [](const auto& scores, const auto&) { return log(scores - 100); }});
    CHECK(message<AnomalyError>([&] { root.fit(data.X, data.y); }) ==
          "[GradientBoosting] a loss that is not finite: trees are fitted to its gradient. Lower the learning rate, or "
          "look at the loss where y is extreme.");
    CHECK(message<NotFittedError>([&] { root.predict(data.X); }) ==
          "[GradientBoosting] not fitted: an estimator learns before it predicts. Call fit(X, y) first.");
    CHECK(message<ValueError>([&] {
              GradientBoosting(Task::classification).fit(data.X, Array<double>::ones({120}));
          }) == "[GradientBoosting] rows of 1 class: it learns to tell at least 2 classes apart.");
}
