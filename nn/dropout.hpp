#pragma once

#include "sevenfold/nn/module.hpp"

namespace sevenfold {

/// In training each element becomes 0 with the given probability and the others grow by 1 / (1 − probability), so that
/// the expectation stays; in evaluation x passes unchanged. Srivastava et al. 2014, in the inverted form.
template <class T = float>
class Dropout : public Module<T> {
  public:
    /// Draws the seed of its own stream from `random`. Throws ValueError unless 0 ≤ p < 1.
    Dropout(double p, Random& random);
    Variable<T> forward(const Variable<T>& x) override;
    Members<T> members() override { return {{"random", stream}}; }
    std::string describe() const override { return text("Dropout(", probability, ")"); }

    double probability;
    Random stream;
};

extern template class Dropout<float>;
extern template class Dropout<double>;

}  // namespace sevenfold
