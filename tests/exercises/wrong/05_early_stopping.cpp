// A wrong answer that many would give first: the check must name the mistake.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Stop early_stop(const std::vector<double>& losses, std::size_t patience) {
    Stop stop{1, 1};
    std::size_t waited = 0;
    for (std::size_t epoch = 1; epoch <= losses.size() && waited < patience; ++epoch) {
        stop.ended = epoch;
        if (epoch == 1 || losses[epoch - 1] < losses[epoch - 2]) {
            stop.best = epoch;
            waited = 0;
        } else {
            ++waited;
        }
    }
    return stop;
}

}  // namespace exercise
