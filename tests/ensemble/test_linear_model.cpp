#include "sevenfold/ensemble/linear_model.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../message.hpp"
#include "sevenfold/autograd/linalg.hpp"
#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/score.hpp"

using namespace sevenfold;
using doctest::Approx;
using Values = Variable<double>;

namespace {

double largest(const Values& x) { return max(abs(x)).item(); }

// Features of very different sizes and places.
Array<double> uneven(std::size_t rows, std::size_t features, Random& random) {
    Array<double> out = random.normal<double>({rows, features});
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < features; ++j)
            out(i, j) = (out(i, j) + static_cast<double>(j)) * std::pow(10.0, static_cast<double>(j) - 2);
    return out;
}

Array<double> positive(std::size_t rows, Random& random) { return random.uniform<double>({rows}, 0.2, 2); }

// Zero at the minimum: Xᵀ (weight (p − onehot y)) + l2 W, and Σ weight (p − onehot y).
double optimality(const LogisticRegression& fitted, const Array<double>& X, const Array<double>& y,
                  const Array<double>& weights, double l2) {
    const Array<double> p = fitted.probabilities(X);
    const std::size_t columns = fitted.model().weights.shape(1), first = p.shape(1) - columns;
    Array<double> error(Shape{y.size(), columns});
    for (std::size_t i = 0; i < y.size(); ++i)
        for (std::size_t k = 0; k < columns; ++k)
            error(i, k) = weights(i) * (p(i, k + first) - (static_cast<std::size_t>(y(i)) == k + first));
    const Values slope = matmul(Values(X), true, error, false) + l2 * Values(fitted.model().weights);
    return std::max(largest(slope), largest(sum(Values(error), {0})));
}

}  // namespace

TEST_CASE("ridge solves the normal equations in one Newton step, whatever the features' sizes") {
    Random random(3);
    const std::size_t rows = 40, features = 5;
    const Array<double> X = uneven(rows, features, random), y = random.normal<double>({rows}, 1000, 3),
                        weights = positive(rows, random);
    for (const double lambda : {0.0, 0.01, 1.0, 100.0}) {
        CAPTURE(lambda);
        Ridge ridge({lambda});
        ridge.fit(X, y, weights);
        CHECK(ridge.model().steps == 1);
        // (Zᵀ W Z + λ I with no λ for the intercept) w = Zᵀ W y, with a column of ones
        const Values Z = concat<double>({X, Array<double>::ones({rows, 1})}, 1);
        const Values weighted = Z * Values(weights.reshape({rows, 1}));
        Array<double> penalty = Array<double>::zeros({features + 1, features + 1});
        for (std::size_t j = 0; j < features; ++j) penalty(j, j) = lambda;
        const Values normal = matmul(weighted, true, Z, false) + Values(penalty);
        const Array<double> want = solve(normal.value(), matmul(weighted, true, y.reshape({rows, 1}), false).value());
        for (std::size_t j = 0; j < features; ++j)
            CHECK(ridge.model().weights(j, 0) == Approx(want(j, 0)).epsilon(1e-8));
        CHECK(ridge.model().intercept(0) == Approx(want(features, 0)).epsilon(1e-9));
    }
}

TEST_CASE("ridge takes constant and repeated features, and a constant y") {
    Array<double> X({4, 3}, {1, 0.1, 1, 2, 0.1, 2, 3, 0.1, 3, 5, 0.1, 5});
    Ridge ridge({0});
    ridge.fit(X, Array<double>({4}, {2, 4, 6, 10}));
    CHECK(ridge.predict(X)(3) == Approx(10));
    CHECK(ridge.model().weights(0, 0) == Approx(1));  // of all least squares the shortest: both copies share
    CHECK(ridge.model().weights(1, 0) == Approx(0));
    ridge.fit(X, Array<double>::full({4}, 7));
    CHECK(ridge.predict(X)(0) == 7);
}

TEST_CASE("a row of weight 2 counts as two rows, one of weight 0 as none") {
    Random random(5);
    const Array<double> X = random.normal<double>({6, 2}), y({6}, {0, 1, 0, 1, 1, 0});
    const std::vector<std::size_t> rows{0, 0, 1, 2, 3, 3, 5};
    const Array<double> weights({6}, {2, 1, 1, 2, 0, 1});
    const auto check = [&](auto weighted, auto repeated) {
        weighted.fit(X, y, weights);
        repeated.fit(X.rows(rows), y.rows(rows));
        for (std::size_t j = 0; j < 2; ++j)
            CHECK(weighted.model().weights(j, 0) == Approx(repeated.model().weights(j, 0)));
        CHECK(weighted.model().intercept(0) == Approx(repeated.model().intercept(0)));
    };
    check(Ridge(), Ridge());
    check(LogisticRegression(), LogisticRegression());
}

