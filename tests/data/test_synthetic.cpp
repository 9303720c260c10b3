#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "sevenfold/data/synthetic.hpp"

using namespace sevenfold;

TEST_CASE("points without noise lie on their curves") {
    constexpr double pi = std::numbers::pi;
    const auto spiral = spirals<double>(300, 3, 0, 0, 2.0);
    const auto moon = moons<double>(100, 0);
    const auto shells = spheres<double>(90, 4, 3, 0);
    for (std::size_t i = 0; i < 300; ++i) {
        const double x = spiral.features(i, 0), y = spiral.features(i, 1), r = std::hypot(x, y);
        CHECK(r == doctest::Approx((static_cast<double>(i / 3) + 0.5) / 100));
        const double turns = 2 * r + static_cast<double>(i % 3) / 3;
        CHECK(std::remainder(std::atan2(y, x) - 2 * pi * turns, 2 * pi) == doctest::Approx(0).epsilon(1e-9));
    }
    for (std::size_t i = 0; i < 100; ++i) {
        const double x = moon.features(i, 0), y = moon.features(i, 1);
        CHECK((i % 2 == 0 ? std::hypot(x, y) : std::hypot(x - 1, y - 0.5)) == doctest::Approx(1));
        CHECK((i % 2 == 0 ? y >= 0 : y <= 0.5));
    }
    for (std::size_t i = 0; i < 90; ++i) {
        double squares = 0;
        for (std::size_t d = 0; d < 4; ++d) squares += shells.features(i, d) * shells.features(i, d);
        CHECK(std::sqrt(squares) == doctest::Approx(static_cast<double>(i % 3 + 1)));
    }
    const auto wave = gabor<double>(50, 0);
    for (std::size_t i = 0; i < 50; ++i) {
        const double x = wave.features(i, 0);
        CHECK(std::abs(x) <= 2);
        CHECK(wave.targets(i, 0) == doctest::Approx(std::exp(-x * x) * std::cos(10 * x)));
    }
}

TEST_CASE("noise has the deviation that is asked for") {
    const auto clean = gabor<double>(4000, 0, 5), noisy = gabor<double>(4000, 0.3, 5);
    CHECK(clean.features == noisy.features);
    double squares = 0;
    for (std::size_t i = 0; i < 4000; ++i) squares += std::pow(noisy.targets(i, 0) - clean.targets(i, 0), 2);
    CHECK(std::sqrt(squares / 4000) == doctest::Approx(0.3).epsilon(0.05));
}

TEST_CASE("blobs of one class lie around one centre") {
    const auto tight = blobs<float>(9, 5, 3, 0, 2);
    for (std::size_t i = 3; i < 9; ++i) CHECK(tight.features.row(i) == tight.features.row(i - 3));
    CHECK(tight.features.row(0) != tight.features.row(1));
}

TEST_CASE("synthetic sets follow from their seed and mix their classes") {
    CHECK(spirals(50, 3, 0.1, 1).features == spirals(50, 3, 0.1, 1).features);
    CHECK(spirals(50, 3, 0.1, 1).features != spirals(50, 3, 0.1, 2).features);
    CHECK(moons(10, 0.1, 1).features != moons(10, 0.1, 2).features);
    CHECK(spheres(10, 3, 2, 0, 1).features != spheres(10, 3, 2, 0, 2).features);
    CHECK(spirals(50, 3).describe() == "spirals: 50 rows of (2,), 3 classes of 16 to 17 rows");
    CHECK(moons(7).describe() == "moons: 7 rows of (2,), 2 classes of 3 to 4 rows");
    CHECK(spheres(6, 4, 2).describe() == "spheres: 6 rows of (4,), 2 classes of 3 rows");
    CHECK(blobs(6, 1, 3).describe() == "blobs: 6 rows of (1,), 3 classes of 2 rows");
    CHECK(gabor(20).describe() == "gabor: 20 rows of (1,), targets of (1,)");
}

TEST_CASE("sets that cannot be made are refused") {
    CHECK_THROWS_WITH_AS(moons(0), "[moons] 0 rows, 2 classes: there is at least one of each.", ValueError);
    CHECK_THROWS_WITH_AS(spirals(5, 0), "[spirals] 5 rows, 0 classes: there is at least one of each.", ValueError);
    CHECK_THROWS_WITH_AS(gabor(5, -1), "[gabor] noise -1: a deviation is a number from 0 upwards.", ValueError);
    CHECK_THROWS_AS(blobs(5, 2, 3, NAN), ValueError);
    CHECK_THROWS_WITH_AS(spheres(5, 0), "[spheres] 0 dimensions: there is at least one.", ValueError);
}
