#include <limits>

#include "sevenfold/exercises/check.hpp"
#include "sevenfold/train/early_stopping.hpp"

namespace exercise {
namespace {

Array<double> pair(std::size_t best, std::size_t ended) {
    return Array<double>({2}, {static_cast<double>(best), static_cast<double>(ended)});
}

// The library's own, epoch by epoch. patience + late epochs are waited for.
Array<double> expected_stop(const std::vector<double>& losses, std::size_t patience) {
    EarlyStopping stopping({.patience = patience});
    std::size_t best = 0;
    for (std::size_t epoch = 1; epoch <= losses.size(); ++epoch) {
        if (stopping.update(losses[epoch - 1])) best = epoch;
        if (stopping.should_stop()) return pair(best, epoch);
    }
    return pair(best, losses.size());
}

// With what people get wrong: never starting to wait anew, or comparing with the epoch before instead of the best.
Array<double> stop_by(const std::vector<double>& losses, std::size_t patience, bool never_anew, bool by_last,
                      bool ties) {
    double bar = std::numeric_limits<double>::infinity();
    std::size_t best = 0, waited = 0;
    for (std::size_t epoch = 1; epoch <= losses.size(); ++epoch) {
        const double loss = losses[epoch - 1];
        const bool better = ties ? loss <= bar : loss < bar;
        if (better) best = epoch;
        if (better || by_last) bar = loss;
        waited = better ? (never_anew ? waited : 0) : waited + 1;
        if (waited >= patience) return pair(best, epoch);
    }
    return pair(best, losses.size());
}

}  // namespace

const Exercise this_exercise{5, "05_early_stopping.cpp", "early stopping"};

void run(Check& check) {
    struct Case {
        std::string what;
        std::vector<double> losses;
        std::size_t patience;
    };
    for (const Case& c : std::vector<Case>{{"falls for ever", {5, 4, 3, 2, 1}, 2},
                                           {"falls, then rises", {5, 3, 2, 2.5, 3, 4, 5}, 2},
                                           {"gets better again just in time", {5, 3, 4, 2, 3, 1, 2, 2, 2}, 2},
                                           {"comes down in small steps after a rise", {5, 1, 4, 3.5, 3, 2.5, 2}, 3},
                                           {"stays where it is", {3, 3, 3, 3, 3}, 3},
                                           {"gets better when it is too late", {4, 3, 3.5, 1}, 1}}) {
        const Stop stop = early_stop(c.losses, c.patience);
        const Array<double> expected = expected_stop(c.losses, c.patience);
        check.equal(text("a loss that ", c.what, ", patience ", c.patience, ": (best, ended)"),
                    pair(stop.best, stop.ended), expected,
                    {{"waiting does not begin anew after an improvement: patience counts epochs in a row",
                      stop_by(c.losses, c.patience, true, false, false)},
                     {"each loss is compared with the one before; it is to be compared with the best so far",
                      stop_by(c.losses, c.patience, false, true, false)},
                     {"an equal loss was taken for an improvement; it must be smaller",
                      stop_by(c.losses, c.patience, false, false, true)},
                     {"one epoch too many was waited for: training ends when `patience` epochs in a row were no better",
                      stop_by(c.losses, c.patience + 1, false, false, false)},
                     {"ended one epoch too early: `patience` epochs may be no better",
                      stop_by(c.losses, c.patience > 1 ? c.patience - 1 : 1, false, false, false)},
                     {"epochs are counted from 1, not from 0", (Variable<double>(expected) - 1).value()},
                     {"the best epoch is counted from 1, not from 0",
                      (Variable<double>(expected) - Variable<double>(pair(1, 0))).value()}});
    }
}

}  // namespace exercise
