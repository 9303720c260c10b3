#include "sevenfold/autograd/kernels/cross_entropy.hpp"

#include <cmath>

#include "sevenfold/autograd/kernels/lane.hpp"
#include "sevenfold/autograd/kernels/rows.hpp"

namespace sevenfold::kernels {

template <class T>
void cross_entropy(std::size_t rows, std::size_t classes, const T* x, const std::int64_t* label, T smoothing,
                   const T* weight, T* losses, T* largest, T* total) {
    simd::run([=]() SEVENFOLD_INLINE {
        for (std::size_t r = 0; r < rows; ++r) {
            const T* z = x + r * classes;
            const T top = fold_row<RowMaximum<T>>(z, classes);
            T sum{0};
            for (std::size_t j = 0; j < classes; ++j) sum += lane::exp(z[j] - top);
            const T log_sum = std::log(sum);
            // From the maximum down, for large logits would swallow the logarithm's digits.
            T loss = (1 - smoothing) * (log_sum - (z[label[r]] - top));
            if (smoothing > 0) {
                T below{0};
                for (std::size_t j = 0; j < classes; ++j) below += top - z[j];
                loss += smoothing * (log_sum + below / static_cast<T>(classes));
            }
            losses[r] = weight ? weight[r] * loss : loss;
            largest[r] = top;
            total[r] = sum;
        }
    });
}

template <class T>
void cross_entropy_backward(std::size_t rows, std::size_t classes, const T* x, const std::int64_t* label, T smoothing,
                            const T* largest, const T* total, const T* factor, Target<T> dx) {
    const T shared = smoothing / static_cast<T>(classes);
    simd::run([=]() SEVENFOLD_INLINE {
        for (std::size_t r = 0; r < rows; ++r) {
            const T* z = x + r * classes;
            T* d = dx.data + r * classes;
            const T top = largest[r], scale = 1 / total[r], f = factor[r];
            if (dx.first)
                for (std::size_t j = 0; j < classes; ++j) d[j] = f * (lane::exp(z[j] - top) * scale - shared);
            else
                for (std::size_t j = 0; j < classes; ++j) d[j] += f * (lane::exp(z[j] - top) * scale - shared);
            d[label[r]] -= f * (1 - smoothing);
        }
    });
}

// clang-format off
using N = std::size_t;
using I = std::int64_t;
template void cross_entropy(N, N, const float*, const I*, float, const float*, float*, float*, float*);
template void cross_entropy(N, N, const double*, const I*, double, const double*, double*, double*, double*);
template void cross_entropy_backward(N, N, const float*, const I*, float, const float*, const float*, const float*, Target<float>);
template void cross_entropy_backward(N, N, const double*, const I*, double, const double*, const double*, const double*, Target<double>);
// clang-format on

}  // namespace sevenfold::kernels
