// A relu with a gate behind it, whose mask is taken from the gated result.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return relu(x[0]) * x[1]; }

// ---- wrong
static void wrong(Step& step) {
    const D y = relu(step.x(0)) * step.x(1);
    step.add(0, step.dy() * step.x(1) * (y > 0));
    step.add(1, step.dy() * relu(step.x(0)));
}

// ---- right
static void right(Step& step) {
    step.add(0, step.dy() * step.x(1) * (step.x(0) > 0));
    step.add(1, step.dy() * relu(step.x(0)));
}

// ---- exhibit
Exhibit mask_of_result() {
    return {.title = "The mask of another",
            .formula = "y = relu(a) · b",
            .question = "For relu alone, \"y > 0\" and \"a > 0\" are the same mask. When are they not here?",
            .hint = "Look at the signs of b where the rule is wrong.",
            .answer =
                "Where relu is open and b is negative, y is negative too, and the mask closes what was open. A mask "
                "belongs to the input of its own relu.",
            .inputs = {leaf(Matrix({2, 3}, {0.5, -1, 2, 1.5, 0.25, -0.75}), "a"),
                       leaf(Matrix({2, 3}, {1, 2, -1, -0.5, 3, -2}), "b")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
