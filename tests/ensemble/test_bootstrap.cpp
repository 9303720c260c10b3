#include "sevenfold/ensemble/bootstrap.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../message.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/ensemble/decision_stump.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"

using namespace sevenfold;
using doctest::Approx;

TEST_CASE("a share of (1 − 1/n)^n of the rows is left out of a bag") {
    for (const std::size_t n : {2u, 10u, 1000u}) {
        double share = 0;
        for (const Rows& bag : bootstrap_bags(n, 2000, 1))
            share += static_cast<double>(left_out(n, bag).size()) / static_cast<double>(n) / 2000;
        CHECK(share == Approx(not_drawn_probability(n)).epsilon(0.05));
    }
    CHECK(not_drawn_probability(1) == 0);
    CHECK(not_drawn_probability(1'000'000) == Approx(std::exp(-1.0)).epsilon(1e-5));
    CHECK(message<ValueError>([] { not_drawn_probability(0); }) == "[bootstrap] n = 0: there is at least one row.");
}

TEST_CASE("bags depend on the seed and their number only") {
    const auto bags = bootstrap_bags(50, 5, 7);
    CHECK(bootstrap_bags(50, 3, 7)[2] == bags[2]);
    CHECK(bags[0] != bags[1]);
    CHECK(bootstrap_bags(50, 5, 8)[0] != bags[0]);
    CHECK(bootstrap_bags(50, 1, 7, 20)[0].size() == 20);
}

TEST_CASE("percentiles lie between neighbours linearly") {
    CHECK(percentile({3, 1, 2}, 0) == 1);
    CHECK(percentile({3, 1, 2}, 1) == 3);
    CHECK(percentile({3, 1, 2}, 0.25) == Approx(1.5));
    CHECK(percentile({7}, 0.3) == 7);
    CHECK(message<ValueError>([] { percentile({}, 0.5); }) ==
          "[percentile] q = 0.5 of 0 values: q is 0..1 and there is a value.");
}

TEST_CASE("the interval of a mean holds the true mean about as often as it says, and is as wide as theory says") {
    std::size_t inside = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Array<double> x = Random(seed).normal<double>({60});
        const auto mean = [&](std::span<const std::size_t> rows) {
            double sum = 0;
            for (const std::size_t i : rows) sum += x.data()[i];
            return sum / static_cast<double>(rows.size());
        };
        const BootstrapResult result = bootstrap(60, mean, {.samples = 400, .level = 0.9, .seed = seed, .threads = 2});
        inside += result.interval.low < 0 && 0 < result.interval.high;
        CHECK(result.deviation == Approx(1 / std::sqrt(60.0)).epsilon(0.5));
        CHECK(result.interval.low < result.estimate);
        CHECK(result.estimate < result.interval.high);
    }
    CHECK(inside > 165);
    CHECK(inside < 195);
}

TEST_CASE("models of a clear problem agree, and where the classes meet they do not") {
    Array<double> X(Shape{200, 1}), y(Shape{200});
    Random random(2);
    for (std::size_t i = 0; i < 200; ++i) {
        X(i, 0) = random.uniform(-1, 1);
        y(i) = X(i, 0) + 0.3 * random.normal() > 0;
    }
    const auto c = prediction_consistency(DecisionTree(), X, y, Array<double>::linspace(-1, 1, 41).reshape({41, 1}),
                                          {.samples = 60, .seed = 1, .threads = 2});
    double middle = 0, ends = 0, uncertain_middle = 0, uncertain_ends = 0;
    for (std::size_t i = 0; i < 41; ++i) {
        CHECK(c.votes(i, 0) + c.votes(i, 1) == 60);
        const bool is_middle = i >= 15 && i <= 25;
        (is_middle ? middle : ends) += c.agreement(i) / (is_middle ? 11 : 30);
        (is_middle ? uncertain_middle : uncertain_ends) += c.entropy(i) / (is_middle ? 11 : 30);
    }
    CHECK(middle < 0.9);
    CHECK(ends > 0.95);
    CHECK(uncertain_middle > 2 * uncertain_ends);
}

TEST_CASE("agreement and entropy of counted votes") {
    const Consistency c = consistency_of({{10, 0}, {5, 5}, {2, 8}});
    CHECK(c.agreement == Array<double>({3}, {1, 0.5, 0.8}));
    CHECK(c.entropy(0) == 0);
    CHECK(c.entropy(1) == Approx(std::log(2.0)));
    CHECK(c.entropy(2) == Approx(-0.2 * std::log(0.2) - 0.8 * std::log(0.8)));
}

TEST_CASE("what the bootstrap refuses is named") {
    const auto zero = [](std::span<const std::size_t>) { return 0.0; };
    CHECK(message<ValueError>([&] { bootstrap(5, zero, {.samples = 1}); }) ==
          "[bootstrap] samples = 1: an interval takes two at least.");
    CHECK(message<ValueError>([&] { bootstrap(5, zero, {.level = 95}); }) ==
          "[bootstrap] level = 95: it is between 0 and 1. 95 % is 0.95.");
    const Array<double> X{{1}, {2}}, y({2}, {0, 1});
    CHECK(message<ValueError>([&] {
              prediction_consistency(DecisionTree({.criterion = Criterion::squared_error}), X, y, X);
          }) == "[prediction_consistency] a regressor: agreement is counted in classes.");
}
