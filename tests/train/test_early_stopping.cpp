#include <doctest/doctest.h>

#include <cmath>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/train/early_stopping.hpp"

using namespace sevenfold;

TEST_CASE("training ends after as many epochs without improvement as the patience allows") {
    EarlyStopping stop({.patience = 2});
    CHECK(stop.update(1.0));
    CHECK(stop.update(0.5));
    CHECK_FALSE(stop.update(0.5));
    CHECK_FALSE(stop.should_stop());
    CHECK_FALSE(stop.update(0.7));
    CHECK(stop.should_stop());
    CHECK(stop.best() == 0.5);
}

TEST_CASE("an improvement within min_delta does not count") {
    EarlyStopping stop({.patience = 5, .min_delta = 0.1});
    stop.update(1.0);
    CHECK_FALSE(stop.update(0.95));
    CHECK(stop.update(0.85));
}

TEST_CASE("accuracies improve upwards, and NaN is never an improvement") {
    EarlyStopping stop({.patience = 2, .higher_is_better = true});
    CHECK_FALSE(stop.update(std::nan("")));
    CHECK(stop.update(0.5));
    CHECK(stop.update(0.6));
    CHECK_FALSE(stop.update(std::nan("")));
    CHECK_FALSE(stop.update(0.55));
    CHECK(stop.should_stop());
}

TEST_CASE("early stopping refuses settings that mean nothing") {
    CHECK_THROWS_WITH_AS(
        EarlyStopping({.patience = 0}),
        "[early_stopping] patience 0: at least one epoch must pass before training can end. Use 1 or more.",
        ValueError);
    CHECK_THROWS_WITH_AS(
        EarlyStopping({.min_delta = -1}),
        "[early_stopping] min_delta -1: an improvement is not negative. For an accuracy set higher_is_better instead.",
        ValueError);
}
