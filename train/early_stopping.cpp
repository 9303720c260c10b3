#include "sevenfold/train/early_stopping.hpp"

#include "sevenfold/autograd/error.hpp"

namespace sevenfold {

EarlyStopping::EarlyStopping(const EarlyStoppingOptions& options)
    : options_(options),
      best_(options.higher_is_better ? -std::numeric_limits<double>::infinity()
                                     : std::numeric_limits<double>::infinity()) {
    if (options.patience == 0)
        fail<ValueError>("early_stopping", "patience 0", "at least one epoch must pass before training can end",
                         "Use 1 or more.");
    if (!(options.min_delta >= 0))
        fail<ValueError>("early_stopping", text("min_delta ", options.min_delta), "an improvement is not negative",
                         "For an accuracy set higher_is_better instead.");
}

bool EarlyStopping::update(double value) {
    const bool better =
        options_.higher_is_better ? value > best_ + options_.min_delta : value < best_ - options_.min_delta;
    if (better) best_ = value;
    waited_ = better ? 0 : waited_ + 1;
    return better;
}

void EarlyStopping::resume(double best, std::size_t waited) {
    best_ = best;
    waited_ = waited;
}

}  // namespace sevenfold
