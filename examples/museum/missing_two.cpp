// The gradient of a square without its factor 2.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return x[0] * x[0]; }

// ---- wrong
static void wrong(Step& step) { step.add(0, step.x(0) * step.dy()); }

// ---- right
static void right(Step& step) { step.add(0, 2 * step.x(0) * step.dy()); }

// ---- exhibit
Exhibit missing_two() {
    return {
        .title = "A factor 2 is missing",
        .formula = "y = x²",
        .question =
            "Read x² as a · b with a = x and b = x. What does the product rule hand to a, what to b, and what to x?",
        .hint = "The rule handed on what one of the two factors gets.",
        .answer = "Each factor gets the other times dy, and x is both of them: x dy + x dy = 2 x dy.",
        .inputs = {leaf(Matrix({4}, {0.5, -1, 2, 1.5}), "x")},
        .wrong = op(value, wrong),
        .right = op(value, right)};
}

}  // namespace museum
