#include "sevenfold/nn/mlp.hpp"

namespace sevenfold {

template <class T>
Mlp<T>::Mlp(const std::vector<std::size_t>& sizes, Activation between, Random& random) : activation(between) {
    if (sizes.size() < 2)
        fail<ValueError>("Mlp", text(sizes.size(), " sizes"), "it needs the number of inputs and of outputs",
                         "Write Mlp({inputs, hidden.., outputs}, ..).");
    layers.reserve(sizes.size() - 1);
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) layers.emplace_back(sizes[i], sizes[i + 1], random);
}

template <class T>
std::vector<Variable<T>> Mlp<T>::each_layer(const Variable<T>& x) {
    std::vector<Variable<T>> values;
    for (std::size_t i = 0; i < layers.size(); ++i) values.push_back(layer(i, values.empty() ? x : values.back()));
    return values;
}

template <class T>
Variable<T> Mlp<T>::forward(const Variable<T>& x) {
    Variable<T> value = layer(0, x);
    for (std::size_t i = 1; i < layers.size(); ++i) value = layer(i, value);
    return value;
}

template <class T>
Variable<T> Mlp<T>::layer(std::size_t i, const Variable<T>& x) {
    return i + 1 < layers.size() ? layers[i].activated(x, activation) : layers[i](x);
}

template <class T>
Members<T> Mlp<T>::members() {
    Members<T> all;
    for (std::size_t i = 0; i < layers.size(); ++i) all.emplace_back(text("layers.", i), layers[i]);
    return all;
}

template <class T>
std::string Mlp<T>::describe() const {
    return text("Mlp(", name_of(activation), ")");
}

template class Mlp<float>;
template class Mlp<double>;

}  // namespace sevenfold
