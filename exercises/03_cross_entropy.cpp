// Exercise 3: the gradient of softmax and cross-entropy
//
// A classifier gives K numbers for each of N rows, the logits z. Softmax turns a row into probabilities, and the loss is the
// mean of −log of the probability that the true class got:
//
//     p[i, k] = exp(z[i, k]) / Σⱼ exp(z[i, j])
//     loss    = −1/N Σᵢ log p[i, label[i]]
//
// Differentiate: log p[i, c] = z[i, c] − log Σⱼ exp(z[i, j]), and the derivative of that log of a sum with respect to
// z[i, k] is p[i, k] itself. So for the true class c = label[i], and for every other k:
//
//     dz[i, k] = (p[i, k] − [k = c]) / N        where [k = c] is 1 for the true class and 0 elsewhere
//
// "What you said, less what was true." Few formulas in this field are as often used, and as pretty.
//
// You have logits (N, K) and labels (N), and give an array (N, K): logits(i, k), labels(i), logits.shape(0) is N. Mind that
// exp(1000) is infinity, and infinity / infinity is no number. Softmax does not change when one number is subtracted from a
// whole row; which number keeps exp small?
//
// Source: Bridle 1990, "Probabilistic interpretation of feedforward classification network outputs"; in the library,
// autograd/kernels/cross_entropy.cpp.
#include <algorithm>
#include <cmath>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> cross_entropy_gradient(const Array<double>& logits, const Labels& labels) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
