#include "sevenfold/nn/linear.hpp"

#include <cmath>

#include "sevenfold/nn/init.hpp"

namespace sevenfold {

template <class T>
Linear<T>::Linear(std::size_t in, std::size_t out, Random& random, bool with_bias)
    : weight(init::fan_in_uniform<T>({out, in}, random)) {
    if (in == 0 || out == 0)
        fail<ValueError>("Linear", text(in, " inputs and ", out, " outputs"), "a layer has at least one of each");
    const double bound = 1 / std::sqrt(static_cast<double>(in));
    if (with_bias) bias.emplace(random.uniform<T>({out}, -bound, bound));
}

template <class T>
Variable<T> Linear<T>::activated(const Variable<T>& x, Activation activation) {
    const bool fused =
        activation == Activation::relu || activation == Activation::tanh || activation == Activation::sigmoid;
    if (!bias || !fused) return activate((*this)(x), activation);
    const typename Module<T>::Call call(*this);
    return this->watched(activation == Activation::relu   ? linear_relu(x, weight, *bias)
                         : activation == Activation::tanh ? linear_tanh(x, weight, *bias)
                                                          : linear_sigmoid(x, weight, *bias));
}

template <class T>
Members<T> Linear<T>::members() {
    Members<T> all{{"weight", weight}};
    if (bias) all.emplace_back("bias", *bias);
    return all;
}

template <class T>
std::string Linear<T>::describe() const {
    return text("Linear(", weight.shape(1), ", ", weight.shape(0), bias ? ")" : ", no bias)");
}

template class Linear<float>;
template class Linear<double>;

}  // namespace sevenfold
