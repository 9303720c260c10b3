#include "sevenfold/validation/bias_variance.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "estimators.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/linear_model.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

Array<double> classes(const Shape& shape, std::size_t k, Random& random) {
    Array<double> out(shape);
    for (double& c : out.flat()) c = static_cast<double>(random.below(k));
    return out;
}

}  // namespace

TEST_CASE("squared loss is noise, bias and variance, whatever the predictions") {
    Random random(1);
    for (int i = 0; i < 20; ++i) {
        const auto predictions = random.normal<double>({5, 7}), y = random.normal<double>({7}, 0.5);
        const auto parts = decompose_squared(predictions, y, 0.2);
        CHECK(parts.noise + parts.bias + parts.variance == Approx(parts.loss));
        CHECK(parts.noise == 0.2);
        CHECK(decompose_squared(predictions, y).bias == Approx(parts.bias + 0.2));
    }
    const auto same = decompose_squared(Array<double>{{1, 2}, {1, 2}}, Array<double>({2}, {1, 4}));
    CHECK(same.variance == 0);
    CHECK(same.bias == 2);
    CHECK(same.main == Array<double>({2}, {1, 2}));
}

TEST_CASE(
    "0-1 loss is noise, bias and net variance; with two classes variance hurts where the bias is 0 and helps "
    "elsewhere") {
    Random random(2);
    for (const std::size_t k : std::vector<std::size_t>{2, 3, 5})
        for (int i = 0; i < 20; ++i) {
            const auto predictions = classes({9, 11}, k, random), y = classes({11}, k, random),
                       best = classes({11}, k, random);
            for (const auto& parts : {decompose_zero_one(predictions, y), decompose_zero_one(predictions, y, best)}) {
                CHECK(parts.noise + parts.bias + parts.net_variance == Approx(parts.loss));
                CHECK(parts.unbiased_variance + parts.biased_variance == Approx(parts.variance));
                if (k == 2) CHECK(parts.net_variance == Approx(parts.unbiased_variance - parts.biased_variance));
            }
            CHECK(decompose_zero_one(predictions, y).noise == Approx(0).epsilon(1e-12));
        }
    const auto tie = decompose_zero_one(Array<double>{{2, 1}, {1, 1}}, Array<double>({2}, {1, 0}));
    CHECK(tie.main == Array<double>({2}, {1, 1}));
    CHECK(tie.bias == 0.5);
}

TEST_CASE("the known noise is what is left for a model that is right on average and does not vary") {
    Random random(3);
    const std::size_t rows = 20000;
    Array<double> y(Shape{rows}), flipped(Shape{rows});
    const auto perfect = Array<double>::zeros({1, rows}), best = Array<double>::zeros({rows});
    for (std::size_t i = 0; i < rows; ++i) {
        y(i) = 0.5 * random.normal();
        flipped(i) = random.uniform() < 0.1 ? 1 : 0;
    }
    CHECK(decompose_squared(perfect, y, 0.25).bias == Approx(0).epsilon(0.01));
    const auto parts = decompose_zero_one(perfect, flipped, best);
    CHECK(parts.noise == Approx(0.1).epsilon(0.1));
    CHECK(parts.bias == 0);
    CHECK(parts.variance == 0);
}

TEST_CASE("a stronger penalty trades variance for bias") {
    Random random(4);
    const auto X = random.normal<double>({400, 5}), X_test = random.normal<double>({100, 5});
    const auto answer = [&](const Array<double>& x) {
        Array<double> y(Shape{x.shape(0)});
        for (std::size_t i = 0; i < y.size(); ++i) y(i) = x(i, 0) + 2 * x(i, 1) - x(i, 4) + random.normal();
        return y;
    };
    const auto y = answer(X), y_test = answer(X_test);
    std::vector<Rows> samples;  // of 10 rows each, none in common
    for (std::size_t first = 0; first < 400; first += 10) {
        Rows rows;
        for (std::size_t i = 0; i < 10; ++i) rows.push_back(first + i);
        samples.push_back(rows);
    }
    const auto parts = [&](double lambda) {
        return decompose_squared(predictions_over(Ridge({.lambda = lambda}), X, y, X_test, samples), y_test, 1);
    };
    const auto weak = parts(0.01), strong = parts(30);
    CHECK(weak.variance > 2 * strong.variance);
    CHECK(weak.bias < strong.bias / 2);
}

