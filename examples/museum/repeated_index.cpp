// Rows picked by an index, one of them twice: written back instead of added.
#include "exhibit.hpp"

namespace museum {

// ---- value
static const std::vector<std::size_t> index{0, 2, 0, 3};  // as in an embedding: row 0 is used twice

static D value(const Inputs& x) { return Matrix(x[0].value().rows(index)); }

// ---- wrong
static void wrong(Step& step) {
    const Matrix dy = step.dy().value();
    auto dw = Matrix::zeros(step.x_shape(0));
    for (std::size_t i = 0; i < index.size(); ++i)
        for (std::size_t j = 0; j < dw.shape(1); ++j) dw(index[i], j) = dy(i, j);
    step.add(0, dw);
}

// ---- right
static void right(Step& step) {
    const Matrix dy = step.dy().value();
    auto dw = Matrix::zeros(step.x_shape(0));
    for (std::size_t i = 0; i < index.size(); ++i)
        for (std::size_t j = 0; j < dw.shape(1); ++j) dw(index[i], j) += dy(i, j);
    step.add(0, dw);
}

// ---- exhibit
Exhibit repeated_index() {
    return {.title = "The word that occurs twice",
            .formula = "y = rows 0, 2, 0, 3 of w",
            .question = "Only one row is wrong. Which words of a text would an embedding with this rule learn badly?",
            .hint = "How often was that row picked?",
            .answer =
                "Row 0 was picked twice and gets the sum of both; the wrong rule keeps the last. In a text it is the "
                "frequent words that lose most. Row 1 was not picked: 0 is right.",
            .inputs = {leaf(Matrix({4, 2}, {0.5, -1, 2, 1.5, 0.25, -0.75, 1, 3}), "w")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
