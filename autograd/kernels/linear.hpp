// x Wᵀ + b and its gradients, on rows of contiguous memory: x (rows, in), w (out, in), b (out), y (rows, out).
#pragma once

#include "sevenfold/autograd/op.hpp"

namespace sevenfold::kernels {

/// bias may be nullptr.
template <class T>
void linear(std::size_t rows, std::size_t in, std::size_t out, const T* x, const T* w, const T* bias, T* y);
/// dx = dy w
template <class T>
void linear_dx(std::size_t rows, std::size_t in, std::size_t out, const T* dy, const T* w, Target<T> dx);
/// dw = dyᵀ x
template <class T>
void linear_dw(std::size_t rows, std::size_t in, std::size_t out, const T* dy, const T* x, Target<T> dw);
/// Sums of the columns of x (rows, columns).
template <class T>
void column_sums(std::size_t rows, std::size_t columns, const T* x, Target<T> to);

}  // namespace sevenfold::kernels
