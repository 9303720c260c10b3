// A solution of exercise 5.
// Epochs without an improvement need no counter: they are those since the best one.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Stop early_stop(const std::vector<double>& losses, std::size_t patience) {
    Stop stop{1, 1};
    for (std::size_t epoch = 1; epoch <= losses.size(); ++epoch) {
        stop.ended = epoch;
        if (losses[epoch - 1] < losses[stop.best - 1]) stop.best = epoch;
        if (epoch - stop.best == patience) break;
    }
    return stop;
}

}  // namespace exercise
