// Lane<T>: one element, as a rule sees it inside a kernel's loop.
//
// Rules are written once and read twice: on variables, where they are recorded, and on lanes, where they become a
// vector loop. A lane keeps the arithmetic in T (in 0.5 * x with a float x nothing turns into double), and gives float
// the short polynomials below, which the compiler vectorises; double goes to the standard library, for it is the type
// in which derivatives are checked.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <numbers>

#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold {

namespace lane {

/// exp of an x from -87.3 to 88.72, relative error below 2e-7 (Cody-Waite reduction, degree 6). Up to 89 on both sides the
/// bits of the result, read as an int, go on beyond those of infinity and below those of the smallest number.
SEVENFOLD_INLINE inline float exp_within(float x) {
    const int n = static_cast<int>(x * std::numbers::log2e_v<float> + 127.5f) - 127;  // rounded
    const auto k = static_cast<float>(n);
    // ln 2 in two parts. Kernel files let the compiler reorder sums, which would lose what the second part is for: the
    // mask, which clears the last bit, holds the first difference together.
    const float difference = std::bit_cast<float>(std::bit_cast<int>(x - k * 0.693359375f) & ~1);
    const float r = difference + k * 2.12194440e-4f;
    // By pairs of terms, which the processor works on side by side.
    const float r2 = r * r;
    float p = (1.9875691500e-4f * r + 1.3981999507e-3f) * r2 + (8.3334519073e-3f * r + 4.1665795894e-2f);
    p = p * r2 + (1.6666665459e-1f * r + 5.0000001201e-1f);
    p = p * r2 + (r + 1);
    return std::bit_cast<float>(std::bit_cast<int>(p) + (n << 23));  // p · 2^n
}

/// exp with the same error; 0 where the result is too small for full precision (below -87.34), infinity above 88.72.
/// Chosen among by bits, without a branch that could keep a loop from becoming vectors.
SEVENFOLD_INLINE inline float exp(float x) {
    constexpr int sign = std::numeric_limits<int>::min(),
                  smallest = std::bit_cast<int>(std::numeric_limits<float>::min()),
                  infinity = std::bit_cast<int>(std::numeric_limits<float>::infinity()),
                  far = std::bit_cast<int>(89.0f);
    const int bits = std::bit_cast<int>(x), size = bits & ~sign;
    const float clamped = std::bit_cast<float>((size < far ? size : far) | (bits & sign));
    const int y = std::bit_cast<int>(exp_within(clamped));
    const int high = y < infinity ? y : infinity, counts = -static_cast<int>(high >= smallest);
    const int is_nan = -static_cast<int>(size > infinity);
    return std::bit_cast<float>((high & counts & ~is_nan) | (bits & is_nan));
}

/// 1 / x for x from 1 to 1e30, relative error below 2e-7: Newton's iteration from a guess made of x's bits. A division of
/// vectors takes longer.
SEVENFOLD_INLINE inline float reciprocal(float x) {
    float y = std::bit_cast<float>(0x7ef311c3 - std::bit_cast<int>(x));
    y = y * (2 - x * y);
    y = y * (2 - x * y);
    return y * (2 - x * y);
}

/// tanh, error below 3e-7: a polynomial near 0, by exp elsewhere.
SEVENFOLD_INLINE inline float tanh(float x) {
    const float a = x < 0 ? -x : x;
    const float s = x * x;
    float p = -5.70498872745e-3f;
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    const float near = x + x * s * p;
    const float big = a < 10 ? a : 10.0f;  // also for NaN
    const float far = 1 - 2 * reciprocal(exp_within(2 * big) + 1);
    const float y = a < 0.625f ? near : x < 0 ? -far : far;
    return x != x ? x : y;
}

/// erf, relative error below 6e-7: a quotient of polynomials, fitted for the least relative error up to 3.92; from
/// there on erf rounds to 1.
SEVENFOLD_INLINE inline float erf(float x) {
    const float a = x < 0 ? -x : x;
    const float clamped = a < 3.92f ? a : 3.92f;
    const float s = clamped * clamped;
    float p = -7.736426e-10f;
    p = p * s + 7.669234e-8f;
    p = p * s - 3.5582857e-6f;
    p = p * s + 1.3545301e-4f;
    p = p * s + 1.7038226e-3f;
    p = p * s + 4.4617217e-2f;
    p = p * s + 1.445048e-1f;
    p = p * s + 1.1283791f;
    float q = 5.7745905e-4f;
    q = q * s + 1.0288734e-2f;
    q = q * s + 9.33423e-2f;
    q = q * s + 4.6139696e-1f;
    q = q * s + 1;
    const float near = clamped * p / q;
    const float y = a > clamped ? 1.0f : near;
    return x != x ? x : std::copysign(y, x);
}

SEVENFOLD_INLINE inline double exp(double x) { return std::exp(x); }
SEVENFOLD_INLINE inline double tanh(double x) { return std::tanh(x); }
SEVENFOLD_INLINE inline double erf(double x) { return std::erf(x); }

}  // namespace lane

