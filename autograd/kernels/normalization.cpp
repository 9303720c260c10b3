#include "sevenfold/autograd/kernels/normalization.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold::kernels {

template <class T>
void layer_norm(std::size_t rows, std::size_t width, const T* x, const T* gamma, const T* beta, T eps, T* y, T* mean,
                T* rstd) {
    simd::run([=, n = static_cast<T>(width)]() SEVENFOLD_INLINE {
        for (std::size_t r = 0; r < rows; ++r) {
            const T* from = x + r * width;
            T* to = y + r * width;
            T total{0}, squares{0};
            for (std::size_t j = 0; j < width; ++j) total += from[j];
            const T center = total / n;
            for (std::size_t j = 0; j < width; ++j) squares += (from[j] - center) * (from[j] - center);
            const T scale = 1 / std::sqrt(squares / n + eps);
            for (std::size_t j = 0; j < width; ++j) to[j] = (from[j] - center) * scale * gamma[j] + beta[j];
            mean[r] = center;
            rstd[r] = scale;
        }
    });
}

namespace {

template <bool first, class T>
void layer_norm_dx(std::size_t rows, std::size_t width, const T* x, const T* gamma, const T* mean, const T* rstd,
                   const T* dy, T* dx) {
    simd::run([=, n = static_cast<T>(width)]() SEVENFOLD_INLINE {
        for (std::size_t r = 0; r < rows; ++r) {
            const T *u = x + r * width, *g = dy + r * width;
            T* to = dx + r * width;
            const T center = mean[r], scale = rstd[r];
            T plain{0}, with_x{0};
            for (std::size_t j = 0; j < width; ++j) {
                const T gj = g[j] * gamma[j];
                plain += gj;
                with_x += gj * (u[j] - center);
            }
            plain /= n;
            with_x *= scale * scale / n;
            for (std::size_t j = 0; j < width; ++j) {
                const T d = scale * (g[j] * gamma[j] - plain - (u[j] - center) * with_x);
                if constexpr (first)
                    to[j] = d;
                else
                    to[j] += d;
            }
        }
    });
}

}  // namespace

template <class T>
void layer_norm_backward(std::size_t rows, std::size_t width, const T* x, const T* gamma, const T* mean, const T* rstd,
                         const T* dy, Target<T> dx, T* dgamma, T* dbeta) {
    // A few rows at a time, so that the second loop finds them in cache.
    constexpr std::size_t block = 32;
    for (std::size_t from = 0; from < rows; from += block) {
        const std::size_t count = std::min(block, rows - from), at = from * width;
        if (dx.data)
            (dx.first ? layer_norm_dx<true, T> : layer_norm_dx<false, T>)(count, width, x + at, gamma, mean + from,
                                                                          rstd + from, dy + at, dx.data + at);
        if (!dgamma && !dbeta) continue;
        simd::run([=]() SEVENFOLD_INLINE {
            for (std::size_t r = from; r < from + count; ++r) {
                const T *u = x + r * width, *g = dy + r * width;
                const T center = mean[r], scale = rstd[r];
                if (dgamma)
                    for (std::size_t j = 0; j < width; ++j) dgamma[j] += g[j] * (u[j] - center) * scale;
                if (dbeta)
                    for (std::size_t j = 0; j < width; ++j) dbeta[j] += g[j];
            }
        });
    }
}

