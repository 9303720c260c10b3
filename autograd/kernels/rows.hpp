// Reductions of one contiguous row, to be called inside simd::run.
#pragma once

#include <cstddef>
#include <limits>
#include <utility>

#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold::kernels {

/// The maximum of a row for softmax: passes over NaN, which reaches the result by the sum of exponentials.
template <class T>
struct RowMaximum {
    static constexpr bool is_extreme = true;
    static constexpr T start = -std::numeric_limits<T>::infinity();
    template <class V>
    static SEVENFOLD_INLINE void step(V& so_far, const V& v) {
        so_far = v > so_far ? v : so_far;
    }
};

template <class Fold, std::size_t distance, class Vector, std::size_t... lane>
SEVENFOLD_INLINE inline void fold_lanes(Vector& v, std::index_sequence<lane...> lanes) {
    const Vector other = __builtin_shufflevector(v, v, (lane + distance) % sizeof...(lane)...);
    Fold::step(v, other);
    if constexpr (distance > 1) fold_lanes<Fold, distance / 2>(v, lanes);
}

/// Fold::step(so far, next) over a row, from Fold::start. A compiler may reorder a sum but not a comparison, so extremes are
/// taken on vectors of its own type, sixty-four bytes each; the last one overlaps, for no extreme minds an element twice.
template <class Fold, class T>
SEVENFOLD_INLINE inline T fold_row(const T* x, std::size_t n) {
    using Vector [[gnu::vector_size(64)]] = T;
    constexpr std::size_t width = sizeof(Vector) / sizeof(T);
    if (!Fold::is_extreme || n < width) {
        T result = Fold::start;
        for (std::size_t i = 0; i < n; ++i) Fold::step(result, x[i]);
        return result;
    }
    Vector part, next;
    __builtin_memcpy(&part, x + n - width, sizeof part);
    for (std::size_t i = 0; i + width < n; i += width) {
        __builtin_memcpy(&next, x + i, sizeof next);
        Fold::step(part, next);
    }
    fold_lanes<Fold, width / 2>(part, std::make_index_sequence<width>());
    return part[0];
}

}  // namespace sevenfold::kernels
