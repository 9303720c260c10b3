#include "sevenfold/ensemble/estimator.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../message.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/score.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

// Answers the weighted mean of y, whatever is asked.
class MeanValue {
  public:
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
        features_ = check_fit_data("MeanValue", task(), X, y, weights).features;
        const Array<double> w = weights_or_ones(weights, y.size());
        double sum = 0, total = 0;
        for (std::size_t i = 0; i < y.size(); ++i) sum += w(i) * y(i), total += w(i);
        mean_ = sum / total;
    }
    Array<double> predict(const Array<double>& X) const {
        check_predict_data("MeanValue", features_, X);
        return Array<double>::full({X.shape(0)}, mean_);
    }
    MeanValue clone(std::uint64_t) const { return {}; }
    Task task() const { return Task::regression; }

  private:
    std::size_t features_ = 0;
    double mean_ = 0;
};

// Always says class 1 of 2, for sure.
struct AlwaysOne {
    void fit(const Array<double>&, const Array<double>&, const Array<double>&) {}
    Array<double> predict(const Array<double>& X) const { return Array<double>::ones({X.shape(0)}); }
    Array<double> probabilities(const Array<double>& X) const {
        Array<double> out = Array<double>::zeros({X.shape(0), 2});
        for (std::size_t i = 0; i < X.shape(0); ++i) out(i, 1) = 1;
        return out;
    }
    AlwaysOne clone(std::uint64_t) const { return {}; }
    Task task() const { return Task::classification; }
};

const Array<double> X{{1, 2}, {3, 4}, {5, 6}};
const Array<double> y({3}, {0, 1, 2});

FitSizes check_classes(const Array<double>& x, const Array<double>& labels, const Array<double>& weights = {},
                       std::size_t least = 1) {
    return check_fit_data("Tree", Task::classification, x, labels, weights, least);
}

}  // namespace

TEST_CASE("an Estimator is a value: a copy keeps what it learned when the original learns anew") {
    Estimator model = MeanValue();
    model.fit(X, y);
    const Estimator copy = model;
    model.fit(X, y, Array<double>({3}, {0, 0, 1}));
    CHECK(copy.predict(X)(0) == 1);
    CHECK(model.predict(X)(0) == 2);
    const Estimator moved = std::move(model);
    CHECK(moved.predict(X)(2) == 2);
    model = copy;
    CHECK(model.predict(X)(0) == 1);
    CHECK(model.as<MeanValue>() != nullptr);
    CHECK(model.as<AlwaysOne>() == nullptr);
}

TEST_CASE("an ensemble is an estimator too: a bag of bags") {
    Estimator model = Bagging(Bagging(MeanValue(), {.estimators = 2}), {.estimators = 3});
    model.fit(X, y);
    REQUIRE(model.as<Bagging>() != nullptr);
    CHECK(model.as<Bagging>()->estimators().size() == 3);
    CHECK(model.as<Bagging>()->estimators()[0].as<Bagging>()->estimators().size() == 2);
    CHECK(model.predict(X)(0) >= 0);
    CHECK(model.predict(X)(0) <= 2);
}

TEST_CASE("a clone has learned nothing") {
    Estimator model = MeanValue();
    model.fit(X, y);
    CHECK(message<NotFittedError>([&] { model.clone(1).predict(X); }) ==
          "[MeanValue] not fitted: an estimator learns before it predicts. Call fit(X, y) first.");
}

TEST_CASE("probabilities are widened by classes that nobody has seen, and refused where there are none") {
    const Estimator sure = AlwaysOne(), mean = MeanValue();
    CHECK(sure.has_probabilities());
    CHECK_FALSE(mean.has_probabilities());
    CHECK(sure.probabilities(X) == Array<double>{{0, 1}, {0, 1}, {0, 1}});
    CHECK(sure.probabilities(X, 4) == Array<double>{{0, 1, 0, 0}, {0, 1, 0, 0}, {0, 1, 0, 0}});
    CHECK(message<ValueError>([&] { mean.probabilities(X); }) ==
          "[probabilities] a regressor: it has no probabilities. Take predict.");
}

TEST_CASE("what fits is measured") {
    const FitSizes sizes = check_classes(X, y);
    CHECK(sizes.rows == 3);
    CHECK(sizes.features == 2);
    CHECK(sizes.classes == 3);
    CHECK(check_fit_data("Mean", Task::regression, X, Array<double>({3}, {-1, 0.5, 1e9}), {}).classes == 0);
}

TEST_CASE("data that does not fit is named with its place") {
    CHECK(message<ShapeError>([] { check_classes(y, y); }) ==
          "[Tree] X (3,): X is (rows, features), at least one of each.");
    CHECK(message<ShapeError>([] {
              check_classes(Array<double>::zeros({3, 2, 2}), y);
          }) == "[Tree] X (3, 2, 2): X is (rows, features), at least one of each. Make each row flat with reshape.");
    CHECK(message<ShapeError>([] {
              check_classes(X, Array<double>({2}, {0, 1}));
          }) == "[Tree] y (2,) for X of 3 rows: there is one number for each row of X, in shape (3,).");
    CHECK(message<ShapeError>([] { check_classes(X, y, Array<double>::ones({4})); }) ==
          "[Tree] weights (4,) for X of 3 rows: there is one number for each row of X, in shape (3,).");
    Array<double> holes = X;
    holes(1, 0) = NAN;
    CHECK(message<ValueError>([&] { check_classes(holes, y); }) ==
          "[Tree] X(1, 0) = nan: features are finite numbers. Leave such rows out or fill them in.");
    CHECK(message<ValueError>([] {
              check_fit_data("Mean", Task::regression, X, Array<double>({3}, {1, INFINITY, 1}), {});
          }) == "[Mean] y(1) = inf: all numbers are finite.");
}

