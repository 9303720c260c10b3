#pragma once

#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/linear.hpp"

namespace sevenfold {

/// Linear layers with an activation between them, none after the last: Mlp({784, 256, 128, 10}, Activation::relu, random)
/// takes (.., 784) to (.., 10).
template <class T = float>
class Mlp : public Module<T> {
  public:
    Mlp(const std::vector<std::size_t>& sizes, Activation between, Random& random);
    Variable<T> forward(const Variable<T>& x) override;
    /// What each layer gives: hidden values after their activation, then the result.
    std::vector<Variable<T>> each_layer(const Variable<T>& x);
    Members<T> members() override;
    std::string describe() const override;

    std::vector<Linear<T>> layers;
    Activation activation;

  private:
    Variable<T> layer(std::size_t i, const Variable<T>& x);
};

extern template class Mlp<float>;
extern template class Mlp<double>;

}  // namespace sevenfold
