#include "sevenfold/validation/cross_validate.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "estimators.hpp"
#include "sevenfold/ensemble/linear_model.hpp"

using namespace sevenfold;
using doctest::Approx;
using estimators::ByHeart;
using estimators::Mean;

namespace {

struct Data {
    Array<double> X, y;
};

/// y = x₀ − 2 x₁ + noise
Data line(std::size_t rows, double noise, std::uint64_t seed = 1) {
    Random random(seed);
    Data out{random.normal<double>({rows, 2}), Array<double>(Shape{rows})};
    for (std::size_t i = 0; i < rows; ++i) out.y(i) = out.X(i, 0) - 2 * out.X(i, 1) + noise * random.normal();
    return out;
}

/// Classes that have nothing to do with the features.
Data coins(std::size_t rows) {
    Random random(2);
    Data out{random.normal<double>({rows, 1}), Array<double>(Shape{rows})};
    for (double& c : out.y.flat()) c = static_cast<double>(random.below(2));
    return out;
}

CrossValidation measured(Metric metric, double train, double test) {
    return {std::move(metric), {{train}}, {{test}}, {{0}}};
}

}  // namespace

TEST_CASE("scores have a mean, a deviation over k and a standard error over k - 1") {
    const Scores scores{{1, 2, 3, 6}};
    CHECK(scores.mean() == 3);
    CHECK(scores.deviation() == Approx(std::sqrt(14.0 / 4)));
    CHECK(scores.standard_error() == Approx(std::sqrt(14.0 / 3 / 4)));
    CHECK(std::isnan(Scores{{1}}.standard_error()));
}

TEST_CASE("every fold is fitted to its training rows and judged by both parts") {
    const Array<double> X = Array<double>::zeros({4, 1}), y({4}, {0, 2, 4, 6});
    const auto out = cross_validate(Mean(), X, y, k_fold(4, 2), {.metric = Metric::mean_squared_error()});
    CHECK(out.train.values == std::vector<double>{1, 1});   // mean 5 of 4, 6 and mean 1 of 0, 2
    CHECK(out.test.values == std::vector<double>{17, 17});  // (25 + 9) / 2
    CHECK(out.fit_seconds.values.size() == 2);
    CHECK(out.generalization_gap() == 16);
    CHECK(out.str().starts_with("mean squared error: train 1 ± 0, test 17 ± 0 over 2 folds, fit in "));
}

TEST_CASE("what knows its rows by heart is perfect on them and tosses a coin on others") {
    const Data data = coins(400);
    const auto out = cross_validate(ByHeart(), data.X, data.y, stratified_k_fold(data.y, 5, 1));
    CHECK(out.metric.name == "accuracy");
    CHECK(out.train.mean() == 1);
    CHECK(out.test.mean() == Approx(0.5).epsilon(0.2));
    CHECK(out.generalization_gap() == Approx(1 - out.test.mean()));
}

TEST_CASE("the same bits on any number of threads") {
    const Data data = coins(60);
    const Folds folds = shuffled_k_fold(60, 6, 3);
    const std::vector<Estimator> candidates{ByHeart(), LogisticRegression()};
    const Splitter inner = [](const Array<double>& y) { return stratified_k_fold(y, 3); };
    const auto run = [&](std::size_t threads) {
        const CrossValidationOptions options{.metric = {}, .seed = 5, .threads = threads};
        std::vector<std::vector<double>> all{cross_validate(ByHeart(), data.X, data.y, folds, options).test.values};
        for (const auto& one : learning_curve(ByHeart(), data.X, data.y, folds, {20, 40}, options).results)
            all.push_back(one.test.values);
        const auto nested = nested_cross_validate(candidates, data.X, data.y, folds, inner, options);
        for (const OuterFold& fold : nested.outer) all.push_back(fold.inner);
        all.push_back(nested.chosen.test.values);
        return all;
    };
    const auto alone = run(1);
    for (const std::size_t threads : std::vector<std::size_t>{2, 7, 0}) CHECK(run(threads) == alone);
    CHECK(cross_validate(ByHeart(), data.X, data.y, folds, {.metric = {}, .seed = 6}).test.values != alone[0]);
}

