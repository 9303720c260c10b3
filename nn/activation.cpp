#include "sevenfold/nn/activation.hpp"

#include <array>

namespace sevenfold {
namespace {

constexpr std::array<std::string_view, 9> names = {"identity", "relu",      "leaky_relu", "tanh",    "sigmoid",
                                                   "gelu",     "gelu_tanh", "silu",       "softplus"};

}  // namespace

template <class T>
Variable<T> activate(const Variable<T>& x, Activation activation) {
    // clang-format off
    switch (activation) {
        case Activation::identity: return x;
        case Activation::relu: return relu(x);
        case Activation::leaky_relu: return leaky_relu(x);
        case Activation::tanh: return tanh(x);
        case Activation::sigmoid: return sigmoid(x);
        case Activation::gelu: return gelu(x);
        case Activation::gelu_tanh: return gelu(x, Gelu::tanh);
        case Activation::silu: return silu(x);
        case Activation::softplus: return softplus(x);
    }
    // clang-format on
    fail<ValueError>("activation", text("number ", static_cast<int>(activation)), "not one of the activations");
}
template Variable<float> activate(const Variable<float>&, Activation);
template Variable<double> activate(const Variable<double>&, Activation);

std::string_view name_of(Activation activation) { return names[static_cast<std::size_t>(activation)]; }

Activation activation_named(std::string_view name) {
    std::string all;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<Activation>(i);
        all += (i ? ", " : "") + std::string(names[i]);
    }
    fail<ValueError>("activation", text('"', name, '"'), "the names are " + all);
}

}  // namespace sevenfold
