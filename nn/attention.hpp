#pragma once

#include "sevenfold/nn/linear.hpp"

namespace sevenfold {

/// (N, T), not 0 where a position is padding: as a key it is ignored. None: all positions count.
using PaddingMask = std::optional<Array<float>>;

/// Every position looks at all others, in several heads at once: (N, T, width) -> (N, T, width).
/// Vaswani et al. 2017, section 3.2; docs/attention.md explains it line by line.
///
///     [q k v] = qkv(x)      weights = softmax(q kᵀ / sqrt(d)) per head, d = width / heads      y = o(weights v)
///
/// One Linear makes queries, keys and values side by side, which is one matrix product instead of three. Its weight
/// starts as xavier_uniform over the packed matrix, its bias at zero.
template <class T = float>
class MultiHeadAttention : public Module<T> {
  public:
    /// causal: position i sees j ≤ i only. Throws ValueError if heads do not divide width.
    MultiHeadAttention(std::size_t width, std::size_t heads, Random& random, bool causal = false);

    using Module<T>::operator();
    Variable<T> operator()(const Variable<T>& x, const PaddingMask& padding) {
        const typename Module<T>::Call call(*this);
        return this->watched(forward(x, padding));
    }
    Variable<T> forward(const Variable<T>& x) override { return forward(x, {}); }
    Variable<T> forward(const Variable<T>& x, const PaddingMask& padding);
    /// How much position i of head h looks at position j: (N, heads, T, T), rows sum to 1.
    Variable<T> weights(const Variable<T>& x, const PaddingMask& padding = {});

    Members<T> members() override { return {{"qkv", qkv}, {"o", o}}; }
    std::string describe() const override;

    Linear<T> qkv;  ///< (3 width, width): rows of the queries, then of the keys, then of the values
    Linear<T> o;    ///< (width, width)
    std::size_t heads;
    bool causal;
};

extern template class MultiHeadAttention<float>;
extern template class MultiHeadAttention<double>;

}  // namespace sevenfold
