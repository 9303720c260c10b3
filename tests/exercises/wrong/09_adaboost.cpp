// A wrong answer that many would give first: the check must name the mistake.
#include <cmath>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

double boosting_round(std::vector<double>& weights, const std::vector<bool>& wrong, std::size_t classes) {
    double error = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) error += wrong[i] ? weights[i] : 0;
    const double odds = (1 - error) / error * static_cast<double>(classes - 1);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] *= wrong[i] ? odds : 1;
    return std::log(odds);
}

}  // namespace exercise