template <class T>
struct Lane {
    T v;
    SEVENFOLD_INLINE Lane(T value) : v(value) {}
    // clang-format off
    template <class N>
        requires std::is_arithmetic_v<N>
    SEVENFOLD_INLINE Lane(N constant) : v(static_cast<T>(constant)) {}
    // clang-format on

    friend SEVENFOLD_INLINE Lane operator+(Lane a, Lane b) { return a.v + b.v; }
    friend SEVENFOLD_INLINE Lane operator-(Lane a, Lane b) { return a.v - b.v; }
    friend SEVENFOLD_INLINE Lane operator*(Lane a, Lane b) { return a.v * b.v; }
    friend SEVENFOLD_INLINE Lane operator/(Lane a, Lane b) { return a.v / b.v; }
    friend SEVENFOLD_INLINE Lane operator-(Lane a) { return -a.v; }
    friend SEVENFOLD_INLINE Lane operator>(Lane a, Lane b) { return a.v > b.v ? T{1} : T{0}; }
    friend SEVENFOLD_INLINE Lane operator<(Lane a, Lane b) { return a.v < b.v ? T{1} : T{0}; }
    friend SEVENFOLD_INLINE Lane operator>=(Lane a, Lane b) { return a.v >= b.v ? T{1} : T{0}; }
    friend SEVENFOLD_INLINE Lane operator<=(Lane a, Lane b) { return a.v <= b.v ? T{1} : T{0}; }
    friend SEVENFOLD_INLINE Lane operator==(Lane a, Lane b) { return a.v == b.v ? T{1} : T{0}; }

    friend SEVENFOLD_INLINE Lane where(Lane condition, Lane a, Lane b) { return condition.v != T{0} ? a.v : b.v; }
    friend SEVENFOLD_INLINE Lane exp(Lane x) { return lane::exp(x.v); }
    friend SEVENFOLD_INLINE Lane tanh(Lane x) { return lane::tanh(x.v); }
    friend SEVENFOLD_INLINE Lane erf(Lane x) { return lane::erf(x.v); }
    friend SEVENFOLD_INLINE Lane sigmoid(Lane x) { return T{1} / (T{1} + lane::exp(-x.v)); }
    friend SEVENFOLD_INLINE Lane log(Lane x) { return std::log(x.v); }
    friend SEVENFOLD_INLINE Lane log1p(Lane x) { return std::log1p(x.v); }
    friend SEVENFOLD_INLINE Lane sqrt(Lane x) { return std::sqrt(x.v); }
    friend SEVENFOLD_INLINE Lane sin(Lane x) { return std::sin(x.v); }
    friend SEVENFOLD_INLINE Lane cos(Lane x) { return std::cos(x.v); }
    friend SEVENFOLD_INLINE Lane abs(Lane x) { return x.v < 0 ? -x.v : x.v; }
    friend SEVENFOLD_INLINE Lane pow(Lane a, Lane b) { return std::pow(a.v, b.v); }
    friend SEVENFOLD_INLINE Lane maximum(Lane a, Lane b) { return a.v > b.v || a.v != a.v ? a.v : b.v; }
    friend SEVENFOLD_INLINE Lane minimum(Lane a, Lane b) { return a.v < b.v || a.v != a.v ? a.v : b.v; }
};

}  // namespace sevenfold
