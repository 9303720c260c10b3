#include "sevenfold/validation/metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/train/evaluate.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

Array<double> column(std::initializer_list<double> values) { return Array<double>(std::vector<double>(values)); }

}  // namespace

TEST_CASE("a confusion matrix counts rows by true and chosen class, and prints as evaluate's does") {
    const auto counts = confusion_matrix(column({0, 1, 1, 2, 0}), column({0, 1, 2, 2, 2}));
    CHECK(counts == Array<std::int64_t>({3, 3}, {1, 0, 0, 0, 1, 0, 1, 1, 1}));
    CHECK(confusion_table(counts).find("<- taken for") != std::string::npos);
    const auto reports = class_reports(counts);
    CHECK(reports[2].precision == 1);
    CHECK(reports[2].recall == Approx(1.0 / 3));
    CHECK(reports[2].f1 == Approx(0.5));
    CHECK(reports[2].rows == 3);
    CHECK(class_reports(confusion_matrix(column({1}), column({1})))[0].f1 == 0);  // class 0 never occurs
}

TEST_CASE("log-loss is the mean surprise, finite for an impossible class") {
    const Array<double> p{{0.5, 0.5}, {0.9, 0.1}};
    CHECK(log_loss(p, column({0, 0})) == Approx(-(std::log(0.5) + std::log(0.9)) / 2));
    CHECK(log_loss(p, column({5, 5})) == Approx(52 * std::log(2)));
}

TEST_CASE("ROC AUC is the share of pairs in the right order, ties counted half") {
    Random random(1);
    Array<double> scores(Shape{60}), y(Shape{60});
    for (std::size_t i = 0; i < 60; ++i) {
        y(i) = static_cast<double>(i % 3 == 0);
        scores(i) = static_cast<double>(random.below(8));  // many ties
    }
    double wins = 0, pairs = 0;
    for (std::size_t i = 0; i < 60; ++i)
        for (std::size_t j = 0; j < 60; ++j)
            if (y(i) == 1 && y(j) == 0) {
                ++pairs;
                wins += scores(i) > scores(j) ? 1 : scores(i) == scores(j) ? 0.5 : 0;
            }
    CHECK(roc_auc(scores, y) == Approx(wins / pairs));
    CHECK(roc_auc(y, y) == 1);
    CHECK(roc_auc(column({2, 2, 2}), column({0, 1, 0})) == 0.5);
}

TEST_CASE("answers that are right as often as they are sure are calibrated") {
    Random random(2);
    const std::size_t n = 20000;
    Array<double> p(Shape{n, 2}), y(Shape{n}), too_sure(Shape{n, 2});
    for (std::size_t i = 0; i < n; ++i) {
        p(i, 1) = random.uniform();
        p(i, 0) = 1 - p(i, 1);
        y(i) = random.uniform() < p(i, 1) ? 1 : 0;
        too_sure(i, 1) = p(i, 1) > 0.5 ? 1 : 0;
        too_sure(i, 0) = 1 - too_sure(i, 1);
    }
    const Reliability good = reliability(p, y), bad = reliability(too_sure, y);
    CHECK(good.expected_calibration_error < 0.02);
    CHECK(bad.expected_calibration_error == Approx(0.25).epsilon(0.05));  // sure, and right in 3 of 4 rows
    std::size_t rows = 0;
    for (const ReliabilityBin& bin : good.bins) {
        rows += bin.rows;
        if (bin.rows > 0) CHECK((bin.confidence > bin.low && bin.confidence <= bin.high));
    }
    CHECK(rows == n);
    CHECK(reliability(Array<double>{{1, 0}}, column({0})).bins.back().rows == 1);
}

TEST_CASE("metrics of what does not fit say why") {
    CHECK(mean_absolute_error(column({1, 3}), column({2, 1})) == 1.5);
    CHECK_THROWS_WITH_AS(mean_absolute_error(column({1, 2}), column({1})),
                         "[mean_absolute_error] 2 rows of predicted and y (1,): y is (N,), one for each row, N > 0.",
                         ShapeError);
    CHECK_THROWS_WITH_AS(confusion_matrix(column({-1}), column({1})),
                         "[confusion_matrix] class -1: classes are numbered 0, 1, ...", ValueError);
    CHECK_THROWS_AS(confusion_matrix(Array<double>({2}, {0, 1}), Array<double>({2}, {0, INFINITY})), ValueError);
    CHECK_THROWS_AS(class_reports(Array<std::int64_t>::zeros({2, 3})), ShapeError);
    CHECK_THROWS_WITH_AS(roc_auc(column({1, 2}), column({1, 1})),
                         "[roc_auc] 0 rows of class 0 and 2 of class 1: there are rows of both classes.", ValueError);
    CHECK_THROWS_WITH_AS(roc_auc(column({1, 2}), column({1, 2})), "[roc_auc] class 2: there are the classes 0 and 1.",
                         ValueError);
    CHECK_THROWS_WITH_AS(log_loss(column({1}), column({1})),
                         "[log_loss] probabilities (1,): a row of classes for each row: (N, K).", ShapeError);
    CHECK_THROWS_AS(reliability(Array<double>{{1, 0}}, column({0}), 0), ValueError);
    CHECK_THROWS_AS(reliability(Array<double>{{1, 0}}, column({0, 1})), ShapeError);
}