TEST_CASE("every metric can be measured") {
    const Data data = coins(40);
    const Folds folds = stratified_k_fold(data.y, 4);
    for (const Metric& metric : {Metric::accuracy(), Metric::error_rate(), Metric::log_loss(), Metric::roc_auc()}) {
        INFO(metric.name);
        const auto out = cross_validate(LogisticRegression(), data.X, data.y, folds, {.metric = metric});
        for (const double v : out.test.values) CHECK((v >= 0 && v < 2));
    }
    const auto right = cross_validate(LogisticRegression(), data.X, data.y, folds, {.metric = Metric::accuracy()}),
               wrong = cross_validate(LogisticRegression(), data.X, data.y, folds, {.metric = Metric::error_rate()});
    CHECK(right.test.mean() == Approx(1 - wrong.test.mean()));
    CHECK(right.generalization_gap() == Approx(wrong.generalization_gap()));
    const Data values = line(40, 0.1);
    CHECK(cross_validate(Ridge(), values.X, values.y, k_fold(40, 4)).test.mean() > 0.9);
    CHECK(cross_validate(Ridge(), values.X, values.y, k_fold(40, 4), {.metric = Metric::mean_absolute_error()})
              .test.mean() < 0.5);
}

TEST_CASE("more training rows close the gap of a model with noise") {
    const Data data = line(200, 1);
    const Curve curve = learning_curve(Ridge({.lambda = 1e-6}), data.X, data.y, k_fold(200, 5), {4, 20, 160},
                                       {.metric = Metric::mean_squared_error()});
    CHECK(curve.at == std::vector<double>{4, 20, 160});
    CHECK(curve.results[0].generalization_gap() > curve.results[1].generalization_gap());
    CHECK(curve.results[1].generalization_gap() > curve.results[2].generalization_gap());
    CHECK(curve.best() == 2);
    CHECK(curve.results[2].test.values == cross_validate(Ridge({.lambda = 1e-6}), data.X, data.y, k_fold(200, 5),
                                                         {.metric = Metric::mean_squared_error()})
                                              .test.values);
}

TEST_CASE("a validation curve finds the setting that the data were made with") {
    const Array<double> X = Array<double>::zeros({40, 1}), y = Random(3).normal<double>({40}, 5, 0.1);
    const Curve curve = validation_curve([](double factor) { return Estimator(Mean(factor)); }, {0.5, 1, 2}, X, y,
                                         k_fold(40, 4), {.metric = Metric::mean_squared_error()});
    CHECK(curve.best() == 1);
    CHECK(curve.str("factor").find("    factor") == 0);
}

TEST_CASE("nested cross-validation chooses inside and judges outside") {
    const Data data = line(60, 0.1);
    const std::vector<Estimator> candidates{Mean(), Ridge({.lambda = 0.01}), Mean(2)};
    const Splitter inner = [](const Array<double>& y) { return k_fold(y.size(), 3); };
    const Folds outer = k_fold(60, 4);
    const auto out = nested_cross_validate(candidates, data.X, data.y, outer, inner);
    CHECK(out.times_chosen() == std::vector<std::size_t>{0, 4, 0});
    const auto alone = cross_validate(candidates[1], data.X, data.y, outer);
    CHECK(out.chosen.test.values == alone.test.values);
    for (const OuterFold& fold : out.outer) {
        CHECK(fold.inner[1] > fold.inner[0]);  // R²
        CHECK(fold.inner[0] > fold.inner[2]);
    }
}

TEST_CASE("the best of many coin tosses looks good inside; nested cross-validation is not flattered") {
    const Data data = coins(60);
    std::vector<Estimator> candidates;
    for (std::uint64_t kind = 0; kind < 30; ++kind) candidates.push_back(ByHeart(0, kind));
    const Splitter inner = [](const Array<double>& y) { return stratified_k_fold(y, 2); };
    double inside = 0, outside = 0;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        const auto out = nested_cross_validate(candidates, data.X, data.y, stratified_k_fold(data.y, 5, seed), inner,
                                               {.metric = {}, .seed = seed});
        for (const OuterFold& fold : out.outer) inside += fold.inner[fold.chosen] / 25;
        outside += out.chosen.test.mean() / 5;
    }
    CHECK(inside > 0.57);
    CHECK(outside < 0.57);
}

TEST_CASE("the verdict says which of the three it is, and from which numbers") {
    const auto accuracy = [](double train, double test) {
        return verdict(measured(Metric::accuracy(), train, test), {.train = 0.9, .allowed_gap = 0.05});
    };
    CHECK(accuracy(0.8, 0.79).fit == Fit::underfitted);
    CHECK(accuracy(0.8, 0.79).words ==
          "underfitted: training accuracy 0.8 misses the 0.9 expected (test accuracy 0.79 ± 0)");
    CHECK(accuracy(0.8, 0.2).fit == Fit::underfitted);
    CHECK(accuracy(1, 0.82).fit == Fit::overfitted);
    CHECK(accuracy(1, 0.82).words ==
          "overfitted: training accuracy 1 reaches the 0.9 expected, and test accuracy 0.82 ± 0 is worse by 0.18; 0.05 "
          "is "
          "allowed");
    CHECK(accuracy(0.9, 0.87).fit == Fit::well_fitted);
    CHECK(accuracy(0.9, 0.95).fit == Fit::well_fitted);
    const auto loss = [](double train, double test) {
        return verdict(measured(Metric::mean_squared_error(), train, test), {.train = 1, .allowed_gap = 0.5}).fit;
    };
    CHECK(loss(2, 2) == Fit::underfitted);
    CHECK(loss(0.1, 1) == Fit::overfitted);
    CHECK(loss(0.5, 0.8) == Fit::well_fitted);
}

