// Scaled dot-product attention, per sample and head, on q, k, v where they lie: side by side in rows of 3 D numbers.
#pragma once

#include "sevenfold/autograd/op.hpp"

namespace sevenfold::kernels {

struct AttentionShape {
    std::size_t samples, length, heads, width;  ///< D = heads · width
    bool causal;
    const float* ignored;  ///< (samples, length), not 0 where a key is to be ignored; or nullptr
};

/// weights (samples, heads, length, length) = softmax(q kᵀ / √width), y (samples, length, D) = weights v.
/// A row that may see no key gets weights of 0.
template <class T>
void attention(const AttentionShape& shape, const T* qkv, T* weights, T* y);
/// dqkv from dy, with the weights of the forward pass.
template <class T>
void attention_backward(const AttentionShape& shape, const T* qkv, const T* weights, const T* dy, Target<T> dqkv);

}  // namespace sevenfold::kernels
