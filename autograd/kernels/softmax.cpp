#include "sevenfold/autograd/kernels/softmax.hpp"

#include <algorithm>

#include "sevenfold/autograd/array.hpp"
#include "sevenfold/autograd/kernels/lane.hpp"
#include "sevenfold/autograd/kernels/rows.hpp"

namespace sevenfold::kernels {
namespace {

// block(first element, columns) for every group of columns that is small enough to keep its sums in registers.
constexpr std::size_t columns = 16;
template <class Block>
SEVENFOLD_INLINE inline void for_blocks(std::size_t outer, std::size_t n, std::size_t inner, const Block& block) {
    for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t i = 0; i < inner; i += columns) block(o * n * inner + i, std::min(columns, inner - i));
}

// Rows are worked on in groups that stay in the nearest cache: the exponentials of a whole group are one long loop, where
// the ends of short rows would cost more than all the rest.
std::size_t rows_in_group(std::size_t n) { return std::max<std::size_t>(1, 2048 / std::max<std::size_t>(1, n)); }

// y = x − its largest element, for each row. Where that is −∞ and `may_be_empty`, y = x.
template <bool may_be_empty, class T>
SEVENFOLD_INLINE inline void from_the_top(const T* x, std::size_t rows, std::size_t n, T* y) {
    for (std::size_t o = 0; o < rows; ++o) {
        T high = fold_row<RowMaximum<T>>(x + o * n, n);
        if (may_be_empty) high = high == RowMaximum<T>::start ? T{0} : high;
        for (std::size_t k = 0; k < n; ++k) y[o * n + k] = x[o * n + k] - high;
    }
}

template <class T>
SEVENFOLD_INLINE inline T sum_row(const T* x, std::size_t n) {
    T sum{0};
    for (std::size_t k = 0; k < n; ++k) sum += x[k];
    return sum;
}

template <bool may_be_empty, class T>
void softmax_rows(const T* x, std::size_t all, std::size_t n, T* y) {
    simd::run([=, group = rows_in_group(n)]() SEVENFOLD_INLINE {
        for (std::size_t first = 0; first < all; first += group) {
            const std::size_t rows = std::min(group, all - first);
            T* to = y + first * n;
            from_the_top<may_be_empty>(x + first * n, rows, n, to);
            for (std::size_t i = 0; i < rows * n; ++i) to[i] = lane::exp(to[i]);
            for (std::size_t o = 0; o < rows; ++o) {
                const T sum = sum_row(to + o * n, n), share = may_be_empty && sum == 0 ? T{0} : 1 / sum;
                for (std::size_t k = 0; k < n; ++k) to[o * n + k] *= share;
            }
        }
    });
}

}  // namespace

template <class T>
void attention_weights(const T* x, std::size_t rows, std::size_t n, T* y) {
    softmax_rows<true>(x, rows, n, y);
}

template <class T>
void softmax(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y) {
    if (inner == 1) return softmax_rows<false>(x, outer, n, y);
    simd::run([=]() SEVENFOLD_INLINE {
        for_blocks(outer, n, inner, [=](std::size_t at, std::size_t width) SEVENFOLD_INLINE {
            T high[columns], sum[columns]{};
            for (std::size_t j = 0; j < width; ++j) high[j] = RowMaximum<T>::start;
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) RowMaximum<T>::step(high[j], x[at + k * inner + j]);
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) {
                    const std::size_t i = at + k * inner + j;
                    sum[j] += y[i] = lane::exp(x[i] - high[j]);
                }
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) y[at + k * inner + j] /= sum[j];
        });
    });
}

template <class T>
void softmax_rows_backward(const T* dy, const T* y, std::size_t rows, std::size_t n, T scale, T* dx) {
    simd::run([=]() SEVENFOLD_INLINE {
        for (std::size_t o = 0; o < rows; ++o) {
            const std::size_t at = o * n;
            T sum{0};
            for (std::size_t k = 0; k < n; ++k) sum += dy[at + k] * y[at + k];
            for (std::size_t k = 0; k < n; ++k) dx[at + k] = scale * y[at + k] * (dy[at + k] - sum);
        }
    });
}

