#include "sevenfold/autograd/kernels/attention.hpp"

#include <cmath>
#include <limits>

#include "sevenfold/autograd/kernels/gemm.hpp"
#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/autograd/kernels/softmax.hpp"

namespace sevenfold::kernels {
namespace {

// Keys that row i may not see get −∞, so that their weights become exactly 0.
template <class T>
void mask_scores(std::size_t length, bool causal, const float* ignored, T* scores) {
    simd::run([=]() SEVENFOLD_INLINE {
        constexpr T never = -std::numeric_limits<T>::infinity();
        for (std::size_t i = 0; i < length; ++i) {
            T* s = scores + i * length;
            if (ignored)
                for (std::size_t j = 0; j < length; ++j) s[j] = ignored[j] != 0 ? never : s[j];
            if (causal)
                for (std::size_t j = i + 1; j < length; ++j) s[j] = never;
        }
    });
}

}  // namespace

template <class T>
void attention(const AttentionShape& a, const T* qkv, T* weights, T* y) {
    const std::size_t t = a.length, d = a.width, depth = a.heads * d, row = 3 * depth;
    const T scale = 1 / std::sqrt(static_cast<T>(d));
    for (std::size_t n = 0; n < a.samples; ++n)
        for (std::size_t h = 0; h < a.heads; ++h) {
            const T *q = qkv + n * t * row + h * d, *k = q + depth, *v = k + depth;
            T* p = weights + (n * a.heads + h) * t * t;  // the scores at first
            gemm<T>({.transpose_b = true,
                     .m = t,
                     .n = t,
                     .k = d,
                     .a = q,
                     .lda = row,
                     .b = k,
                     .ldb = row,
                     .c = p,
                     .ldc = t,
                     .alpha = scale});
            if (a.causal || a.ignored) mask_scores(t, a.causal, a.ignored ? a.ignored + n * t : nullptr, p);
            attention_weights(p, t, t, p);
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
    Array<T> scratch(Shape{t * t});
    T* const dp = scratch.data();
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
            softmax_rows_backward(dp, p, t, t, scale, dp);
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
