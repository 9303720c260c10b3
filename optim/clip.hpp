// Clipping: gradients cut to size before a step. Only parameters that a step would change count: trainable, with a gradient.
#pragma once

#include <limits>
#include <vector>

#include "sevenfold/autograd/variable.hpp"

namespace sevenfold {

inline constexpr double infinity_norm = std::numeric_limits<double>::infinity();

/// Scales all gradients by one factor, so that their norm (over all of them together) is at most max_norm. Returns the
/// norm as it was: (Σ |g|^p)^(1/p), or max |g| for the infinity norm. A norm that is NaN or infinite changes no gradient.
/// Pascanu, Mikolov, Bengio 2013, Algorithm 1; the factor is min(1, max_norm / (norm + 1e-6)), as in PyTorch.
/// Throws ValueError: max_norm negative or NaN, p not above 0.
template <class T>
double clip_grad_norm(const std::vector<Variable<T>>& parameters, double max_norm, double p = 2);

/// Cuts each entry of each gradient to [-limit, limit]; NaN stays. Throws ValueError when limit is negative or NaN.
template <class T>
void clip_grad_value(const std::vector<Variable<T>>& parameters, double limit);

}  // namespace sevenfold
