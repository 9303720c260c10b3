#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "sevenfold/autograd/random.hpp"

using namespace sevenfold;
using doctest::Approx;

// The numbers were worked out by an independent program: SplitMix64's finalizer seeds mt19937_64.
TEST_CASE("a seed gives the same numbers on every machine") {
    Random bits(42), uniform(42), normal(42), below(42), order(42);
    CHECK(bits.bits() == 13313432628450287006u);
    CHECK(bits.bits() == 12180966807704768556u);
    CHECK(bits.bits() == 14322954397011019233u);
    CHECK(uniform.uniform() == 0.72172262895026);
    CHECK(uniform.uniform() == 0.6603315337943665);
    for (double want : {-0.8542187827105757, -1.3522515008267195, -1.6511073888980237, -0.5196874292943642})
        CHECK(normal.normal() == Approx(want).epsilon(1e-14));
    for (std::size_t want : {6u, 6u, 3u, 2u, 7u, 3u, 7u, 4u}) CHECK(below.below(10) == want);
    CHECK(order.permutation(8) == std::vector<std::size_t>{7, 1, 4, 5, 2, 3, 0, 6});
}

TEST_CASE("streams of one seed, and neighbouring seeds, differ and do not correlate") {
    CHECK(Random(42, 1).bits() == 14656451727862883083u);
    const auto correlation = [](Random a, Random b) {
        double sum = 0;
        for (int i = 0; i < 10'000; ++i) sum += a.normal() * b.normal();
        return sum / 10'000;
    };
    CHECK(std::abs(correlation(Random(42, 0), Random(42, 1))) < 0.05);  // five standard errors
    CHECK(std::abs(correlation(Random(42), Random(43))) < 0.05);
    CHECK(std::abs(correlation(Random(0, 1), Random(1, 0))) < 0.05);
}

TEST_CASE("uniform numbers fill their range evenly") {
    Random random(1);
    const auto x = random.uniform<double>({100'000}, -1, 3);
    double mean = 0, square = 0;
    for (double v : x) mean += v / 1e5, square += v * v / 1e5;
    CHECK(*std::min_element(x.begin(), x.end()) >= -1);
    CHECK(*std::max_element(x.begin(), x.end()) < 3);
    CHECK(mean == Approx(1).epsilon(0.01));
    CHECK(square - mean * mean == Approx(16.0 / 12).epsilon(0.01));
}

TEST_CASE("normal numbers have the moments of the normal distribution") {
    Random random(2);
    const auto x = random.normal<double>({200'000}, 5, 2);
    double moment[5] = {};
    for (double v : x)
        for (int k = 1; k <= 4; ++k) moment[k] += std::pow((v - 5) / 2, k) / 2e5;
    CHECK(std::abs(moment[1]) < 0.01);
    CHECK(moment[2] == Approx(1).epsilon(0.01));
    CHECK(std::abs(moment[3]) < 0.03);
    CHECK(moment[4] == Approx(3).epsilon(0.02));
}

TEST_CASE("below is unbiased") {
    Random random(3);
    constexpr std::size_t n = 7;
    std::size_t counts[n] = {};
    for (int i = 0; i < 70'000; ++i) ++counts[random.below(n)];
    double chi_squared = 0;
    for (std::size_t count : counts) chi_squared += std::pow(static_cast<double>(count) - 10'000, 2) / 10'000;
    CHECK(chi_squared < 22.46);  // 6 degrees of freedom, p = 0.001
    // x % n over all 64 bits would fall below 2⁶² with probability 1/2 here, not 1/3.
    const std::size_t large = 3 * (std::size_t{1} << 62);
    int low = 0;
    for (int i = 0; i < 30'000; ++i) low += random.below(large) < large / 3;
    CHECK(low == Approx(10'000).epsilon(0.05));
    CHECK(random.below(1) == 0);
}

TEST_CASE("a shuffle keeps all items, and every item comes to every place") {
    Random random(4);
    int at[4][4] = {};
    for (int i = 0; i < 24'000; ++i) {
        const auto order = random.permutation(4);
        for (std::size_t k = 0; k < 4; ++k) ++at[order[k]][k];
    }
    for (const auto& row : at)
        for (int count : row) CHECK(count == Approx(6000).epsilon(0.06));
}

TEST_CASE("a restored state continues bit for bit, also between the two numbers of a Box-Muller pair") {
    Random random(5);
    for (int warm_up : {0, 1, 2, 311}) {
        for (int i = 0; i < warm_up; ++i) random.normal();
        Random copy(99);
        copy.restore(random.state());
        CHECK(copy.state() == random.state());
        for (int i = 0; i < 1000; ++i) REQUIRE(copy.normal() == random.normal());
    }
}

TEST_CASE("a state that is none is refused, and the stream stays") {
    Random random(6);
    const std::string before = random.state();
    for (const std::string& bad : {std::string(), std::string("1 2 3"), before.substr(0, before.size() / 2)})
        CHECK_THROWS_AS(random.restore(bad), ValueError);
    CHECK(random.state() == before);
}
