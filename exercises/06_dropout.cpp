// Exercise 6: dropout, and its scale
//
// In training, dropout sets each entry to 0 with probability p, so that no unit can rely on any other being there. What is
// kept must be larger to make up for it. How much? An entry x becomes s · x with probability 1 − p and 0 otherwise; its
// mean is s (1 − p) x, which is x again for
//
//     s = 1 / (1 − p)
//
//     y = 0            where u < p
//     y = x / (1 − p)  where u ≥ p        in training;  y = x in evaluation
//
// The numbers u are drawn evenly from [0, 1), one for each entry; here they are handed in, so that the check can foresee them.
//
// You have x and u, arrays of one shape, the probability p (0 ≤ p < 1) and whether this is training. You give y.
// x.data()[i] for i below x.size() is an entry, whatever the shape; Array<double> y(x.shape()) makes an array to fill.
//
// Source: Srivastava and others 2014, "Dropout: a simple way to prevent neural networks from overfitting"; with the scale in
// training ("inverted"), as in the library: nn/dropout.cpp.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> drop_out(const Array<double>& x, const Array<double>& u, double p, bool training) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
