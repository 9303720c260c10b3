// The rule of tanh in terms of its result, fed with its input.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return tanh(x[0]); }

// ---- wrong
static void wrong(Step& step) { step.add(0, step.dy() * (1 - step.x(0) * step.x(0))); }

// ---- right
static void right(Step& step) {
    const D y = tanh(step.x(0));
    step.add(0, step.dy() * (1 - y * y));
}

// ---- exhibit
Exhibit x_for_y() {
    return {.title = "x for y",
            .formula = "y = tanh(x)",
            .question =
                "The rule is nearly right for one entry. Which one, and why would tests with small numbers miss the "
                "mistake?",
            .hint = "The rule should be dx = dy · (1 − y²).",
            .answer =
                "Near 0 tanh(x) is x, and the two agree. At x = 2 the wrong slope is −3, the right one 0.07: not even "
                "the sign holds.",
            .inputs = {leaf(Matrix({4}, {0.01, 0.5, -1, 2}), "x")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
