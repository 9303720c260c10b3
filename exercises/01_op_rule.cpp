// Exercise 1: the rule of an op
//
// Softsign squashes any number into (−1, 1), like tanh, but with a division only:
//
//     y = x / (1 + |x|)
//
// The tape computes y on its way forward. On its way back it has dy, the gradient of the loss with respect to y, and asks
// your rule for dx, the gradient with respect to x. For an op that works on each entry by itself the chain rule says
//
//     dx = dy · dy/dx        ("what arrives, times the derivative here")
//
// so what you need is the derivative of y, for x > 0 and for x < 0. (At x = 0 both sides agree.)
//
// You have dy and x, variables of one shape. Operators + − * / work entry by entry, abs(x) is |x|.
//
// Source of the function: Bergstra, Desjardins, Lamblin, Bengio 2009, "Quadratic polynomials learn better image features".
// Rules like yours, for all ops of the library: docs/ops.md.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Variable<double> softsign_gradient(const Variable<double>& dy, const Variable<double>& x) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
