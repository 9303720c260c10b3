// Exercise 4: Adam, and its bias correction
//
// Adam keeps two fading means of the gradient g, of itself (m) and of its square (v), and steps by their quotient:
//
//     m = β₁ m + (1 − β₁) g
//     v = β₂ v + (1 − β₂) g²
//
// Both begin at 0, so at first they are too small: after one step m is (1 − β₁) g, a tenth of the gradient if β₁ = 0.9. After
// t steps of one and the same g, m is (1 − β₁ᵗ) g. Dividing by that factor makes up for it:
//
//     m̂ = m / (1 − β₁ᵗ)        v̂ = v / (1 − β₂ᵗ)
//     w = w − η m̂ / (√v̂ + ε)
//
// m̂ and v̂ are for this step alone: m and v go on as they are.
//
// You have one weight w, its gradient g, its moments (moments.m, moments.v, to be brought up to date), the number t = 1, 2, ..
// of the step, and the options options.lr (η), .beta1, .beta2, .eps. You give the new w. std::pow and std::sqrt are there.
//
// Source: Kingma and Ba 2015, "Adam: a method for stochastic optimization", Algorithm 1. In the library: optim/adam.cpp.
#include <cmath>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

double adam_step(double w, double g, Moments& moments, std::size_t t, const AdamOptions& options) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
