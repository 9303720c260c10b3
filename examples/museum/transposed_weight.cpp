// A weight matrix that gets the transpose of its gradient; a square one hides it from the shapes.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return matmul(x[0], x[1]); }

// ---- wrong
static void wrong(Step& step) {
    step.add(0, matmul(step.dy(), transpose(step.x(1))));
    step.add(1, matmul(transpose(step.dy()), step.x(0)));
}

// ---- right
static void right(Step& step) {
    step.add(0, matmul(step.dy(), transpose(step.x(1))));
    step.add(1, matmul(transpose(step.x(0)), step.dy()));
}

// ---- exhibit
Exhibit transposed_weight() {
    return {.title = "The transposed weight",
            .formula = "y = x w",
            .question = "Why is there no error about shapes? For which shape of w would there be one?",
            .hint =
                "dw[i, j] belongs to w[i, j], which multiplies column i of x and adds to column j of y. Which of x and "
                "dy must run along the rows of dw?",
            .answer =
                "dw = xᵀ dy has one row for each column of x. For a square w the transpose fits as well, and only the "
                "numbers tell: look at the diagonal, which is right.",
            .inputs = {leaf(Matrix({2, 3}, {0.5, -1, 2, 1.5, 0.25, -0.75}), "x"),
                       leaf(Matrix({3, 3}, {1, -2, 0.5, 0.25, 1.5, -1, 2, 0.75, -0.5}), "w")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
