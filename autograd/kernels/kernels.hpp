// Plain loops over contiguous memory that ops share. Each has a naive twin in the tests.
#pragma once

#include <array>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold::kernels {

/// to += from; equal shapes.
template <class T>
void accumulate(Array<T>& to, const Array<T>& from);

/// Sums x over the axes along which `shape` was broadcast to x's shape.
template <class T>
Array<T> sum_to(const Array<T>& x, const Shape& shape);

/// The largest (smallest) elements over the same axes; NaN if there is one among them.
template <class T>
Array<T> max_to(const Array<T>& x, const Shape& shape);
template <class T>
Array<T> min_to(const Array<T>& x, const Shape& shape);

/// x repeated along its axes of size 1 (and new leading ones) to fill `shape`.
template <class T>
Array<T> broadcast_to(const Array<T>& x, const Shape& shape);

/// Sum of n contiguous elements.
template <class T>
T sum(const T* x, std::size_t n);

/// x with axes reordered: axis i of the result is axis order[i] of x.
template <class T>
Array<T> permute(const Array<T>& x, const std::array<std::size_t, Shape::max_rank>& order);

}  // namespace sevenfold::kernels
