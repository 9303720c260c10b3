#include "sevenfold/autograd/kernels/attention.hpp"

#include <cmath>
#include <limits>

#include "sevenfold/autograd/kernels/gemm.hpp"
#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/kernels/lane.hpp"
#include "sevenfold/autograd/kernels/rows.hpp"

namespace sevenfold::kernels {
namespace {

// Rows of scores are as long as whole vectors, filled up with −∞: the ends of short rows would cost more than all the
// rest.
template <class T>
struct Scratch {
    explicit Scratch(const AttentionShape& a)
        : stride((a.length + 15) / 16 * 16),
          memory(Array<T>::full(Shape{a.length * stride + stride}, -std::numeric_limits<T>::infinity())),
          scores(memory.data()),
          row(scores + a.length * stride) {}
    std::size_t stride;
    Array<T> memory;
    T *scores, *row;
};

// Keys that row i may not see get −∞, so that their weights become exactly 0.
template <class T>
void mask_scores(std::size_t length, std::size_t stride, bool causal, const float* ignored, T* scores) {
    simd::run([=]() SEVENFOLD_INLINE {
        constexpr T never = -std::numeric_limits<T>::infinity();
        for (std::size_t i = 0; i < length; ++i) {
            T* s = scores + i * stride;
            if (ignored)
                for (std::size_t j = 0; j < length; ++j) s[j] = ignored[j] != 0 ? never : s[j];
            if (causal)
                for (std::size_t j = i + 1; j < length; ++j) s[j] = never;
        }
    });
}

template <class T>
void softmax_rows(std::size_t length, std::size_t stride, const T* scores, T* row, T* weights) {
    simd::run([=]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < length; ++i) {
            const T* s = scores + i * stride;
            T* p = weights + i * length;
            const T largest = fold_row<RowMaximum<T>>(s, stride);
            const T shift = largest == RowMaximum<T>::start ? T{0} : largest;
            T total{0};
            for (std::size_t j = 0; j < stride; ++j) {
                row[j] = lane::exp(s[j] - shift);
                total += row[j];
            }
            const T factor = total == 0 ? T{0} : 1 / total;
            for (std::size_t j = 0; j < length; ++j) p[j] = row[j] * factor;
        }
    });
}

// d scores = scale · p (dp − Σ p dp), written over dp.
template <class T>
void softmax_rows_backward(std::size_t rows, std::size_t columns, const T* weights, T scale, T* dp) {
    simd::run([=]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < rows; ++i) {
            const T* p = weights + i * columns;
            T* d = dp + i * columns;
            T dot{0};
            for (std::size_t j = 0; j < columns; ++j) dot += p[j] * d[j];
            for (std::size_t j = 0; j < columns; ++j) d[j] = scale * p[j] * (d[j] - dot);
        }
    });
}

}  // namespace

template <class T>
void attention(const AttentionShape& a, const T* qkv, T* weights, T* y) {
    const std::size_t t = a.length, d = a.width, depth = a.heads * d, row = 3 * depth;
    const T scale = 1 / std::sqrt(static_cast<T>(d));
    const Scratch<T> scratch(a);
    for (std::size_t n = 0; n < a.samples; ++n)
        for (std::size_t h = 0; h < a.heads; ++h) {
            const T *q = qkv + n * t * row + h * d, *k = q + depth, *v = k + depth;
            T *s = scratch.scores, *p = weights + (n * a.heads + h) * t * t;
            gemm<T>({.transpose_b = true,
                     .m = t,
                     .n = t,
                     .k = d,
                     .a = q,
                     .lda = row,
                     .b = k,
                     .ldb = row,
                     .c = s,
                     .ldc = scratch.stride,
                     .alpha = scale});
            if (a.causal || a.ignored)
                mask_scores(t, scratch.stride, a.causal, a.ignored ? a.ignored + n * t : nullptr, s);
            softmax_rows(t, scratch.stride, s, scratch.row, p);
            gemm<T>({.m = t,
                     .n = d,
                     .k = t,
                     .a = p,
                     .lda = t,
                     .b = v,
                     .ldb = row,
                     .c = y + n * t * depth + h * d,
                     .ldc = depth});
        }
}

template <class T>
void attention_backward(const AttentionShape& a, const T* qkv, const T* weights, const T* dy, Target<T> dqkv) {
    const std::size_t t = a.length, d = a.width, depth = a.heads * d, row = 3 * depth;
    const T scale = 1 / std::sqrt(static_cast<T>(d)), beta = dqkv.beta();
    const Scratch<T> scratch(a);
    for (std::size_t n = 0; n < a.samples; ++n)
        for (std::size_t h = 0; h < a.heads; ++h) {
            const std::size_t at = n * t * row + h * d;
            const T *q = qkv + at, *k = q + depth, *v = k + depth;
            T *dq = dqkv.data + at, *dk = dq + depth, *dv = dk + depth;
            const T *p = weights + (n * a.heads + h) * t * t, *g = dy + n * t * depth + h * d;
            gemm<T>({.transpose_a = true,
                     .m = t,
                     .n = d,
                     .k = t,
                     .a = p,
                     .lda = t,
                     .b = g,
                     .ldb = depth,
                     .c = dv,
                     .ldc = row,
                     .beta = beta});
            T* dp = scratch.scores;
            gemm<T>({.transpose_b = true,
                     .m = t,
                     .n = t,
                     .k = d,
                     .a = g,
                     .lda = depth,
                     .b = v,
                     .ldb = row,
                     .c = dp,
                     .ldc = t});
            softmax_rows_backward(t, t, p, scale, dp);
            gemm<T>({.m = t, .n = d, .k = t, .a = dp, .lda = t, .b = k, .ldb = row, .c = dq, .ldc = row, .beta = beta});
            gemm<T>({.transpose_a = true,
                     .m = t,
                     .n = d,
                     .k = t,
                     .a = dp,
                     .lda = t,
                     .b = q,
                     .ldb = row,
                     .c = dk,
                     .ldc = row,
                     .beta = beta});
        }
}

template void attention(const AttentionShape&, const float*, float*, float*);
template void attention(const AttentionShape&, const double*, double*, double*);
template void attention_backward(const AttentionShape&, const float*, const float*, const float*, Target<float>);
template void attention_backward(const AttentionShape&, const double*, const double*, const double*, Target<double>);

}  // namespace sevenfold::kernels