TEST_CASE("classes that are no class numbers are named") {
    CHECK(message<ValueError>([] {
              check_classes(X, Array<double>({3}, {0, 1.5, 1}));
          }) == "[Tree] y(1) = 1.5: classes are numbered 0, 1, .., 65535. A regressor takes values.");
    CHECK(message<ValueError>([] {
              check_classes(X, Array<double>({3}, {1, 1, -1}));
          }) == "[Tree] y(2) = -1: classes are numbered 0, 1, .., 65535. Write -1 and +1 as 0 and 1.");
    CHECK(message<ValueError>([] {
              check_classes(X, Array<double>({3}, {1, 1, 70000}));
          }) == "[Tree] y(2) = 70000: classes are numbered 0, 1, .., 65535. A regressor takes values.");
    CHECK(message<ValueError>([] { check_classes(X, Array<double>::ones({3}), {}, 2); }) ==
          "[Tree] rows of 1 class: it learns to tell at least 2 classes apart.");
    CHECK(message<ValueError>([] {
              check_classes(X, y, Array<double>({3}, {0, 1, 0}), 2);
          }) == "[Tree] rows of 1 class: it learns to tell at least 2 classes apart.");
}

TEST_CASE("weights that weigh nothing are refused") {
    CHECK(message<ValueError>([] {
              check_classes(X, y, Array<double>({3}, {1, -0.5, 1}));
          }) == "[Tree] weights(1) = -0.5: weights are not negative.");
    CHECK(message<ValueError>([] { check_classes(X, y, Array<double>::zeros({3})); }) ==
          "[Tree] weights that sum to 0: their sum is finite and above 0.");
    CHECK(message<ValueError>([] { check_classes(X, y, Array<double>::full({3}, 1e308)); }) ==
          "[Tree] weights that sum to inf: their sum is finite and above 0.");
}

TEST_CASE("to predict, the columns must be those of fit") {
    Estimator model = MeanValue();
    model.fit(X, y);
    CHECK(message<ShapeError>([&] {
              model.predict(Array<double>::zeros({3, 5}));
          }) == "[MeanValue] X (3, 5): fit has seen 2 features.");
}

TEST_CASE("the largest of a row, the first of several") {
    CHECK(largest_column({{0.2, 0.5, 0.3}, {0.4, 0.2, 0.4}, {0, 0, 1}}) == Array<double>({3}, {1, 0, 2}));
}

TEST_CASE("scores of right, constant and wrong answers") {
    CHECK(accuracy(Array<double>({4}, {0, 1, 1, 2}), Array<double>({4}, {0, 1, 2, 2})) == 0.75);
    CHECK(r_squared(y, y) == 1);
    CHECK(r_squared(Array<double>::full({3}, 1), y) == 0);
    CHECK(r_squared(Array<double>({3}, {2, 1, 0}), y) == Approx(-3));
    CHECK(r_squared(Array<double>::ones({2}), Array<double>::ones({2})) == 1);
    CHECK(r_squared(Array<double>::zeros({2}), Array<double>::ones({2})) == 0);
    CHECK(score(Task::classification, y, y) == 1);
    CHECK(score(Task::regression, Array<double>({3}, {0, 0, 0}), y) == Approx(1 - 5.0 / 2));
    CHECK(message<ShapeError>([] { accuracy(y, X); }) ==
          "[accuracy] predicted (3,) and y (3, 2): both are (N,), with the same N above 0.");
}

TEST_CASE("members are not asked to look at rows that their ensemble has looked at, and look at all others") {
    Bagging bag(MeanValue(), {.estimators = 2});
    bag.fit(X, y);
    Array<double> broken = X;
    broken(1, 0) = std::nan("");
    const char* said = "[Bagging] X(1, 0) = nan: features are finite numbers. Leave such rows out or fill them in.";
    CHECK(message<ValueError>([&] { bag.predict(broken); }) == said);

    MeanValue mean;
    mean.fit(X, y, {});
    {
        const CheckedRows known(broken);
        CHECK(mean.predict(broken).size() == 3);
        CHECK(mean.predict(X).size() == 3);
        const Array<double> copy = broken;  // another object: nobody has looked at it
        CHECK(message<ValueError>([&] { mean.predict(copy); }).starts_with("[MeanValue] X(1, 0) = nan"));
        CHECK(message<ShapeError>([&] {
                  const CheckedRows narrow(y);
                  Array<double> one = Array<double>::ones({3, 1});
                  const CheckedRows inner(one);
                  mean.predict(one);  // how many columns there are is looked at all the same
              }) == "[MeanValue] X (3, 1): fit has seen 2 features.");
        CHECK(mean.predict(broken).size() == 3);  // what the inner scopes have hidden is back
    }
    CHECK(message<ValueError>([&] { mean.predict(broken); }).starts_with("[MeanValue] X(1, 0) = nan"));
}
