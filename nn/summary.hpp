#pragma once

#include "sevenfold/nn/module.hpp"

namespace sevenfold {

/// A table of the model, one line a module: its path and settings, the shape it gives, the parameters that stand in it
/// itself (its inner modules have lines of their own), and the total. Shapes are found by running the model once on
/// zeros, in evaluation mode and without a tape; a module that was not called through model(x) shows none.
template <class T>
std::string summary(Module<T>& model, const Shape& input_shape);
/// The same on standard output.
template <class T>
void print(Module<T>& model, const Shape& input_shape);

}  // namespace sevenfold
