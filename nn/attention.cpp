#include "sevenfold/nn/attention.hpp"

#include "sevenfold/nn/init.hpp"

namespace sevenfold {
namespace {

// The width back, if heads divide it.
std::size_t check_heads(std::size_t width, std::size_t heads) {
    if (heads > 0 && width > 0 && width % heads == 0) return width;
    std::string divisors;
    for (std::size_t h = 1; h <= width; ++h)
        if (width % h == 0) divisors += (divisors.empty() ? "" : ", ") + std::to_string(h);
    fail<ValueError>("MultiHeadAttention", text("width ", width, " and ", heads, " heads"),
                     "heads cut the width into equal parts, so they must divide it",
                     divisors.empty() ? "" : text("Heads that do: ", divisors, "."));
}

}  // namespace

template <class T>
MultiHeadAttention<T>::MultiHeadAttention(std::size_t width, std::size_t number_of_heads, Random& random,
                                          bool only_back)
    : qkv(check_heads(width, number_of_heads), 3 * width, random),
      o(width, width, random),
      heads(number_of_heads),
      causal(only_back) {
    qkv.weight.assign(init::xavier_uniform<T>(qkv.weight.shape(), random), "MultiHeadAttention");
    qkv.bias->assign(Array<T>::zeros({3 * width}), "MultiHeadAttention");
    o.bias->assign(Array<T>::zeros({width}), "MultiHeadAttention");
}

template <class T>
Variable<T> MultiHeadAttention<T>::forward(const Variable<T>& x, const PaddingMask& padding) {
    return o(attention(qkv(x), {heads, causal, padding}));
}

template <class T>
Variable<T> MultiHeadAttention<T>::weights(const Variable<T>& x, const PaddingMask& padding) {
    return attention_weights(qkv(x), {heads, causal, padding});
}

template <class T>
std::string MultiHeadAttention<T>::describe() const {
    return text("MultiHeadAttention(", heads, heads == 1 ? " head" : " heads", causal ? ", causal)" : ")");
}

template class MultiHeadAttention<float>;
template class MultiHeadAttention<double>;

}  // namespace sevenfold
