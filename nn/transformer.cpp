#include "sevenfold/nn/transformer.hpp"

#include "sevenfold/nn/checkpoint.hpp"
#include "sevenfold/nn/init.hpp"

namespace sevenfold {

template <class T>
TransformerEncoderLayer<T>::TransformerEncoderLayer(const TransformerLayerConfig& layer, Random& random)
    : config(layer),
      attention(layer.width, layer.heads, random, layer.causal),
      norm1(layer.width, layer.epsilon),
      ff1(layer.width, layer.hidden, random),
      ff2(layer.hidden, layer.width, random),
      norm2(layer.width, layer.epsilon),
      dropout1(layer.dropout, random),
      dropout2(layer.dropout, random) {}

template <class T>
Variable<T> TransformerEncoderLayer<T>::forward(const Variable<T>& x, const PaddingMask& padding) {
    if (!config.checkpoint) return parts(x, padding);
    return checkpoint<T>([this, padding](const Variable<T>& again) { return parts(again, padding); }, x);
}

template <class T>
Variable<T> TransformerEncoderLayer<T>::parts(const Variable<T>& x, const PaddingMask& padding) {
    if (config.norm_first) {
        const Variable<T> y = x + dropout1(attention(norm1(x), padding));
        return y + feed_forward(norm2(y));
    }
    const Variable<T> y = norm1(x + dropout1(attention(x, padding)));
    return norm2(y + feed_forward(y));
}

template <class T>
Variable<T> TransformerEncoderLayer<T>::attention_weights(const Variable<T>& x, const PaddingMask& padding) {
    return attention.weights(config.norm_first ? norm1(x) : x, padding);
}

template <class T>
Members<T> TransformerEncoderLayer<T>::members() {
    Members<T> all{{"norm1", norm1}, {"attention", attention}, {"norm2", norm2}, {"ff1", ff1}, {"ff2", ff2}};
    if (config.dropout > 0) {
        all.emplace_back("dropout1", dropout1);
        all.emplace_back("dropout2", dropout2);
    }
    return all;
}

template <class T>
std::string TransformerEncoderLayer<T>::describe() const {
    return text("TransformerEncoderLayer(", config.norm_first ? "norm first, " : "norm last, ",
                name_of(config.activation), ")");
}

template <class T>
CausalTransformer<T>::CausalTransformer(const CausalTransformerConfig& settings, Random& random)
    : config(settings),
      tokens(settings.vocabulary, settings.layer.width, random, 0.02),
      positions(init::truncated_normal<T>({settings.context, settings.layer.width}, random)),
      norm(settings.layer.width, settings.layer.epsilon),
      head(settings.layer.width, settings.vocabulary, random) {
    config.layer.causal = true;
    blocks.reserve(config.blocks);
    for (std::size_t i = 0; i < config.blocks; ++i) blocks.emplace_back(config.layer, random);
}

template <class T>
Variable<T> CausalTransformer<T>::forward(const Indices& index) {
    if (index.rank() != 2 || index.shape(1) > config.context)
        fail<ShapeError>("CausalTransformer", text("tokens ", index.shape()),
                         text("they are (N, T) with T at most the context, ", config.context));
    const auto length = static_cast<std::ptrdiff_t>(index.shape(1));
    Variable<T> z = tokens(index) + slice(positions, {{0, length}});
    for (TransformerEncoderLayer<T>& block : blocks) z = block(z);
    return head(norm(z));
}

template <class T>
Members<T> CausalTransformer<T>::members() {
    Members<T> all{{"tokens", tokens}, {"positions", positions}};
    for (std::size_t i = 0; i < blocks.size(); ++i) all.emplace_back(text("blocks.", i), blocks[i]);
    all.emplace_back("norm", norm);
    all.emplace_back("head", head);
    return all;
}

template <class T>
std::string CausalTransformer<T>::describe() const {
    return text("CausalTransformer(context ", config.context, ")");
}

template class TransformerEncoderLayer<float>;
template class TransformerEncoderLayer<double>;
template class CausalTransformer<float>;
template class CausalTransformer<double>;

}  // namespace sevenfold
