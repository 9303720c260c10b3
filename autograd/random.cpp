#include "sevenfold/autograd/random.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <sstream>

namespace sevenfold {
namespace {

// SplitMix64's finalizer (Steele, Lea, Flood 2014): neighbouring seeds and streams become unrelated ones.
std::uint64_t mix(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) : engine_(mix(mix(seed) + stream)) {}

double Random::uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

double Random::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));  // 1 - u is never 0
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
}

std::size_t Random::below(std::size_t n) {
    if (n == 0) fail<ValueError>("random", "below(0)", "there is no number below 0");
    const std::uint64_t limit = n * (UINT64_MAX / n);  // reject the incomplete last stretch
    for (;;) {
        const std::uint64_t x = engine_();
        if (x < limit) return static_cast<std::size_t>(x % n);
    }
}

template <class T>
Array<T> Random::uniform(const Shape& shape, double low, double high) {
    Array<T> out(shape);
    for (T& x : out.flat()) x = static_cast<T>(uniform(low, high));
    return out;
}

template <class T>
Array<T> Random::normal(const Shape& shape, double mean, double deviation) {
    Array<T> out(shape);
    for (T& x : out.flat()) x = static_cast<T>(mean + deviation * normal());
    return out;
}

std::vector<std::size_t> Random::permutation(std::size_t n) {
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i;
    shuffle(std::span(order));
    return order;
}

std::string Random::state() const {
    std::ostringstream out;
    out << engine_ << ' ' << has_spare_ << ' ' << std::bit_cast<std::uint64_t>(spare_);
    return out.str();
}

void Random::restore(const std::string& state) {
    std::istringstream in(state);
    std::mt19937_64 engine;
    bool has_spare = false;
    std::uint64_t spare = 0;
    if (!(in >> engine >> has_spare >> spare))
        fail<ValueError>("random", text("a state of ", state.size(), " characters"), "it is not what state() returned");
    engine_ = engine;
    has_spare_ = has_spare;
    spare_ = std::bit_cast<double>(spare);
}

template Array<float> Random::uniform(const Shape&, double, double);
template Array<double> Random::uniform(const Shape&, double, double);
template Array<float> Random::normal(const Shape&, double, double);
template Array<double> Random::normal(const Shape&, double, double);

}  // namespace sevenfold
