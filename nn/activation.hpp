// Activation functions as a setting, and as a module to stand in a Sequential.
#pragma once

#include <string_view>

#include "sevenfold/nn/module.hpp"

namespace sevenfold {

enum class Activation { identity, relu, leaky_relu, tanh, sigmoid, gelu, gelu_tanh, silu, softplus };

template <class T>
Variable<T> activate(const Variable<T>& x, Activation activation);

std::string_view name_of(Activation activation);
/// The reverse of name_of: for command lines and files. Throws ValueError that lists the names.
Activation activation_named(std::string_view name);

template <class T = float>
class Activate : public Module<T> {
  public:
    explicit Activate(Activation which) : activation(which) {}
    Variable<T> forward(const Variable<T>& x) override { return activate(x, activation); }
    std::string describe() const override { return std::string(name_of(activation)); }

    Activation activation;
};

}  // namespace sevenfold