TEST_CASE("logistic regression ends where the gradient is zero, for two classes and for more, in a few steps") {
    Random random(7);
    const Array<double> X = uneven(90, 4, random), weights = positive(90, random);
    for (const std::size_t classes : {2u, 3u, 5u})
        for (const double l2 : {0.0, 0.1, 10.0}) {
            CAPTURE(classes);
            CAPTURE(l2);
            Array<double> y(Shape{90});
            for (std::size_t i = 0; i < 90; ++i) y(i) = static_cast<double>(random.below(classes));
            LogisticRegression model({l2});
            model.fit(X, y, weights);
            CHECK(model.model().weights.shape() == Shape{4, classes == 2 ? 1 : classes});
            CHECK(model.model().steps <= 8);
            CHECK(optimality(model, X, y, weights, l2) < 1e-6);  // X goes up to 40
            const Array<double> p = model.probabilities(X);
            CHECK(largest(sum(Values(p), {1}) - 1) < 1e-12);
            CHECK(model.predict(X) == largest_column(p));
        }
}

TEST_CASE("logistic regression learns real data as it comes") {
    const auto learns = [](const Dataset<double>& set, double least) {
        const auto [train, test] = every_fifth(set.flattened());
        LogisticRegression model;
        model.fit(train.features, train.labels.cast<double>());
        CHECK(accuracy(model.predict(test.features), test.labels.cast<double>()) >= least);
        CHECK(model.model().steps <= 15);
    };
    learns(breast_cancer<double>(), 0.95);
    learns(wine<double>(), 0.94);
    learns(digits<double>(), 0.94);
}

TEST_CASE("linear models refuse what they cannot learn") {
    CHECK(message<ValueError>([] { Ridge({-1}); }) ==
          "[Ridge] lambda = -1: a penalty is a finite number, and not negative.");
    CHECK(message<ValueError>([] { LogisticRegression({INFINITY}); }) ==
          "[LogisticRegression] l2 = inf: a penalty is a finite number, and not negative.");
    Array<double> powers(Shape{100, 20}), noisy(Shape{100});  // columns that are all but dependent
    Random random(1);
    for (std::size_t i = 0; i < 100; ++i) {
        const double at = random.uniform();
        noisy(i) = std::sin(6 * at) + 0.3 * random.normal() > 0;
        for (std::size_t j = 0; j < 20; ++j) powers(i, j) = std::pow(at, static_cast<double>(j) + 1);
    }
    const std::string stuck = message<ValueError>([&] { LogisticRegression({0}).fit(powers, noisy); });
    CHECK(stuck.starts_with("[LogisticRegression] a gradient of "));
    CHECK(stuck.ends_with(
        " after 100 Newton steps: the loss has not come to its minimum. Penalise the weights more, or leave "
        "out features that follow from others."));
    CHECK(message<ValueError>([&] {
              Ridge().fit(Array<double>({2, 1}, {1e180, -1e180}), Array<double>({2}, {1, 2}));
          }) ==
          "[Ridge] features whose squares are no finite numbers: they are scaled by their spread. Divide them by a "
          "constant.");
    const Array<double> X({4, 1}, {1, 2, 3, 4}), y({4}, {0, 0, 1, 1});
    CHECK(message<ValueError>([&] { LogisticRegression({0}).fit(X, y); }) ==
          "[LogisticRegression] classes that a plane separates, and l2 = 0: the larger the weights, the smaller the "
          "loss. Set l2 above 0.");
    CHECK(message<ValueError>([&] { LogisticRegression().fit(X, Array<double>::ones({4})); }) ==
          "[LogisticRegression] rows of 1 class: it learns to tell at least 2 classes apart.");
    CHECK(message<NotFittedError>([&] { Ridge().predict(X); }) ==
          "[Ridge] not fitted: an estimator learns before it predicts. Call fit(X, y) first.");
    CHECK(message<NotFittedError>([&] { LogisticRegression().probabilities(X); }) ==
          "[LogisticRegression] not fitted: an estimator learns before it predicts. Call fit(X, y) first.");
    Estimator model = LogisticRegression();
    model.fit(X, y);
    CHECK(model.has_probabilities());
    CHECK(message<ShapeError>([&] {
              model.predict(Array<double>::zeros({2, 3}));
          }) == "[LogisticRegression] X (2, 3): fit has seen 1 features.");
}
