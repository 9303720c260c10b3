#pragma once

#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/attention.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/embedding.hpp"
#include "sevenfold/nn/normalization.hpp"

namespace sevenfold {

struct TransformerLayerConfig {
    std::size_t width = 64;
    std::size_t heads = 4;
    std::size_t hidden = 128;  ///< width of the feed-forward part
    Activation activation = Activation::gelu;
    /// true: normalise what enters a part (Xiong et al. 2020; trains without warm-up).
    /// false: normalise what comes out of the sum (Vaswani et al. 2017).
    bool norm_first = true;
    bool causal = false;
    double dropout = 0;  ///< on the result of each part, before it is added
    double epsilon = 1e-5;
    /// Layers keep only what enters them and compute the rest again in backward: see checkpoint().
    bool checkpoint = false;
};

/// Attention, then a two-layer network at each position, each added to what came in: (N, T, width) -> (N, T, width).
///
///     norm_first    x += attention(norm1(x))        x += ff2(act(ff1(norm2(x))))
///     otherwise     x = norm1(x + attention(x))     x = norm2(x + ff2(act(ff1(x))))
template <class T = float>
class TransformerEncoderLayer : public Module<T> {
  public:
    TransformerEncoderLayer(const TransformerLayerConfig& layer, Random& random);

    using Module<T>::operator();
    Variable<T> operator()(const Variable<T>& x, const PaddingMask& padding) {
        const typename Module<T>::Call call(*this);
        return this->watched(forward(x, padding));
    }
    Variable<T> forward(const Variable<T>& x) override { return forward(x, {}); }
    Variable<T> forward(const Variable<T>& x, const PaddingMask& padding);
    /// The weights that its attention gives when x enters the layer: (N, heads, T, T).
    Variable<T> attention_weights(const Variable<T>& x, const PaddingMask& padding = {});

    Members<T> members() override;
    std::string describe() const override;

    TransformerLayerConfig config;
    MultiHeadAttention<T> attention;
    LayerNorm<T> norm1;
    Linear<T> ff1, ff2;
    LayerNorm<T> norm2;
    Dropout<T> dropout1, dropout2;

  private:
    Variable<T> parts(const Variable<T>& x, const PaddingMask& padding);
    Variable<T> feed_forward(const Variable<T>& x) { return dropout2(ff2(activate(ff1(x), config.activation))); }
};

struct CausalTransformerConfig {
    std::size_t vocabulary = 64;
    std::size_t context = 64;  ///< the longest sequence
    std::size_t blocks = 2;
    TransformerLayerConfig layer{};  ///< always causal
};

/// Guesses what comes next at every position: token numbers (N, T), T ≤ context -> logits (N, T, vocabulary), where the
/// logits at position i depend on tokens 0..i only. Token and position embeddings start in N(0, 0.02²).
/// Radford et al. 2019 (GPT-2) is this, larger.
template <class T = float>
class CausalTransformer : public Module<T> {
  public:
    CausalTransformer(const CausalTransformerConfig& settings, Random& random);

    using Module<T>::operator();
    Variable<T> operator()(const Indices& index) {
        const typename Module<T>::Call call(*this);
        return this->watched(forward(index));
    }
    /// The tokens as whole numbers.
    Variable<T> forward(const Variable<T>& x) override { return forward(as_indices(x.value())); }
    Variable<T> forward(const Indices& index);

    Members<T> members() override;
    std::string describe() const override;

    CausalTransformerConfig config;
    Embedding<T> tokens;
    Parameter<T> positions;  ///< (context, width)
    std::vector<TransformerEncoderLayer<T>> blocks;
    LayerNorm<T> norm;
    Linear<T> head;
};

extern template class TransformerEncoderLayer<float>;
extern template class TransformerEncoderLayer<double>;
extern template class CausalTransformer<float>;
extern template class CausalTransformer<double>;

}  // namespace sevenfold
