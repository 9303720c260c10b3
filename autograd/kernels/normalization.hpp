// Standardizing: x̂ = (x − mean) · rstd with rstd = 1 / sqrt(var + eps), y = γ x̂ + β; and the gradients.
//
// With g = dy · γ and n values behind each mean: dx = rstd (g − Σ g / n − x̂ Σ (g x̂) / n), dγ = Σ dy x̂, dβ = Σ dy.
#pragma once

#include "sevenfold/autograd/op.hpp"

namespace sevenfold::kernels {

/// Each row of x (rows, width) on its own; gamma and beta (width); mean and rstd (rows) are written.
template <class T>
void layer_norm(std::size_t rows, std::size_t width, const T* x, const T* gamma, const T* beta, T eps, T* y, T* mean,
                T* rstd);
/// Any of dx (rows, width), dgamma and dbeta (width) may be nullptr; dgamma and dbeta are added to.
template <class T>
void layer_norm_backward(std::size_t rows, std::size_t width, const T* x, const T* gamma, const T* mean, const T* rstd,
                         const T* dy, Target<T> dx, T* dgamma, T* dbeta);

/// An array (samples, channels, inner); each channel on its own.
struct Channels {
    std::size_t samples, channels, inner;
};
/// gamma, beta, mean and rstd have `channels` elements; mean and rstd are written.
template <class T>
void batch_norm(const Channels& shape, const T* x, const T* gamma, const T* beta, T eps, T* y, T* mean, T* rstd);
/// dgamma and dbeta (channels) are written; dx may be nullptr.
template <class T>
void batch_norm_backward(const Channels& shape, const T* x, const T* gamma, const T* mean, const T* rstd, const T* dy,
                         Target<T> dx, T* dgamma, T* dbeta);

}  // namespace sevenfold::kernels
