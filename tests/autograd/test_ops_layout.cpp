// Layout and indexing: shapes, ends and errors. Their gradients are checked by the register's test.
#include <doctest/doctest.h>

#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;
using A = Array<double>;
using V = Variable<double>;

namespace {
V counting(const Shape& shape) { return V(A::arange(shape.elements()).reshape(shape)); }
}  // namespace

TEST_CASE("reshape works one size out") {
    CHECK(reshape(counting({2, 6}), {-1, 4}).shape() == Shape{3, 4});
    CHECK(reshape(counting({2, 3}), {std::size_t{6}}).shape() == Shape{6});
    CHECK(reshape(counting({0, 3}), {-1, 3}).shape() == Shape{0, 3});
    CHECK_THROWS_WITH_AS(reshape(counting({2, 3}), {-1, 4}),
                         "[reshape] (2, 3) to (-1, 4): no size in place of -1 makes 6 elements out of multiples of 4.",
                         ShapeError);
    CHECK_THROWS_WITH_AS(reshape(counting({2, 3}), {-1, -1}),
                         "[reshape] (2, 3) to (-1, -1): sizes are positive or 0, and one of them may be -1.",
                         ShapeError);
    CHECK_THROWS_AS(reshape(counting({0, 3}), {-1, 0}), ShapeError);
    CHECK_THROWS_WITH_AS(reshape(counting({2, 3}), {4, 2}),
                         "[reshape] (2, 3) to (4, 2): 6 elements do not fill a shape of 8.", ShapeError);
}

TEST_CASE("permute names every axis once") {
    CHECK(permute(counting({2, 3, 4}), {-1, 0, 1}).shape() == Shape{4, 2, 3});
    CHECK(permute(V(1.0), {}).value() == A(1.0));
    CHECK(transpose(counting({2, 3})).value() == A({3, 2}, {0, 3, 1, 4, 2, 5}));
    CHECK_THROWS_WITH_AS(permute(counting({2, 3}), {0}), "[permute] 1 axes for (2, 3): every axis is named once.",
                         ShapeError);
    CHECK_THROWS_AS(permute(counting({2, 3}), {0, -2}), ShapeError);
    CHECK_THROWS_WITH_AS(
        transpose(counting({3})),
        "[transpose] (3,): the last two axes are swapped, so there must be two. Use reshape to add an axis.",
        ShapeError);
}

TEST_CASE("slices follow Python") {
    const V x = counting({6});
    const auto cut = [&](Slice s) { return slice(x, {s}).value(); };
    CHECK(cut({1, 5}) == A({4}, {1, 2, 3, 4}));
    CHECK(cut({{}, {}, 4}) == A({2}, {0, 4}));
    CHECK(cut({-2, {}}) == A({2}, {4, 5}));
    CHECK(cut({-100, 2}) == A({2}, {0, 1}));
    CHECK(cut({4, 100}) == A({2}, {4, 5}));
    CHECK(cut({4, 2}).shape() == Shape{0});
    CHECK(cut({100, {}}).shape() == Shape{0});
    CHECK(cut({0, 6, 100}) == A({1}, {0}));
    CHECK(slice(counting({2, 3, 2}), {{}, {1, 3}}).value() == A({2, 2, 2}, {2, 3, 4, 5, 8, 9, 10, 11}));
    CHECK_THROWS_WITH_AS(cut({0, 3, -1}), "[slice] step -1: steps are positive. Use flip to go backwards.", ValueError);
    CHECK_THROWS_WITH_AS(slice(x, {{}, {}}), "[slice] 2 slices of (6,): there is at most one for each axis.",
                         ShapeError);
}

TEST_CASE("pad and flip") {
    CHECK(pad(counting({2, 2}), {{1, 0}, {0, 1}}, 7).value() == A({3, 3}, {7, 7, 7, 0, 1, 7, 2, 3, 7}));
    CHECK(flip(counting({2, 3}), {0, 1}).value() == A({2, 3}, {5, 4, 3, 2, 1, 0}));
    CHECK(flip(counting({0, 3}), {0}).shape() == Shape{0, 3});
    CHECK_THROWS_WITH_AS(pad(counting({2, 2}), {{1, 1}}), "[pad] 1 pads for (2, 2): there is one for each axis.",
                         ShapeError);
}

