#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include "levels.hpp"
#include "sevenfold/autograd/kernels/blas.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;

namespace {

/// Largest difference from the exact function, divided by scale(exact value).
double worst(Variable<float> (*op)(const Variable<float>&), double (*exact)(double), float from, float to,
             double (*scale)(double)) {
    const auto x = Array<float>::linspace(from, to, 100'003);
    const auto y = op(x).value();
    double out = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double want = exact(static_cast<double>(x.data()[i]));
        out = std::max(out, std::abs(static_cast<double>(y.data()[i]) - want) / scale(want));
    }
    return out;
}

double relative(double v) { return std::abs(v); }
double absolute(double) { return 1; }

}  // namespace

TEST_CASE("exp of floats is right to the last digits over the whole range, at every level") {
    at_every_level([] {
        CHECK(worst(exp<float>, std::exp, -87.2f, 88.7f, relative) < 2e-7);
        CHECK(worst(exp<float>, std::exp, -1, 1, relative) < 2e-7);
    });
}

TEST_CASE("tanh, erf and sigmoid of floats are right at every level") {
    at_every_level([] {
        CHECK(worst(tanh<float>, std::tanh, -12, 12, absolute) < 3e-7);
        CHECK(worst(tanh<float>, std::tanh, 1e-6f, 1e-2f, relative) < 3e-7);
        CHECK(worst(erf<float>, std::erf, -5, 5, absolute) < 4e-7);
        CHECK(worst(erf<float>, std::erf, 1e-6f, 1e-2f, relative) < 4e-7);
        CHECK(worst(
                  sigmoid<float>, [](double x) { return 1 / (1 + std::exp(-x)); }, -80, 80, relative) < 4e-7);
    });
}

TEST_CASE("exp, tanh, erf and sigmoid of floats keep infinities and NaN, at every level") {
    at_every_level([] {
        constexpr float inf = std::numeric_limits<float>::infinity();
        // More than a vector of each, for loops have ends
        Array<float> x(Shape{3, 21});
        for (std::size_t i = 0; i < 21; ++i) {
            x(0, i) = inf;
            x(1, i) = -inf;
            x(2, i) = std::nanf("");
        }
        const auto e = exp(Variable(x)).value(), t = tanh(Variable(x)).value(), f = erf(Variable(x)).value(),
                   s = sigmoid(Variable(x)).value();
        for (std::size_t i = 0; i < 21; ++i) {
            CHECK(e(0, i) == inf);
            CHECK(e(1, i) == 0);
            CHECK(t(0, i) == 1);
            CHECK(t(1, i) == -1);
            CHECK(f(0, i) == 1);
            CHECK(f(1, i) == -1);
            CHECK(s(0, i) == 1);
            CHECK(s(1, i) == 0);
            for (const auto& y : {e, t, f, s}) CHECK(std::isnan(y(2, i)));
        }
    });
}

namespace {

/// Visits (x, f(x)) for floats of both signs, from the smallest denormal to the largest number: some 400,000.
template <class Visit>
void over_all_magnitudes(Variable<float> (*f)(const Variable<float>&), const Visit& visit) {
    std::vector<float> values;
    for (std::uint32_t bits = 1; bits < 0x7F800000u; bits += 10'007)
        for (std::uint32_t sign : {0u, 0x80000000u}) values.push_back(std::bit_cast<float>(bits | sign));
    const Array<float> x(values), y = f(Variable(x)).value();
    for (std::size_t i = 0; i < x.size(); ++i)
        visit(static_cast<double>(x.data()[i]), static_cast<double>(y.data()[i]));
}

}  // namespace

TEST_CASE("exp, tanh and erf of floats are right from denormals to the largest numbers, at every level") {
    at_every_level([] {
        double e = 0, t = 0, t_near = 0, f = 0;
        int beyond = 0;
        over_all_magnitudes(exp<float>, [&](double x, double y) {
            if (x < -87.337)
                beyond += y != 0;
            else if (x > 88.723)
                beyond += !std::isinf(y);
            else if (x > -87.336 && x < 88.722)
                e = std::max(e, std::abs(y / std::exp(x) - 1));
        });
        over_all_magnitudes(tanh<float>, [&](double x, double y) {
            t = std::max(t, std::abs(y - std::tanh(x)));
            if (std::abs(x) < 0.5) t_near = std::max(t_near, std::abs(y / std::tanh(x) - 1));
        });
        over_all_magnitudes(erf<float>, [&](double x, double y) {
            if (std::abs(x) > 1e-37) f = std::max(f, std::abs(y / std::erf(x) - 1));  // less rounds to denormals
        });
        CHECK(beyond == 0);
        CHECK(e < 2e-7);
        CHECK(t < 3e-7);
        CHECK(t_near < 3e-7);
        CHECK(f < 6e-7);
    });
}

TEST_CASE("sigmoid, softplus and gelu of floats keep their limits, at every level") {
    at_every_level([] {
        const Variable<float> x(Array<float>({4}, {-200, 0, 50, 200}));
        CHECK(sigmoid(x).value() == Array<float>({4}, {0, 0.5f, 1, 1}));
        CHECK(softplus(x).value()(0) == 0);
        CHECK(softplus(x).value()(3) == 200);
        for (Gelu form : {Gelu::erf, Gelu::tanh}) CHECK(gelu(x, form).value() == Array<float>({4}, {0, 0, 50, 200}));
    });
}

TEST_CASE("OpenBLAS uses the vectors that the machine has, also on processors it does not know") {
    if (simd::best() != simd::Level::baseline && !std::getenv("OPENBLAS_CORETYPE"))
        CHECK(blas::version().find("Prescott") == std::string::npos);
}
