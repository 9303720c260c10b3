// Reductions of one contiguous row, to be called inside simd::run.
#pragma once

#include <cstddef>
#include <limits>

#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold::kernels {

/// The maximum of a row for softmax: passes over NaN, which reaches the result by the sum of exponentials.
template <class T>
struct RowMaximum {
    static constexpr T start = -std::numeric_limits<T>::infinity();
    template <class V>
    static SEVENFOLD_INLINE void step(V& so_far, const V& v) {
        so_far = v > so_far ? v : so_far;
    }
};

/// Fold::step(so far, next) over a row, from Fold::start. Sixty-four bytes of partial results side by side, as one vector of the
/// compiler's own type: it may reorder a sum but not a comparison, so it would not make vectors of a plain loop.
template <class Fold, class T>
SEVENFOLD_INLINE inline T fold_row(const T* x, std::size_t n) {
    using Vector [[gnu::vector_size(64)]] = T;
    constexpr std::size_t width = sizeof(Vector) / sizeof(T);
    Vector part = Vector{} + Fold::start, next;
    std::size_t i = 0;
    for (; i + width <= n; i += width) {
        __builtin_memcpy(&next, x + i, sizeof next);
        Fold::step(part, next);
    }
    T lanes[width];
    __builtin_memcpy(lanes, &part, sizeof part);
    for (std::size_t j = 0; i + j < n; ++j) Fold::step(lanes[j], x[i + j]);
    for (std::size_t half = width / 2; half > 0; half /= 2)
        for (std::size_t j = 0; j < half; ++j) Fold::step(lanes[j], lanes[j + half]);
    return lanes[0];
}

}  // namespace sevenfold::kernels
