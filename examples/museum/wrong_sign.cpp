// A difference that hands the same gradient to both sides.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return x[0] - x[1]; }

// ---- wrong
static void wrong(Step& step) {
    step.add(0, step.dy());
    step.add(1, step.dy());
}

// ---- right
static void right(Step& step) {
    step.add(0, step.dy());
    step.add(1, -step.dy());
}

// ---- exhibit
Exhibit wrong_sign() {
    return {.title = "The sign of the second",
            .formula = "y = a − b",
            .question = "One input passes, the other does not. Which one, and what would gradient descent do to it?",
            .hint = "Write a − b as a + (−1) · b.",
            .answer =
                "The slope with respect to b is −1. With the wrong sign descent walks b uphill, and the loss may still "
                "fall as long as a falls faster.",
            .inputs = {leaf(Matrix({3}, {1, 2, 3}), "a"), leaf(Matrix({3}, {0.5, -1, 4}), "b")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
