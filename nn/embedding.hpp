#pragma once

#include "sevenfold/nn/module.hpp"

namespace sevenfold {

/// Whole numbers held by an array of T as indices. Throws ValueError for a fraction. Exact up to 2²⁴ in float.
template <class T>
Indices as_indices(const Array<T>& numbers);

/// A row of the weight for each number: (..) -> (.., width). It takes Indices, or the same numbers as a variable, so
/// that it can stand in a Sequential. Starts in N(0, deviation²).
template <class T = float>
class Embedding : public Module<T> {
  public:
    Embedding(std::size_t rows, std::size_t width, Random& random, double deviation = 1);
    using Module<T>::operator();
    Variable<T> operator()(const Indices& index) {
        const typename Module<T>::Call call(*this);
        return this->watched(embedding(weight, index));
    }
    Variable<T> forward(const Variable<T>& x) override { return embedding(weight, as_indices(x.value())); }
    Members<T> members() override { return {{"weight", weight}}; }
    std::string describe() const override { return text("Embedding(", weight.shape(0), ", ", weight.shape(1), ")"); }

    Parameter<T> weight;  ///< (rows, width)
};

extern template class Embedding<float>;
extern template class Embedding<double>;

}  // namespace sevenfold