TEST_CASE("concat joins along an axis, stack along a new one") {
    CHECK(concat(std::vector{counting({2, 1}), counting({2, 2})}, -1).value() == A({2, 3}, {0, 0, 1, 1, 2, 3}));
    CHECK(concat(std::vector{counting({0, 2}), counting({1, 2})}).value() == A({1, 2}, {0, 1}));
    CHECK(stack(std::vector{V(1.0), V(2.0)}).value() == A({2}, {1, 2}));
    CHECK(stack(std::vector{counting({2}), counting({2})}, -1).value() == A({2, 2}, {0, 0, 1, 1}));
    CHECK_THROWS_WITH_AS(concat(std::vector{counting({2, 3}), counting({2, 4})}, 0),
                         "[concat] (2, 3) and (2, 4) along axis 0: all other axes must agree.", ShapeError);
    CHECK_THROWS_AS(concat(std::vector{counting({2}), counting({2, 1})}), ShapeError);
    CHECK_THROWS_WITH_AS(concat(std::vector<V>{}), "[concat] no arrays: there must be at least one.", ShapeError);
    CHECK_THROWS_WITH_AS(
        stack(std::vector{counting({2}), counting({3})}),
        "[stack] (2,) and (3,): all shapes must be equal. Use concat to join arrays of different lengths.", ShapeError);
    CHECK_THROWS_AS(concat(std::vector{V(1.0)}), ShapeError);
}

TEST_CASE("the same variable can be joined with itself, and with constants") {
    auto x = leaf(A({2}, {1, 2}), "x");
    Tape<double> tape;
    tape.backward(sum(concat(std::vector<V>{x, A({1}, {5}), x}) * V(A({5}, {1, 2, 3, 4, 5}))));
    CHECK(x.grad() == A({2}, {1 + 4, 2 + 5}));
}

TEST_CASE("indices outside their axis are refused") {
    const V w = counting({4, 2});
    CHECK(embedding(w, Indices({2, 1}, {3, 0})).value() == A({2, 1, 2}, {6, 7, 0, 1}));
    CHECK(embedding(w, Indices(Shape{0})).shape() == Shape{0, 2});
    CHECK_THROWS_WITH_AS(embedding(w, Indices({2}, {1, 4})),
                         "[embedding] index 4 at position 1 of (2,): positions run from 0 to 3.", IndexError);
    CHECK_THROWS_WITH_AS(index_select(w, 1, Indices({1}, {-1})),
                         "[index_select] index -1 at position 0 of (1,): positions run from 0 to 1.", IndexError);
    CHECK_THROWS_AS(gather(w, 0, Indices({1, 2}, {4, 0})), IndexError);
    CHECK_THROWS_AS(scatter_add(w, 0, Indices({4, 2}, {0, 1, 2, 3, 4, 5, 6, 7}), {7, 2}), IndexError);
    CHECK_THROWS_WITH_AS(embedding(counting({0, 2}), Indices(0)),
                         "[embedding] index 0 at position 0 of (): the axis is empty.", IndexError);
    CHECK_THROWS_WITH_AS(
        index_select(w, 0, Indices({1, 1}, {0})),
        "[index_select] an index of shape (1, 1): it has one axis. Use gather for an index of the array's own rank.",
        ShapeError);
    CHECK_THROWS_WITH_AS(gather(w, 0, Indices({1, 3}, {0, 0, 0})),
                         "[gather] an index (1, 3) for (4, 2) along axis 0: both have the same rank and the same sizes "
                         "on all other axes.",
                         ShapeError);
    CHECK_THROWS_AS(embedding(counting({4}), Indices(0)), ShapeError);
}

TEST_CASE("an index that changes after the call does not change the gradient") {
    auto w = leaf(A({2, 1}, {1, 2}), "w");
    Indices index({1}, {0});
    Tape<double> tape;
    const V y = sum(embedding(w, index));
    index.data()[0] = 1;
    tape.backward(y);
    CHECK(w.grad() == A({2, 1}, {1, 0}));
}
