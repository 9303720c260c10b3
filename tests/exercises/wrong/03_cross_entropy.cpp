// A wrong answer that many would give first: the check must name the mistake.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> cross_entropy_gradient(const Array<double>& logits, const Labels& labels) {
    Array<double> gradient = softmax(Variable<double>(logits)).value();
    for (std::size_t i = 0; i < logits.shape(0); ++i) gradient(i, labels(i)) -= 1;
    return gradient;
}

}  // namespace exercise
