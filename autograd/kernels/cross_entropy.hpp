// −log softmax(row)[class] of rows of logits.
#pragma once

#include <cstdint>

#include "sevenfold/autograd/op.hpp"

namespace sevenfold::kernels {

/// losses (rows) = (1 − smoothing) (−log p[class]) + smoothing · mean(−log p), p = softmax of x's row; weighted if
/// weight (rows) is given. `largest` and `total` (rows) keep each row's maximum and Σ exp(x − maximum) for backward.
template <class T>
void cross_entropy(std::size_t rows, std::size_t classes, const T* x, const std::int64_t* label, T smoothing,
                   const T* weight, T* losses, T* largest, T* total);
/// dx = factor[row] (p − target)
template <class T>
void cross_entropy_backward(std::size_t rows, std::size_t classes, const T* x, const std::int64_t* label, T smoothing,
                            const T* largest, const T* total, const T* factor, Target<T> dx);

}  // namespace sevenfold::kernels