TEST_CASE("the real thing: a line for a line fits well, a mean underfits, knowing by heart overfits") {
    const Data data = line(80, 0.2), tosses = coins(80);
    const Folds folds = k_fold(80, 5);
    const Expectation expected{.train = 0.9, .allowed_gap = 0.1};
    CHECK(verdict(cross_validate(Ridge(), data.X, data.y, folds), expected).fit == Fit::well_fitted);
    CHECK(verdict(cross_validate(Mean(), data.X, data.y, folds), expected).fit == Fit::underfitted);
    CHECK(verdict(cross_validate(ByHeart(), tosses.X, tosses.y, folds), expected).fit == Fit::overfitted);
}

TEST_CASE("cross-validations that cannot be say why") {
    const Data data = line(6, 0);
    const Array<double>&X = data.X, &y = data.y;
    const auto validate = [&](const Folds& folds) { return cross_validate(Mean(), X, y, folds); };
    CHECK_THROWS_WITH_AS(validate({}), "[cross_validate] no folds: there is at least one. Make them with k_fold.",
                         ValueError);
    CHECK_THROWS_WITH_AS(validate({{{}, {1}}}),
                         "[cross_validate] fold 0 with 0 rows to train and 1 to test: both parts have rows.",
                         ValueError);
    CHECK_THROWS_WITH_AS(validate({{{0, 1}, {2, 1}}}),
                         "[cross_validate] row 1 in both parts of fold 0: a row that was trained on says nothing about "
                         "new ones.",
                         ValueError);
    CHECK_THROWS_AS(validate({{{0, 1}, {9}}}), IndexError);
    CHECK_THROWS_WITH_AS(cross_validate(Mean(), X, Array<double>::ones({5}), k_fold(5, 2)),
                         "[cross_validate] X (6, 2) and y (5,): X is (N, F) and y (N,).", ShapeError);
    CHECK_THROWS_WITH_AS(learning_curve(Mean(), X, y, k_fold(6, 2), {4}),
                         "[learning_curve] a size of 4: sizes run from 1 to the fold's 3 training rows.", ValueError);
    CHECK_THROWS_AS(learning_curve(Mean(), X, y, k_fold(6, 2), {0}), ValueError);
    CHECK_THROWS_WITH_AS(learning_curve(Mean(), X, y, k_fold(6, 2), {}),
                         "[learning_curve] no sizes: there is at least one.", ValueError);
    const auto make = [](double factor) { return Estimator(Mean(factor)); };
    CHECK_THROWS_WITH_AS(validation_curve(make, {}, X, y, k_fold(6, 2)),
                         "[validation_curve] no values: there is at least one.", ValueError);
    const Splitter inner = [](const Array<double>& part) { return k_fold(part.size(), 4); };
    CHECK_THROWS_WITH_AS(nested_cross_validate({}, X, y, k_fold(6, 2), inner),
                         "[nested_cross_validate] no candidates: there is at least one to choose.", ValueError);
    CHECK_THROWS_WITH_AS(nested_cross_validate({Mean(), ByHeart()}, X, y, k_fold(6, 2), inner),
                         "[nested_cross_validate] classifiers and regressors: their scores cannot be compared.",
                         ValueError);
    CHECK_THROWS_WITH_AS(nested_cross_validate({Mean()}, X, y, k_fold(6, 2), inner),
                         "[k_fold] 4 folds of 3 rows: every fold tests at least one row. Choose fewer folds.",
                         ValueError);
    const Array<double> one_class = Array<double>::zeros({6});
    CHECK_THROWS_WITH_AS(cross_validate(ByHeart(), X, one_class, k_fold(6, 2)),
                         "[ByHeart] rows of 1 class: it learns to tell at least 2 classes apart.", ValueError);
    CHECK_THROWS_WITH_AS(Metric::accuracy().of(ByHeart(), X, one_class),
                         "[ByHeart] not fitted: an estimator learns before it predicts. Call fit(X, y) first.",
                         NotFittedError);
    CHECK_THROWS_WITH_AS(Curve().best(), "[curve] no points: there is nothing to choose from.", ValueError);
    CHECK_THROWS_WITH_AS(verdict(measured(Metric::accuracy(), 1, 1), {.train = 1, .allowed_gap = -1}),
                         "[verdict] an allowed gap of -1: it is finite and not negative.", ValueError);
}