template <class T>
void softmax_backward(const T* dy, const T* y, std::size_t outer, std::size_t n, std::size_t inner, T* dx) {
    if (inner == 1) return softmax_rows_backward(dy, y, outer, n, T{1}, dx);
    simd::run([=]() SEVENFOLD_INLINE {
        for_blocks(outer, n, inner, [=](std::size_t at, std::size_t width) SEVENFOLD_INLINE {
            T sum[columns]{};
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) sum[j] += dy[at + k * inner + j] * y[at + k * inner + j];
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) {
                    const std::size_t i = at + k * inner + j;
                    dx[i] = y[i] * (dy[i] - sum[j]);
                }
        });
    });
}

template <class T>
void log_softmax(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y) {
    if (inner == 1) {
        const std::size_t group = rows_in_group(n);
        Array<T> powers(Shape{group * n});
        return simd::run([=, e = powers.data()]() SEVENFOLD_INLINE {
            for (std::size_t first = 0; first < outer; first += group) {
                const std::size_t rows = std::min(group, outer - first);
                T* to = y + first * n;
                from_the_top<false>(x + first * n, rows, n, to);
                for (std::size_t i = 0; i < rows * n; ++i) e[i] = lane::exp(to[i]);
                for (std::size_t o = 0; o < rows; ++o) {
                    const T log_sum = std::log(sum_row(e + o * n, n));
                    for (std::size_t k = 0; k < n; ++k) to[o * n + k] -= log_sum;
                }
            }
        });
    }
    simd::run([=]() SEVENFOLD_INLINE {
        for_blocks(outer, n, inner, [=](std::size_t at, std::size_t width) SEVENFOLD_INLINE {
            T high[columns], sum[columns]{};
            for (std::size_t j = 0; j < width; ++j) high[j] = RowMaximum<T>::start;
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) RowMaximum<T>::step(high[j], x[at + k * inner + j]);
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) sum[j] += lane::exp(x[at + k * inner + j] - high[j]);
            for (std::size_t j = 0; j < width; ++j) sum[j] = std::log(sum[j]);
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) {
                    const std::size_t i = at + k * inner + j;
                    y[i] = x[i] - high[j] - sum[j];
                }
        });
    });
}

template <class T>
void log_softmax_backward(const T* dy, const T* y, std::size_t outer, std::size_t n, std::size_t inner, T* dx) {
    if (inner == 1)
        return simd::run([=, group = rows_in_group(n)]() SEVENFOLD_INLINE {
            for (std::size_t first = 0; first < outer; first += group) {
                const std::size_t rows = std::min(group, outer - first), at = first * n;
                for (std::size_t i = 0; i < rows * n; ++i) dx[at + i] = lane::exp(y[at + i]);
                for (std::size_t o = 0; o < rows; ++o) {
                    const T sum = sum_row(dy + at + o * n, n);
                    for (std::size_t i = at + o * n; i < at + (o + 1) * n; ++i) dx[i] = dy[i] - dx[i] * sum;
                }
            }
        });
    simd::run([=]() SEVENFOLD_INLINE {
        for_blocks(outer, n, inner, [=](std::size_t at, std::size_t width) SEVENFOLD_INLINE {
            T sum[columns]{};
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) sum[j] += dy[at + k * inner + j];
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < width; ++j) {
                    const std::size_t i = at + k * inner + j;
                    dx[i] = dy[i] - lane::exp(y[i]) * sum[j];
                }
        });
    });
}

// clang-format off
using S = std::size_t;
template void softmax(const float*, S, S, S, float*); template void softmax(const double*, S, S, S, double*);
template void attention_weights(const float*, S, S, float*); template void attention_weights(const double*, S, S, double*);
template void softmax_rows_backward(const float*, const float*, S, S, float, float*); template void softmax_rows_backward(const double*, const double*, S, S, double, double*);
template void softmax_backward(const float*, const float*, S, S, S, float*); template void softmax_backward(const double*, const double*, S, S, S, double*);
template void log_softmax(const float*, S, S, S, float*); template void log_softmax(const double*, S, S, S, double*);
template void log_softmax_backward(const float*, const float*, S, S, S, float*); template void log_softmax_backward(const double*, const double*, S, S, S, double*);
// clang-format on

}  // namespace sevenfold::kernels
