// Activations whose derivative follows from their result alone: ops of their own, and the end of a fused linear layer.
#pragma once

#include "sevenfold/autograd/op.hpp"

namespace sevenfold::ops {

struct Tanh {
    static constexpr OpText text{"tanh", "y = tanh(x)", "dx = dy · (1 − y²)"};
    static constexpr Saves saves = saves_output;
    auto value(const auto& x) const { return tanh(x); }
    auto dx(const auto& dy, const auto&, const auto& y) const { return dy * (1 - y * y); }
};

struct Sigmoid {
    static constexpr OpText text{"sigmoid", "y = 1 / (1 + exp(−x))", "dx = dy · y · (1 − y)"};
    static constexpr Saves saves = saves_output;
    auto value(const auto& x) const { return sigmoid(x); }
    auto dx(const auto& dy, const auto&, const auto& y) const { return dy * (y * (1 - y)); }
};

struct Relu {
    static constexpr OpText text{"relu", "y = max(x, 0)", "dx = dy · [y > 0]", "At x = 0 the gradient is 0."};
    static constexpr Saves saves = saves_output;
    auto value(const auto& x) const { return maximum(x, 0); }
    auto dx(const auto& dy, const auto&, const auto& y) const { return dy * (y > 0); }
};

}  // namespace sevenfold::ops
