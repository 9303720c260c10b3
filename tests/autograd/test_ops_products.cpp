// Matrix products, einsum and losses: shapes and errors. Their gradients are checked by the register's test.
#include <doctest/doctest.h>

#include <cmath>

#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;
using A = Array<double>;
using V = Variable<double>;

namespace {
V ones(const Shape& shape) { return V(A::ones(shape)); }
}  // namespace

TEST_CASE("matmul takes vectors, matrices and stacks of them") {
    const V a = A({2, 2}, {1, 2, 3, 4}), v = A({2}, {5, 6});
    CHECK(matmul(a, a).value() == A({2, 2}, {7, 10, 15, 22}));
    CHECK(matmul(a, v).value() == A({2}, {17, 39}));
    CHECK(matmul(v, a).value() == A({2}, {23, 34}));
    CHECK(matmul(v, v).value() == A(61.0));
    CHECK(matmul(a, true, a, false).value() == A({2, 2}, {10, 14, 14, 20}));
    CHECK(matmul(a, false, a, true).value() == A({2, 2}, {5, 11, 11, 25}));
    CHECK(matmul(ones({4, 1, 2, 3}), ones({5, 3, 2})).shape() == Shape{4, 5, 2, 2});
    CHECK(matmul(ones({4, 5, 2, 3}), ones({3})).shape() == Shape{4, 5, 2});
    CHECK(matmul(ones({3}), ones({4, 3, 2})).shape() == Shape{4, 2});
}

TEST_CASE("matmul over an inner size of 0 gives zeros") {
    CHECK(matmul(V(A(Shape{2, 0})), V(A(Shape{0, 3}))).value() == A::zeros({2, 3}));
    CHECK(matmul(V(A(Shape{0})), V(A(Shape{0}))).value() == A(0.0));
    CHECK(matmul(V(A(Shape{0, 3})), ones({3, 2})).shape() == Shape{0, 2});
}

TEST_CASE("matmul names the sizes that do not fit and guesses the transpose that was forgotten") {
    CHECK_THROWS_WITH_AS(
        matmul(ones({64, 784}), ones({256, 784})),
        "[matmul] (64, 784) and (256, 784): inner sizes 784 and 256 differ. Did you mean matmul(x, transpose(w))?",
        ShapeError);
    CHECK_THROWS_WITH_AS(
        matmul(ones({3, 2}), ones({3, 5})),
        "[matmul] (3, 2) and (3, 5): inner sizes 2 and 3 differ. Did you mean matmul(transpose(x), w)?", ShapeError);
    CHECK_THROWS_WITH_AS(matmul(ones({3, 2}), true, ones({2, 5}), false),
                         "[matmul] (3, 2) transposed and (2, 5): inner sizes 3 and 2 differ.", ShapeError);
    CHECK_THROWS_WITH_AS(matmul(ones({3}), ones({4})), "[matmul] (3,) and (4,): inner sizes 3 and 4 differ.",
                         ShapeError);
    CHECK_THROWS_WITH_AS(matmul(V(2.0), ones({4})),
                         "[matmul] () and (4,): a scalar has no axis to sum over. Use a * b.", ShapeError);
    CHECK_THROWS_AS(matmul(ones({2, 3, 4}), ones({3, 4, 2})), ShapeError);
    CHECK_THROWS_AS(matmul(ones({3}), false, ones({3, 4}), false), ShapeError);
}

TEST_CASE("einsum reads its equation") {
    const V a = A({2, 2}, {1, 2, 3, 4});
    const auto of = [&](std::string_view equation) { return einsum(equation, std::vector{a}).value(); };
    CHECK(of("ij->ji") == A({2, 2}, {1, 3, 2, 4}));
    CHECK(of("ii") == A(5.0));
    CHECK(of("ii->i") == A({2}, {1, 4}));
    CHECK(of("ij -> j") == A({2}, {4, 6}));
    CHECK(of("ba") == A({2, 2}, {1, 3, 2, 4}));  // without an arrow, letters in the order of the alphabet
    CHECK(einsum("ij,jk,kl->il", std::vector{a, a, a}).value() == matmul(matmul(a, a), a).value());
    CHECK_THROWS_WITH_AS(of("i.->i"), "[einsum] \"i.->i\": axes are letters, but there is a '.'.", ValueError);
    CHECK_THROWS_WITH_AS(of("ij->ik"), "[einsum] \"ij->ik\": the result's axis 'k' is on no operand.", ValueError);
    CHECK_THROWS_WITH_AS(of("ij->ii"), "[einsum] \"ij->ii\": the result's axis 'i' occurs twice.", ValueError);
    CHECK_THROWS_WITH_AS(of("ij-i"), "[einsum] \"ij-i\": the result is named after ->.", ValueError);
    CHECK_THROWS_WITH_AS(of("i,j->"), "[einsum] 1 operands for \"i,j->\": it names 2.", ShapeError);
    CHECK_THROWS_WITH_AS(of("ijk->"), "[einsum] operand 0 (2, 2) as \"ijk\": there is one letter for each axis.",
                         ShapeError);
    CHECK_THROWS_WITH_AS(einsum("ij,jk->ik", std::vector{a, ones({3, 2})}),
                         "[einsum] operand 1 (3, 2) as \"jk\": axis 'j' has size 3 here and 2 elsewhere.", ShapeError);
}

TEST_CASE("losses do not broadcast") {
    CHECK_THROWS_WITH_AS(
        mse(ones({64}), ones({64, 1})),
        "[mse] prediction (64,) and target (64, 1): a loss does not broadcast, so both have one shape. "
        "Reshape the target to (64,): reshape(target, prediction.shape()).",
        ShapeError);
    CHECK_THROWS_WITH_AS(l1(ones({64}), 1.0),
                         "[l1] prediction (64,) and target (): a loss does not broadcast, so both have one shape. "
                         "Reshape the target, or give one for each prediction.",
                         ShapeError);
    CHECK_THROWS_AS(huber(ones({2, 3}), ones({3})), ShapeError);
    CHECK_THROWS_AS(bce_with_logits(ones({1}), ones({})), ShapeError);
}

TEST_CASE("losses reduce by mean, sum or not at all, in one step") {
    const V p = A({2}, {1, 4}), t = A({2}, {2, 1});
    CHECK(mse(p, t).item() == 5);
    CHECK(mse(p, t, Reduction::sum).item() == 10);
    CHECK(mse(p, t, Reduction::none).value() == A({2}, {1, 9}));
    CHECK(l1(p, t).item() == 2);
    CHECK(huber(p, t, 2, Reduction::none).value() == A({2}, {0.5, 4}));
    CHECK(bce_with_logits(V(A({2}, {0, 1e6})), t * 0 + 1, Reduction::none).value() == A({2}, {std::log(2.), 0}));
    CHECK_THROWS_WITH_AS(mse(V(A(Shape{0})), V(A(Shape{0}))),
                         "[mse] an empty reduction of (0,): of no elements there is no mean. Leave empty batches out.",
                         ValueError);
    CHECK(mse(V(A(Shape{0})), V(A(Shape{0})), Reduction::sum).item() == 0);
    CHECK_THROWS_WITH_AS(huber(p, t, 0), "[huber] delta 0: it is positive.", ValueError);

    auto x = leaf(A({2}, {1, 4}), "x");
    Tape<double> tape;
    tape.backward(mse(x, t));
    CHECK(tape.size() == 2);
    CHECK(x.grad() == A({2}, {-1, 3}));
}
