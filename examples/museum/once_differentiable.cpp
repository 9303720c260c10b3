// A rule that is right, but cannot be differentiated again.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return sin(x[0]); }

// ---- wrong
static void wrong(Step& step) { step.add(0, step.dy() * cos(step.x(0)).detach()); }

// ---- right
static void right(Step& step) { step.add(0, step.dy() * cos(step.x(0))); }

// ---- exhibit
Exhibit once_differentiable() {
    return {.title = "Right once, wrong twice",
            .formula = "y = sin(x)",
            .question = "Training with this rule goes well. Which programs would go wrong without a word?",
            .hint = "The check goes to the second order: the gradient of the gradient.",
            .answer =
                "Whatever differentiates a gradient: Newton's method, Hessians, gradient penalties. To them cos(x) is "
                "a constant, and the second derivative comes out as 0 instead of −sin(x).",
            .inputs = {leaf(Matrix({3}, {0.5, -1, 2}), "x")},
            .wrong = op(value, wrong),
            .right = op(value, right),
            .order = 2};
}

}  // namespace museum
