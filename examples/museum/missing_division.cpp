// The gradient of a mean squared error without the division by n.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) {
    const D d = x[0] - x[1];
    return mean(d * d);
}

// ---- wrong
static void wrong(Step& step) {
    const D d = 2 * (step.x(0) - step.x(1)) * step.dy();
    step.add(0, d);
    step.add(1, -d);
}

// ---- right
static void right(Step& step) {
    const double n = static_cast<double>(step.x(0).size());
    const D d = 2 * (step.x(0) - step.x(1)) * step.dy() / n;
    step.add(0, d);
    step.add(1, -d);
}

// ---- exhibit
Exhibit missing_division() {
    return {.title = "The forgotten 1/n",
            .formula = "y = mean of (p − t)²",
            .question =
                "Training still works with this rule, if the learning rate is 5 times smaller. What happens when the "
                "batch is made larger?",
            .hint = "The ratio is the same everywhere. Which number of this problem is it?",
            .answer =
                "The value is divided by n, so the gradient is too. Without it the step grows with the batch, and the "
                "best learning rate with it.",
            .inputs = {leaf(Matrix({5}, {0.5, -1, 2, 1.5, 0.25}), "p"), leaf(Matrix({5}, {1, -0.5, 1, 1.25, -1}), "t")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
