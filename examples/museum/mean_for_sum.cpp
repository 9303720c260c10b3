// The gradient of a sum, divided by the number of entries as if it were a mean.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return sum(x[0]); }

// ---- wrong
static void wrong(Step& step) {
    const Shape& shape = step.x_shape(0);
    const double share = 1.0 / static_cast<double>(shape.elements());
    step.add(0, broadcast_to(step.dy() * share, shape));
}

// ---- right
static void right(Step& step) { step.add(0, broadcast_to(step.dy(), step.x_shape(0))); }

// ---- exhibit
Exhibit mean_for_sum() {
    return {
        .title = "Mean for sum",
        .formula = "y = Σ x",
        .question =
            "If one entry of x grows by 0.01, by how much does y grow? What must each entry's gradient be when dy = 1?",
        .hint = "What do all ratios of the two tables have in common, and how many entries are there?",
        .answer = "y grows by 0.01 as well: every entry gets all of dy. Nothing is shared out; a mean would do that.",
        .inputs = {leaf(Matrix({2, 3}, {0.5, -1, 2, 1.5, 0.25, -0.75}), "x")},
        .wrong = op(value, wrong),
        .right = op(value, right)};
}

}  // namespace museum
