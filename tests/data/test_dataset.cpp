#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "sevenfold/data/dataset.hpp"

using namespace sevenfold;

namespace {

// Row i holds the number i; classes of 60, 30 and 11 rows, sorted.
Dataset<double> sorted_rows() {
    Dataset<double> data;
    data.title = "rows";
    data.features = Array<double>::arange(101).reshape({101, 1});
    data.labels = Labels::zeros({101});
    for (std::size_t i = 60; i < 101; ++i) data.labels(i) = i < 90 ? 1 : 2;
    data.classes = 3;
    return data;
}

template <class T>
std::vector<double> all_features(const Split<T>& split) {
    std::vector<double> all(split.train.features.begin(), split.train.features.end());
    all.insert(all.end(), split.test.features.begin(), split.test.features.end());
    std::sort(all.begin(), all.end());
    return all;
}

std::int64_t count(const Labels& labels, std::int64_t label) { return std::count(labels.begin(), labels.end(), label); }

}  // namespace

TEST_CASE("every row lands in exactly one part of a split") {
    const auto data = sorted_rows();
    const std::vector<double> all(data.features.begin(), data.features.end());
    for (const auto& split : {holdout(data, 0.3, 7), holdout(data, 0.3, 7, true), every_fifth(data)})
        CHECK(all_features(split) == all);
    CHECK(holdout(data, 0.3, 7).test.size() == 30);
    CHECK(holdout(data, 0.3, 7, true).test.size() == 30);
}

TEST_CASE("a split follows from its seed") {
    const auto data = sorted_rows();
    CHECK(holdout(data, 0.3, 7).test.features == holdout(data, 0.3, 7).test.features);
    CHECK(holdout(data, 0.3, 7).test.features != holdout(data, 0.3, 8).test.features);
    CHECK(holdout(data, 0.3, 7, true).test.features != holdout(data, 0.3, 8, true).test.features);
}

TEST_CASE("a stratified split gives every class its share, whatever the seed") {
    const auto data = sorted_rows();
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto test = holdout(data, 0.3, seed, true).test;
        for (std::int64_t label = 0; label < 3; ++label) {
            const double share = 30.0 / 101 * static_cast<double>(count(data.labels, label));
            CHECK(std::abs(static_cast<double>(count(test.labels, label)) - share) < 1);
        }
    }
}

TEST_CASE("the reproducible split tests rows 4, 9, 14, ..") {
    const auto split = every_fifth(sorted_rows());
    CHECK(split.test.size() == 20);
    for (std::size_t i = 0; i < 20; ++i) CHECK(split.test.features(i, 0) == static_cast<double>(5 * i + 4));
    CHECK(split.test.labels(19) == 2);
}

TEST_CASE("shuffling keeps features and labels together") {
    const auto data = sorted_rows(), mixed = shuffled(data, 3);
    CHECK(mixed.features != data.features);
    for (std::size_t i = 0; i < mixed.size(); ++i)
        CHECK(mixed.labels(i) == data.labels(static_cast<std::size_t>(mixed.features(i, 0))));
    CHECK(every_fifth(mixed).train.size() == 81);
}

TEST_CASE("standardizing measures the training part alone") {
    Dataset<float> data;
    data.features = Array<float>({5, 2}, {1, 10000, 2, 10000, 3, 10000, 6, 10000, 100, 3});
    Split<float> split = every_fifth(data);
    const auto standardizer = standardize(split);
    CHECK(standardizer.mean == Array<float>({2}, {3, 10000}));
    CHECK(standardizer.deviation(0) == doctest::Approx(std::sqrt(3.5)));
    CHECK(standardizer.deviation(1) == 1);  // constant
    CHECK(split.train.features(3, 0) == doctest::Approx(3 / std::sqrt(3.5)));
    CHECK(split.train.features(0, 1) == 0);
    CHECK(split.test.features(0, 0) == doctest::Approx(97 / std::sqrt(3.5)));
    CHECK(split.test.features(0, 1) == -9997);
    CHECK_THROWS_WITH_AS(
        standardizer.apply(Array<float>::ones({2, 3})),
        "[standardize] features (2, 3) for a mean (2,): rows have the shape they had when the mean was "
        "taken.",
        ShapeError);
    CHECK_THROWS_WITH_AS(Standardizer<float>::fit(Array<float>::ones({0, 3})),
                         "[standardize] features (0, 3): at least one row is needed.", ShapeError);
}

TEST_CASE("a constant that is no binary fraction stays constant") {
    const auto tenths = Array<double>::full({1000, 1}, 0.1);
    CHECK(Standardizer<double>::fit(tenths).deviation(0) == 1);
}

TEST_CASE("deviations far from zero keep their digits") {
    Array<double> x({3, 1}, {1e8 - 1, 1e8, 1e8 + 1});
    CHECK(Standardizer<double>::fit(x).deviation(0) == doctest::Approx(std::sqrt(2.0 / 3)));
}

TEST_CASE("a set describes itself in one line") {
    auto data = sorted_rows();
    CHECK(data.describe() == "rows: 101 rows of (1,), 3 classes of 11 to 60 rows");
    data.classes = 0;
    data.labels = {};
    data.targets = Array<double>::zeros({101, 2});
    CHECK(data.describe() == "rows: 101 rows of (1,), targets of (2,)");
    data.features = Array<double>::zeros({101, 8, 8});
    CHECK(data.flattened().describe() == "rows: 101 rows of (64,), targets of (2,)");
}

TEST_CASE("parts that do not fit each other are noticed") {
    auto data = sorted_rows();
    data.labels(3) = 3;
    CHECK_THROWS_WITH_AS(data.check(), "[dataset] rows: label 3 with 3 classes: labels run from 0 to classes - 1.",
                         IndexError);
    data.labels(3) = -1;
    CHECK_THROWS_AS(every_fifth(data), IndexError);
    data.labels = Labels::zeros({100});
    CHECK_THROWS_WITH_AS(data.check(), "[dataset] rows: labels (100,) for features (101, 1): every row has one label.",
                         ShapeError);
    data = sorted_rows();
    data.class_names = {"one"};
    CHECK_THROWS_WITH_AS(data.check(), "[dataset] rows: 1 names for 3 classes: every class has one name.", ShapeError);
    data = {};
    CHECK_THROWS_WITH_AS(data.check(), "[dataset] : features without rows: features have the shape (N, ...).",
                         ShapeError);
}

TEST_CASE("fractions that leave a part empty are rejected") {
    auto data = sorted_rows();
    CHECK_THROWS_WITH_AS(holdout(data, 1.0, 0), "[holdout] test_fraction 1: it lies between 0 and 1.", ValueError);
    CHECK_THROWS_AS(holdout(data, NAN, 0), ValueError);
    CHECK_THROWS_WITH_AS(
        holdout(data, 0.001, 0),
        "[holdout] test_fraction 0.001 of 101 rows: it leaves 0 rows to test and 101 to train. Choose a "
        "fraction that leaves rows in both parts.",
        ValueError);
    data.classes = 0;
    CHECK_THROWS_WITH_AS(holdout(data, 0.5, 0, true),
                         "[holdout] rows: no classes: only labelled rows can be stratified. Leave `stratified` out for "
                         "regression.",
                         ValueError);
}
