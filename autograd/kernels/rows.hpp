// Reductions of one contiguous row, to be called inside simd::run.
#pragma once

#include <cstddef>

#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold::kernels {

/// Fold::step over a row, from Fold::start. Sixteen partial results side by side, for a compiler may reorder a sum but
/// not a comparison.
template <class Fold, class T>
SEVENFOLD_INLINE inline T fold_row(const T* x, std::size_t n) {
    constexpr std::size_t width = 16;
    T part[width];
    for (std::size_t j = 0; j < width; ++j) part[j] = Fold::start;
    std::size_t i = 0;
    for (; i + width <= n; i += width)
        for (std::size_t j = 0; j < width; ++j) part[j] = Fold::step(part[j], x[i + j]);
    for (std::size_t j = 0; i + j < n; ++j) part[j] = Fold::step(part[j], x[i + j]);
    T result = part[0];
    for (std::size_t j = 1; j < width; ++j) result = Fold::step(result, part[j]);
    return result;
}

}  // namespace sevenfold::kernels
