// Dropout that scales up what it keeps, and forgets that on the way back.
#include "exhibit.hpp"

namespace museum {

// ---- value
static const D mask = Matrix({2, 3}, {1, 0, 1, 1, 1, 0});
static const double keep = 0.8;  // the probability with which an entry is kept

static D value(const Inputs& x) { return x[0] * mask / keep; }

// ---- wrong
static void wrong(Step& step) { step.add(0, step.dy() * mask); }

// ---- right
static void right(Step& step) { step.add(0, step.dy() * mask / keep); }

// ---- exhibit
Exhibit dropout_scale() {
    return {
        .title = "Scaled forward only",
        .formula = "y = x · mask / 0.8",
        .question =
            "Dropped entries pass the check. What else is the same on the way forward and back, besides the mask?",
        .hint = "What is the ratio of the entries that are kept?",
        .answer =
            "y is linear in x: whatever x is multiplied with, dy is multiplied with as well, mask and 1 / 0.8 alike.",
        .inputs = {leaf(Matrix({2, 3}, {0.5, -1, 2, 1.5, 0.25, -0.75}), "x")},
        .wrong = op(value, wrong),
        .right = op(value, right)};
}

}  // namespace museum