namespace {

// Sums of term(element, channel) per channel.
template <class T, class Term>
SEVENFOLD_INLINE inline void channel_sums(const Channels& s, T* sums, const Term& term) {
    for (std::size_t c = 0; c < s.channels; ++c) sums[c] = T{0};
    for (std::size_t n = 0; n < s.samples; ++n) {
        const std::size_t at = n * s.channels * s.inner;
        if (s.inner == 1) {
            for (std::size_t c = 0; c < s.channels; ++c) sums[c] += term(at + c, c);
            continue;
        }
        for (std::size_t c = 0; c < s.channels; ++c) {
            T total{0};
            for (std::size_t i = 0; i < s.inner; ++i) total += term(at + c * s.inner + i, c);
            sums[c] += total;
        }
    }
}

// visit(element, channel) for all elements.
template <class Visit>
SEVENFOLD_INLINE inline void each_channel(const Channels& s, const Visit& visit) {
    for (std::size_t n = 0; n < s.samples; ++n) {
        const std::size_t at = n * s.channels * s.inner;
        if (s.inner == 1) {
            for (std::size_t c = 0; c < s.channels; ++c) visit(at + c, c);
            continue;
        }
        for (std::size_t c = 0; c < s.channels; ++c)
            for (std::size_t i = 0; i < s.inner; ++i) visit(at + c * s.inner + i, c);
    }
}

}  // namespace

template <class T>
void batch_norm(const Channels& s, const T* x, const T* gamma, const T* beta, T eps, T* y, T* mean, T* rstd) {
    const T count = static_cast<T>(s.samples * s.inner);
    simd::run([=]() SEVENFOLD_INLINE {
        channel_sums(s, mean, [=](std::size_t i, std::size_t) SEVENFOLD_INLINE { return x[i]; });
        for (std::size_t c = 0; c < s.channels; ++c) mean[c] /= count;
        channel_sums(s, rstd, [=](std::size_t i, std::size_t c) SEVENFOLD_INLINE {
            return (x[i] - mean[c]) * (x[i] - mean[c]);
        });
        for (std::size_t c = 0; c < s.channels; ++c) rstd[c] = 1 / std::sqrt(rstd[c] / count + eps);
        each_channel(s, [=](std::size_t i, std::size_t c)
                            SEVENFOLD_INLINE { y[i] = (x[i] - mean[c]) * rstd[c] * gamma[c] + beta[c]; });
    });
}

template <class T>
void batch_norm_backward(const Channels& s, const T* x, const T* gamma, const T* mean, const T* rstd, const T* dy,
                         Target<T> dx, T* dgamma, T* dbeta) {
    const T count = static_cast<T>(s.samples * s.inner);
    simd::run([=]() SEVENFOLD_INLINE {
        channel_sums(s, dbeta, [=](std::size_t i, std::size_t) SEVENFOLD_INLINE { return dy[i]; });
        channel_sums(s, dgamma,
                     [=](std::size_t i, std::size_t c) SEVENFOLD_INLINE { return dy[i] * (x[i] - mean[c]) * rstd[c]; });
    });
    if (!dx.data) return;
    const auto d = [=](std::size_t i, std::size_t c) SEVENFOLD_INLINE {
        return gamma[c] * rstd[c] * (dy[i] - (dbeta[c] + (x[i] - mean[c]) * rstd[c] * dgamma[c]) / count);
    };
    simd::run([=]() SEVENFOLD_INLINE {
        if (dx.first)
            each_channel(s, [=](std::size_t i, std::size_t c) SEVENFOLD_INLINE { dx.data[i] = d(i, c); });
        else
            each_channel(s, [=](std::size_t i, std::size_t c) SEVENFOLD_INLINE { dx.data[i] += d(i, c); });
    });
}

// clang-format off
using N = std::size_t;
template void layer_norm(N, N, const float*, const float*, const float*, float, float*, float*, float*);
template void layer_norm(N, N, const double*, const double*, const double*, double, double*, double*, double*);
template void layer_norm_backward(N, N, const float*, const float*, const float*, const float*, const float*, Target<float>, float*, float*);
template void layer_norm_backward(N, N, const double*, const double*, const double*, const double*, const double*, Target<double>, double*, double*);
template void batch_norm(const Channels&, const float*, const float*, const float*, float, float*, float*, float*);
template void batch_norm(const Channels&, const double*, const double*, const double*, double, double*, double*, double*);
template void batch_norm_backward(const Channels&, const float*, const float*, const float*, const float*, const float*, Target<float>, float*, float*);
template void batch_norm_backward(const Channels&, const double*, const double*, const double*, const double*, const double*, Target<double>, double*, double*);
// clang-format on

}  // namespace sevenfold::kernels
