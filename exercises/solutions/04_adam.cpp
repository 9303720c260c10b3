// A solution of exercise 4.
// In the first step m̂ = g and v̂ = g², so the first step is η in the direction of −g, however large g is.
#include <cmath>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

double adam_step(double w, double g, Moments& moments, std::size_t t, const AdamOptions& options) {
    const double b1 = options.beta1, b2 = options.beta2, steps = static_cast<double>(t);
    moments.m = b1 * moments.m + (1 - b1) * g;
    moments.v = b2 * moments.v + (1 - b2) * g * g;
    const double mean = moments.m / (1 - std::pow(b1, steps)), square = moments.v / (1 - std::pow(b2, steps));
    return w - options.lr * mean / (std::sqrt(square) + options.eps);
}

}  // namespace exercise
