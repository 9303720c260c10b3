// A bias that was broadcast over rows, and takes the gradient of the first one.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return x[0] + x[1]; }

// ---- wrong
static void wrong(Step& step) {
    step.add(0, step.dy());
    step.add(1, reshape(slice(step.dy(), {{0, 1}}), {-1}));  // dy has 4 rows, b has none: take one
}

// ---- right
static void right(Step& step) {
    step.add(0, step.dy());
    step.add(1, sum(step.dy(), {0}));
}

// ---- exhibit
Exhibit first_row() {
    return {
        .title = "Broadcasting not undone",
        .formula = "y = x + b, b for each row of x",
        .question = "b was copied into 4 rows. Through how many ways does an entry of b reach the result?",
        .hint = "A value that is used several times gets the sum of what its uses hand back.",
        .answer =
            "Through each row, so its gradient is the sum over rows. Taking one row, or their mean, makes the shapes "
            "fit and nothing else. The library does it for all ops: step.add(1, step.dy()) would have summed the rows.",
        .inputs = {leaf(Matrix({4, 3}, {0.5, -1, 2, 1.5, 0.25, -0.75, 1, 1, -2, 0, 3, -1}), "x"),
                   leaf(Matrix({3}, {0.1, -0.2, 0.3}), "b")},
        .wrong = op(value, wrong),
        .right = op(value, right)};
}

}  // namespace museum
