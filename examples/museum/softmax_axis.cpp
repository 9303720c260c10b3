// A softmax over rows whose rule sums over columns.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return softmax(x[0], 1); }

// ---- wrong
static void wrong(Step& step) {
    const D y = softmax(step.x(0), 1);
    step.add(0, y * (step.dy() - sum(y * step.dy(), {0}, true)));
}

// ---- right
static void right(Step& step) {
    const D y = softmax(step.x(0), 1);
    step.add(0, y * (step.dy() - sum(y * step.dy(), {1}, true)));
}

// ---- exhibit
Exhibit softmax_axis() {
    return {.title = "The wrong axis",
            .formula = "y = softmax of each row of x",
            .question =
                "Adding the same number to a whole row of x changes nothing. What follows for the sum of dx over a "
                "row? Check it in both tables.",
            .hint = "Along which axis do the entries of y sum to 1?",
            .answer =
                "A row of dx must sum to 0; those of the wrong rule do not. The entries of a row compete with each "
                "other, so the sum runs along the row: axis 1.",
            .inputs = {leaf(Matrix({2, 3}, {0.5, -1, 2, 1.5, 0.25, -0.75}), "x")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
