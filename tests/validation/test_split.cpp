#include "sevenfold/validation/split.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/dataset.hpp"

using namespace sevenfold;

namespace {

/// Every row is in exactly one part of each fold, and is tested `times` times in all.
void check_partition(const Folds& folds, std::size_t n, std::size_t times = 1) {
    std::vector<std::size_t> tested(n);
    for (const Fold& fold : folds) {
        std::vector<std::size_t> seen(n);
        for (const std::size_t row : fold.train) ++seen.at(row);
        for (const std::size_t row : fold.test) ++seen.at(row), ++tested.at(row);
        CHECK(seen == std::vector<std::size_t>(n, 1));
    }
    CHECK(tested == std::vector<std::size_t>(n, times));
}

Array<double> random_classes(std::size_t n, std::size_t classes, std::uint64_t seed) {
    Random random(seed);
    Array<double> y(Shape{n});
    for (double& c : y.flat()) c = static_cast<double>(random.below(classes));
    return y;
}

}  // namespace

TEST_CASE("folds partition the rows, and their sizes differ by at most one") {
    for (const std::size_t n : std::vector<std::size_t>{2, 5, 10, 23, 100})
        for (const std::size_t k : std::vector<std::size_t>{2, 3, 5, 10}) {
            if (k > n) continue;
            for (const Folds& folds : {k_fold(n, k), shuffled_k_fold(n, k, 7)}) {
                INFO(n, " rows in ", k, " folds");
                CHECK(folds.size() == k);
                check_partition(folds, n);
                for (const Fold& fold : folds) CHECK((fold.test.size() == n / k || fold.test.size() == n / k + 1));
            }
        }
}

TEST_CASE("shuffled folds are the same for the same seed and others for another, repeats differ among themselves") {
    CHECK(shuffled_k_fold(20, 4, 1)[0].test == shuffled_k_fold(20, 4, 1)[0].test);
    CHECK(shuffled_k_fold(20, 4, 1)[0].test != shuffled_k_fold(20, 4, 2)[0].test);
    const Folds repeated = repeated_k_fold(20, 4, 3, 1);
    CHECK(repeated.size() == 12);
    check_partition(repeated, 20, 3);
    CHECK(repeated[0].test != repeated[4].test);
}

TEST_CASE("stratified folds partition the rows and give every class its share, to within a row") {
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
        const auto y = random_classes(97, 3, seed);
        for (const Folds& folds : {stratified_k_fold(y, 5), stratified_k_fold(y, 5, seed)}) {
            check_partition(folds, y.size());
            for (double c = 0; c < 3; ++c) {
                const auto all = static_cast<std::size_t>(std::count(y.begin(), y.end(), c));
                for (const Fold& fold : folds) {
                    std::size_t here = 0;
                    for (const std::size_t row : fold.test) here += y(row) == c ? 1 : 0;
                    CHECK((here == all / 5 || here == all / 5 + 1));
                }
            }
        }
        CHECK(stratified_k_fold(y, 5, seed)[0].test != stratified_k_fold(y, 5)[0].test);
    }
}

TEST_CASE("leaving one out tests every row alone") {
    const Folds folds = leave_one_out(6);
    check_partition(folds, 6);
    for (std::size_t i = 0; i < 6; ++i) CHECK(folds[i].test == Rows{i});
}

TEST_CASE("a hold-out takes the rows that holdout takes of a data set") {
    const auto y = random_classes(50, 2, 5);
    Dataset<double> data;
    data.features = Array<double>::arange(50).reshape({50, 1});
    data.classes = 2;
    data.labels = y.cast<std::int64_t>();
    for (const bool stratify : {false, true}) {
        const Folds folds = stratify ? hold_out(y, 0.3, 9) : hold_out(50, 0.3, 9);
        REQUIRE(folds.size() == 1);
        CHECK(folds[0].test.size() == 15);
        CHECK(folds[0].train.size() == 35);
        const auto split = holdout(data, 0.3, 9, stratify);
        CHECK(data.features.rows(folds[0].test) == split.test.features);
        CHECK(data.features.rows(folds[0].train) == split.train.features);
    }
}

TEST_CASE("folds that cannot be say why") {
    CHECK_THROWS_WITH_AS(
        k_fold(3, 5), "[k_fold] 5 folds of 3 rows: every fold tests at least one row. Choose fewer folds.", ValueError);
    CHECK_THROWS_WITH_AS(
        k_fold(3, 1),
        "[k_fold] 1 fold: there are at least 2: one is tested, the others train. For a single split use hold_out.",
        ValueError);
    CHECK_THROWS_AS(k_fold(std::size_t{0}, 2), ValueError);
    CHECK_THROWS_AS(leave_one_out(1), ValueError);
    CHECK_THROWS_AS(shuffled_k_fold(3, 4, 1), ValueError);
    CHECK_THROWS_WITH_AS(k_fold(Rows{0, 2, 2}, 2), "[k_fold] an order of 3 rows: it holds each of 0..2 once.",
                         ValueError);
    CHECK_THROWS_WITH_AS(repeated_k_fold(4, 2, 0, 1), "[repeated_k_fold] 0 repeats: there is at least one.",
                         ValueError);
    const auto classes = [](std::initializer_list<double> c) { return Array<double>(std::vector<double>(c)); };
    CHECK_THROWS_WITH_AS(stratified_k_fold(classes({1, 1, 1}), 2),
                         "[stratified_k_fold] a single class: there are at least 2 to share out. Use k_fold.",
                         ValueError);
    CHECK_THROWS_WITH_AS(
        stratified_k_fold(classes({0, 0, 0, 1, 1}), 3),
        "[stratified_k_fold] class 1 with 2 rows in 3 folds: every fold tests at least one row of every "
        "class. Choose fewer folds, or k_fold.",
        ValueError);
    CHECK_THROWS_WITH_AS(stratified_k_fold(classes({0, 0.5, 1}), 2),
                         "[stratified_k_fold] class 0.5: classes are numbered 0, 1, ... For regression use k_fold.",
                         ValueError);
    for (const double c : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e300})
        CHECK_THROWS_AS(stratified_k_fold(classes({0, c}), 2), ValueError);
    CHECK_THROWS_AS(stratified_k_fold(Array<double>::zeros({2, 2}), 2), ShapeError);
    CHECK_THROWS_WITH_AS(hold_out(10, 1.5, 1), "[holdout] test_fraction 1.5: it lies between 0 and 1.", ValueError);
    CHECK_THROWS_WITH_AS(hold_out(Array<double>(Shape{0}), 0.3, 1), "[hold_out] no rows: there is nothing to split.",
                         ValueError);
}
