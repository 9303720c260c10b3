// A wrong answer that many would give first: the check must name the mistake.
#include <cmath>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

double adam_step(double w, double g, Moments& moments, std::size_t t, const AdamOptions& options) {
    moments.m = options.beta1 * moments.m + (1 - options.beta1) * g;
    moments.v = options.beta2 * moments.v + (1 - options.beta2) * g * g;
    return w - options.lr * moments.m / (std::sqrt(moments.v) + options.eps);
}

}  // namespace exercise
