#pragma once

#include <optional>

#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/module.hpp"

namespace sevenfold {

/// y = x Wᵀ + b on the last axis: (.., in) -> (.., out). W and b start in U(−1/sqrt(in), 1/sqrt(in)).
template <class T = float>
class Linear : public Module<T> {
  public:
    Linear(std::size_t in, std::size_t out, Random& random, bool with_bias = true);
    Variable<T> forward(const Variable<T>& x) override { return bias ? linear(x, weight, *bias) : linear(x, weight); }
    /// activate(layer(x), activation), in one op where there is one.
    Variable<T> activated(const Variable<T>& x, Activation activation);
    Members<T> members() override;
    std::string describe() const override;

    Parameter<T> weight;               ///< (out, in)
    std::optional<Parameter<T>> bias;  ///< (out)
};

extern template class Linear<float>;
extern template class Linear<double>;

}  // namespace sevenfold
