// Softmax along the middle of an array seen as (outer, n, inner): rows where inner is 1, columns side by side elsewhere.
#pragma once

#include <cstddef>

namespace sevenfold::kernels {

/// y = exp(x − max) / Σ exp(x − max)
template <class T>
void softmax(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y);
/// The same along rows, for attention: a row of −∞ alone gives 0, for there is nothing to look at. x may be y.
template <class T>
void attention_weights(const T* x, std::size_t rows, std::size_t n, T* y);
/// dx = y · (dy − Σ dy · y)
template <class T>
void softmax_backward(const T* dy, const T* y, std::size_t outer, std::size_t n, std::size_t inner, T* dx);
/// dx = scale · y · (dy − Σ dy · y) along rows. dy may be dx.
template <class T>
void softmax_rows_backward(const T* dy, const T* y, std::size_t rows, std::size_t n, T scale, T* dx);

/// y = x − max − log Σ exp(x − max)
template <class T>
void log_softmax(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y);
/// dx = dy − exp(y) · Σ dy
template <class T>
void log_softmax_backward(const T* dy, const T* y, std::size_t outer, std::size_t n, std::size_t inner, T* dx);

}  // namespace sevenfold::kernels
