// A layer that keeps its input in a member, and is called twice before backward.
#include "exhibit.hpp"

namespace museum {

// ---- value
static Matrix last_input;  // what a layer object remembers of its last call

static D value(const Inputs& x) {
    last_input = x[0].value();
    return x[0] * x[0];
}

// ---- wrong
static void wrong(Step& step) { step.add(0, 2 * D(last_input) * step.dy()); }

// ---- right
static void right(Step& step) { step.add(0, 2 * step.x(0) * step.dy()); }

// ---- exhibit
static GradcheckFunction twice(const GradcheckFunction& layer) {
    return [layer](const Inputs& x) { return layer({layer(x)}); };
}

Exhibit stale_value() {
    return {.title = "The stale value",
            .formula = "y = s(s(x)) with s(x) = x²",
            .question = "With y = s(x) alone the wrong rule passes. Why not here?",
            .hint = "Which call wrote the member last, and which step of the walk back reads it next?",
            .answer =
                "The second call overwrote what the first had kept, and both steps back read the second one's. What a "
                "rule reads belongs to the step on the tape, not to the layer: step.x(0).",
            .inputs = {leaf(Matrix({3}, {0.5, -1.5, 2}), "x")},
            .wrong = twice(op(value, wrong)),
            .right = twice(op(value, right))};
}

}  // namespace museum
