#include "sevenfold/autograd/kernels/linear.hpp"

#include <algorithm>

#include "sevenfold/autograd/kernels/blas.hpp"
#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold::kernels {

namespace {

// Too little work to pay for a call of BLAS.
constexpr std::size_t few_products = 1024;
// OpenBLAS multiplies small matrices faster when none is transposed; so small a weight is worth turning first.
constexpr std::size_t small_weight = 1024;
bool worth_turning(std::size_t rows, std::size_t in, std::size_t out) {
    return rows >= 8 && in <= 32 && out >= 16 && in * out <= small_weight;
}

}  // namespace

template <class T>
void linear(std::size_t rows, std::size_t in, std::size_t out, const T* x, const T* w, const T* bias, T* y) {
    if (rows * in * out <= few_products)
        return simd::run([=]() SEVENFOLD_INLINE {
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t o = 0; o < out; ++o) {
                    T sum = bias ? bias[o] : T{0};
                    for (std::size_t i = 0; i < in; ++i) sum += x[r * in + i] * w[o * in + i];
                    y[r * out + o] = sum;
                }
        });
    // The product adds to rows that already hold the bias: one pass less than adding it afterwards.
    if (bias)
        for (std::size_t r = 0; r < rows; ++r) std::copy_n(bias, out, y + r * out);
    const T beta = bias ? T{1} : T{0};
    if (!worth_turning(rows, in, out)) return blas::gemm<T>(false, true, rows, out, in, 1, x, in, w, in, beta, y, out);
    T turned[small_weight];
    transpose(out, in, w, in, turned);
    blas::gemm<T>(false, false, rows, out, in, 1, x, in, turned, out, beta, y, out);
}

template <class T>
void linear_dx(std::size_t rows, std::size_t in, std::size_t out, const T* dy, const T* w, Target<T> dx) {
    blas::gemm<T>(false, false, rows, in, out, 1, dy, out, w, in, dx.beta(), dx.data, in);
}

template <class T>
void linear_dw(std::size_t rows, std::size_t in, std::size_t out, const T* dy, const T* x, Target<T> dw) {
    blas::gemm<T>(true, false, out, in, rows, 1, dy, out, x, in, dw.beta(), dw.data, in);
}

template <class T>
void column_sums(std::size_t rows, std::size_t columns, const T* x, Target<T> to) {
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
