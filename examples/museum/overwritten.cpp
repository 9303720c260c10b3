// A value that leads to the result in two ways, and keeps the gradient of the last one only.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return x[0] + tanh(x[0]); }

// ---- wrong
static void wrong(Step& step) {
    const D t = tanh(step.x(0));
    D dx = step.dy();              // through the shortcut
    dx = step.dy() * (1 - t * t);  // through the branch
    step.add(0, dx);
}

// ---- right
static void right(Step& step) {
    const D t = tanh(step.x(0));
    D dx = step.dy();               // through the shortcut
    dx += step.dy() * (1 - t * t);  // through the branch
    step.add(0, dx);
}

// ---- exhibit
Exhibit overwritten() {
    return {
        .title = "Overwritten, not added",
        .formula = "y = x + tanh(x)",
        .question = "x reaches y in two ways. What does each hand back to x, and which of the two does the rule lose?",
        .hint = "Line 2 of the rule finds something. What does line 3 do to it?",
        .answer =
            "The shortcut hands back dy, the branch dy · (1 − t²), and x gets their sum. = threw the first away where "
            "+= adds. A forgotten zero_grad() is the opposite mistake: it adds what should be new.",
        .inputs = {leaf(Matrix({4}, {0.5, -1, 2, 0.25}), "x")},
        .wrong = op(value, wrong),
        .right = op(value, right)};
}

}  // namespace museum