TEST_CASE("deeper trees trade bias for variance; bagging lowers the variance and leaves the bias") {
    Random random(6);
    const std::size_t models = 30, rows = 80;
    const auto X = random.uniform<double>({models * rows, 1}, -2, 2), X_test = random.uniform<double>({300, 1}, -2, 2);
    const auto answer = [&](const Array<double>& x) {
        Array<double> y(Shape{x.shape(0)});
        for (std::size_t i = 0; i < y.size(); ++i) y(i) = std::sin(3 * x(i, 0)) + 0.4 * random.normal();
        return y;
    };
    const auto y = answer(X), y_test = answer(X_test);
    std::vector<Rows> samples(models);  // new rows for each model
    for (std::size_t i = 0; i < models * rows; ++i) samples[i / rows].push_back(i);
    const auto parts = [&](const Estimator& model) {
        return decompose_squared(predictions_over(model, X, y, X_test, samples), y_test, 0.16);
    };
    const auto tree = [](std::size_t depth) {
        return DecisionTree({.criterion = Criterion::squared_error, .max_depth = depth});
    };
    const auto stump = parts(tree(1)), middle = parts(tree(3)), deep = parts(tree(0)),
               bag = parts(Bagging(tree(0), {.estimators = 25, .out_of_bag = false}));
    CHECK(stump.bias > 2 * middle.bias);
    CHECK(middle.bias > deep.bias);
    CHECK(stump.variance < middle.variance);
    CHECK(middle.variance < deep.variance);
    CHECK(bag.variance < 0.75 * deep.variance);
    CHECK(std::abs(bag.bias - deep.bias) < 0.1 * stump.bias);
    for (const auto& one : {stump, middle, deep, bag}) CHECK(one.noise + one.bias + one.variance == Approx(one.loss));
}

TEST_CASE("models over samples give the same bits on any number of threads") {
    Random random(5);
    const auto X = random.normal<double>({30, 1}), X_test = random.normal<double>({10, 1});
    const auto y = classes({30}, 2, random);
    std::vector<Rows> samples(8);
    for (Rows& rows : samples)
        for (int i = 0; i < 30; ++i) rows.push_back(random.below(30));
    const auto alone = predictions_over(estimators::ByHeart(), X, y, X_test, samples, 7, 1);
    CHECK(alone.shape() == Shape{8, 10});
    CHECK(predictions_over(estimators::ByHeart(), X, y, X_test, samples, 7, 3) == alone);
    CHECK_FALSE(predictions_over(estimators::ByHeart(), X, y, X_test, samples, 8, 3) == alone);
}

TEST_CASE("decompositions of what does not fit say why") {
    const Array<double> two = Array<double>::zeros({2, 3}), y = Array<double>::zeros({3});
    CHECK_THROWS_WITH_AS(
        decompose_squared(two, Array<double>::zeros({2})),
        "[decompose_squared] predictions (2, 3) and y (2,): predictions are (models, rows), y is (rows,), "
        "at least one of each.",
        ShapeError);
    CHECK_THROWS_AS(decompose_zero_one(y, y), ShapeError);
    CHECK_THROWS_AS(decompose_zero_one(two, y, Array<double>::zeros({2})), ShapeError);
    CHECK_THROWS_AS(decompose_squared(Array<double>::zeros({0, 3}), y), ShapeError);
    CHECK_THROWS_WITH_AS(decompose_squared(two, y, -1),
                         "[decompose_squared] a noise of -1: a variance is not negative.", ValueError);
    CHECK_THROWS_WITH_AS(predictions_over(estimators::Mean(), two, Array<double>::zeros({2}), two, {}),
                         "[predictions_over] no samples: there is a model for each of them.", ValueError);
    CHECK_THROWS_AS(predictions_over(estimators::Mean(), two, Array<double>::zeros({2}), two, {{5}}), IndexError);
}
