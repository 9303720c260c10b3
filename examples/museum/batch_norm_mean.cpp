// Batch normalization whose rule subtracts the mean of dy twice.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return (x[0] - mean(x[0], {0})) / sqrt(var(x[0], {0})); }

// ---- wrong
static void wrong(Step& step) {
    const D deviation = sqrt(var(step.x(0), {0})), y = (step.x(0) - mean(step.x(0), {0})) / deviation;
    const D centred = step.dy() - mean(step.dy(), {0});
    step.add(0, (centred - mean(step.dy(), {0}) - y * mean(y * step.dy(), {0})) / deviation);
}

// ---- right
static void right(Step& step) {
    const D deviation = sqrt(var(step.x(0), {0})), y = (step.x(0) - mean(step.x(0), {0})) / deviation;
    const D centred = step.dy() - mean(step.dy(), {0});
    step.add(0, (centred - y * mean(y * step.dy(), {0})) / deviation);
}

// ---- exhibit
Exhibit batch_norm_mean() {
    return {.title = "The mean, counted twice",
            .formula = "y = (x − mean) / deviation, for each column of x",
            .question =
                "Adding the same number to a whole column of x changes nothing in y. What must a column of dx sum to?",
            .hint = "Subtract the two tables: how do the differences run down a column?",
            .answer =
                "It must sum to 0: that is what subtracting the mean of dy does, once. The second time moves every "
                "entry of a column by the same amount.",
            .inputs = {leaf(Matrix({4, 2}, {0.5, -1, 2, 1.5, 0.25, -0.75, 1, 3}), "x")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
