// Strided windows onto contiguous arrays: what slice, flip, pad and concat read and write.
#pragma once

#include <array>

#include "sevenfold/autograd/shape.hpp"

namespace sevenfold::kernels {

/// Element (i, j, ..) of the window is element offset + i · stride[0] + j · stride[1] + .. of the array.
struct View {
    Shape shape;
    std::ptrdiff_t offset = 0;
    std::array<std::ptrdiff_t, Shape::max_rank> stride{};
};

/// The window that starts at `start` and takes step[i] along axis i, onto an array of shape `whole`.
View view(const Shape& whole, const Shape& shape, const std::array<std::ptrdiff_t, Shape::max_rank>& start,
          const std::array<std::ptrdiff_t, Shape::max_rank>& step);

/// y = the window of x, contiguous.
template <class T>
void read_view(const T* x, const View& view, T* y);
/// The window of x = y.
template <class T>
void write_view(const T* y, const View& view, T* x);
/// The window of x += y.
template <class T>
void add_view(const T* y, const View& view, T* x);

}  // namespace sevenfold::kernels
