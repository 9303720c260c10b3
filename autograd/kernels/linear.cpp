#include "sevenfold/autograd/kernels/linear.hpp"

#include <algorithm>

#include "sevenfold/autograd/kernels/gemm.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold::kernels {

template <class T>
void linear(std::size_t rows, std::size_t in, std::size_t out, const T* x, const T* w, const T* bias, T* y) {
    gemm<T>({.transpose_b = true,
             .m = rows,
             .n = out,
             .k = in,
             .a = x,
             .lda = in,
             .b = w,
             .ldb = in,
             .c = y,
             .ldc = out,
             .row = bias});
}

template <class T>
void linear_dx(std::size_t rows, std::size_t in, std::size_t out, const T* dy, const T* w, Target<T> dx) {
    gemm<T>({.m = rows,
             .n = in,
             .k = out,
             .a = dy,
             .lda = out,
             .b = w,
             .ldb = in,
             .c = dx.data,
             .ldc = in,
             .beta = dx.beta()});
}

template <class T>
void linear_dw(std::size_t rows, std::size_t in, std::size_t out, const T* dy, const T* x, Target<T> dw) {
    gemm<T>({.transpose_a = true,
             .m = out,
             .n = in,
             .k = rows,
             .a = dy,
             .lda = out,
             .b = x,
             .ldb = in,
             .c = dw.data,
             .ldc = in,
             .beta = dw.beta()});
}

template <class T>
void column_sums(std::size_t rows, std::size_t columns, const T* x, Target<T> to) {
    if (to.first && rows == 1) {
        std::copy_n(x, columns, to.data);
        return;
    }
    if (to.first) std::fill_n(to.data, columns, T{0});
    simd::run([=, y = to.data]() SEVENFOLD_INLINE {
        std::size_t r = 0;
        for (; r + 4 <= rows; r += 4) {  // four rows per pass over the sums
            const T *a = x + r * columns, *b = a + columns, *c = b + columns, *d = c + columns;
            for (std::size_t j = 0; j < columns; ++j) y[j] += (a[j] + b[j]) + (c[j] + d[j]);
        }
        for (; r < rows; ++r)
            for (std::size_t j = 0; j < columns; ++j) y[j] += x[r * columns + j];
    });
}

// clang-format off
template void linear(std::size_t, std::size_t, std::size_t, const float*, const float*, const float*, float*);
template void linear(std::size_t, std::size_t, std::size_t, const double*, const double*, const double*, double*);
template void linear_dx(std::size_t, std::size_t, std::size_t, const float*, const float*, Target<float>);
template void linear_dx(std::size_t, std::size_t, std::size_t, const double*, const double*, Target<double>);
template void linear_dw(std::size_t, std::size_t, std::size_t, const float*, const float*, Target<float>);
template void linear_dw(std::size_t, std::size_t, std::size_t, const double*, const double*, Target<double>);
template void column_sums(std::size_t, std::size_t, const float*, Target<float>);
template void column_sums(std::size_t, std::size_t, const double*, Target<double>);
// clang-format on

}  // namespace sevenfold::kernels
