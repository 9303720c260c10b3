// A wrong answer that many would give first: the check must name the mistake.
#include <cmath>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

double boosting_round(std::vector<double>& weights, const std::vector<bool>& wrong, std::size_t classes) {
    double error = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (wrong[i]) error += weights[i];
    const double say = std::log((1 - error) / error) + std::log(static_cast<double>(classes - 1));
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (wrong[i]) weights[i] *= std::exp(say);
    return say;
}

}  // namespace exercise
