// A solution of exercise 3.
// With the largest logit subtracted, every exponent is at most 0, so no exp is above 1, and the sum is at least 1.
#include <algorithm>
#include <cmath>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> cross_entropy_gradient(const Array<double>& logits, const Labels& labels) {
    const std::size_t rows = logits.shape(0), classes = logits.shape(1);
    Array<double> gradient(logits.shape());
    for (std::size_t i = 0; i < rows; ++i) {
        double largest = logits(i, 0), total = 0;
        for (std::size_t k = 1; k < classes; ++k) largest = std::max(largest, logits(i, k));
        for (std::size_t k = 0; k < classes; ++k) total += std::exp(logits(i, k) - largest);
        for (std::size_t k = 0; k < classes; ++k) {
            const double p = std::exp(logits(i, k) - largest) / total;
            const double truth = static_cast<std::int64_t>(k) == labels(i) ? 1 : 0;
            gradient(i, k) = (p - truth) / static_cast<double>(rows);
        }
    }
    return gradient;
}

}  // namespace exercise
