#include <doctest/doctest.h>

#include <cmath>

#include "sevenfold/nn/init.hpp"

using namespace sevenfold;

namespace {

struct Moments {
    double mean, variance, largest;
};
Moments moments(const Array<double>& a) {
    double sum = 0, squares = 0, largest = 0;
    for (double x : a) {
        sum += x;
        squares += x * x;
        largest = std::max(largest, std::abs(x));
    }
    const auto n = static_cast<double>(a.size());
    return {sum / n, squares / n - sum / n * sum / n, largest};
}

}  // namespace

TEST_CASE("fans count inputs and outputs, times the window of a convolution") {
    CHECK(init::fan({20, 30}).in == 30);
    CHECK(init::fan({20, 30}).out == 20);
    CHECK(init::fan({8, 4, 3, 5}).in == 60);
    CHECK(init::fan({8, 4, 3, 5}).out == 120);
    CHECK_THROWS_WITH_AS(
        init::fan({5}),
        "[init] a weight of shape (5,): inputs and outputs are counted on two axes or more. For a bias "
        "or a scale use zeros, ones or truncated_normal.",
        ShapeError);
}

TEST_CASE("initial weights have the variance of their formula") {
    const Shape shape{200, 300};
    Random random(3);
    struct Row {
        Array<double> weight;
        double variance, bound;  // 0: no bound
    };
    const Row rows[] = {
        {init::xavier_uniform<double>(shape, random), 2.0 / 500, std::sqrt(6.0 / 500)},
        {init::xavier_uniform<double>(shape, random, 2), 4 * 2.0 / 500, 2 * std::sqrt(6.0 / 500)},
        {init::xavier_normal<double>(shape, random), 2.0 / 500, 0},
        {init::kaiming_uniform<double>(shape, random), 2.0 / 300, std::sqrt(6.0 / 300)},
        {init::kaiming_normal<double>(shape, random), 2.0 / 300, 0},
        {init::lecun_normal<double>(shape, random), 1.0 / 300, 0},
        {init::fan_in_uniform<double>(shape, random), 1.0 / 900, std::sqrt(1.0 / 300)},
        {init::truncated_normal<double>(shape, random, 0.5), 0.25 * 0.7737, 1.0},  // 0.7737: what truncation leaves
    };
    for (const Row& row : rows) {
        const Moments m = moments(row.weight);
        CHECK(std::abs(m.mean) < 5 * std::sqrt(row.variance / 60000));
        CHECK(m.variance == doctest::Approx(row.variance).epsilon(0.03));
        if (row.bound > 0) {
            CHECK(m.largest <= row.bound);
            CHECK(m.largest > 0.99 * row.bound);
        }
    }
}

TEST_CASE("one seed gives one set of weights") {
    Random a(5), b(5), c(6);
    const Array<float> first = init::kaiming_normal<float>({4, 4}, a);
    CHECK(first == init::kaiming_normal<float>({4, 4}, b));
    CHECK_FALSE(first == init::kaiming_normal<float>({4, 4}, c));
}
