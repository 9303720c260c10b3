// A solution of exercise 9.
// exp(a) = (1 − e) / e for two classes, so the wrong rows, of weight e before, weigh 1 − e after: as much as the right ones.
#include <cmath>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

double boosting_round(std::vector<double>& weights, const std::vector<bool>& wrong, std::size_t classes) {
    double error = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (wrong[i]) error += weights[i];
    const double say = std::log((1 - error) / error) + std::log(static_cast<double>(classes - 1));
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (wrong[i]) weights[i] *= std::exp(say);
        sum += weights[i];
    }
    for (double& w : weights) w /= sum;
    return say;
}

}  // namespace exercise
