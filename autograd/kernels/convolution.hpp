// Windows that slide over images: convolution and pooling. Arrays are (.., height, width), zeros around.
#pragma once

#include <cstdint>

#include "sevenfold/autograd/op.hpp"

namespace sevenfold::kernels {

struct Windows {
    std::size_t height, width;  ///< of the input
    std::size_t kernel_y, kernel_x, stride_y, stride_x, padding_y, padding_x;
    std::size_t rows, columns;  ///< of the output

    std::size_t inputs() const { return height * width; }
    std::size_t kernel() const { return kernel_y * kernel_x; }
    std::size_t outputs() const { return rows * columns; }
};

/// x (samples, channels, inputs), weight (filters, channels · kernel), bias (filters) or nullptr, y (samples, filters,
/// outputs).
template <class T>
void conv2d(const Windows& at, std::size_t samples, std::size_t channels, std::size_t filters, const T* x,
            const T* weight, const T* bias, T* y);
/// dx and dweight, either of which may be nullptr, as sums over all windows.
template <class T>
void conv2d_backward(const Windows& at, std::size_t samples, std::size_t channels, std::size_t filters, const T* x,
                     const T* weight, const T* dy, Target<T> dx, Target<T> dweight);

/// The largest element of each window of each plane, and its place in the plane; ties: the first one.
template <class T>
void max_pool2d(const Windows& at, std::size_t planes, const T* x, T* y, std::int64_t* place);
/// The mean over each window, with padded zeros counted.
template <class T>
void avg_pool2d(const Windows& at, std::size_t planes, const T* x, T* y);
/// Adds to dx, which holds numbers already.
template <class T>
void avg_pool2d_backward(const Windows& at, std::size_t planes, const T* dy, T* dx);

}  // namespace sevenfold::kernels
