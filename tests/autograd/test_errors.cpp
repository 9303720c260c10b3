// Every message in full: what arrived, the rule, the likely fix.
#include <doctest/doctest.h>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;
using D = Variable<double>;
using A = Array<double>;

namespace {
const A two({2}, {1, 2}), three({3}, {1, 2, 3}), matrix({{1, 2}, {3, 4}});
}

TEST_CASE("shapes that do not broadcast name both sizes and the axis") {
    auto a = leaf(A::ones({64, 784})), b = leaf(A::ones({256, 784}));
    CHECK_THROWS_WITH_AS(
        a + b,
        "[add] (64, 784) and (256, 784): sizes 64 and 256 of axis -2 differ and neither is 1, so the shapes do not "
        "broadcast. Use reshape to line the axes up, or transpose one of them.",
        ShapeError);
    CHECK_THROWS_WITH_AS(
        where(D(two), three, two),
        "[where] (3,) and (2,): sizes 3 and 2 of axis -1 differ and neither is 1, so the shapes do not broadcast. "
        "Use reshape to line the axes up, or transpose one of them.",
        ShapeError);
    for (const auto& op : {sub<double>, mul<double>, div<double>, maximum<double>, minimum<double>, greater<double>,
                           greater_equal<double>, equal<double>})
        CHECK_THROWS_AS(op(two, three), ShapeError);
    CHECK_THROWS_AS(pow(D(two), D(three)), ShapeError);
    CHECK_THROWS_WITH_AS(broadcast_to(D(two), {3}),
                         "[broadcast_to] (2,) to (3,): sizes are aligned at the last axis and must be equal or 1.",
                         ShapeError);
    CHECK_THROWS_WITH_AS(sum_to(D(two), {3}), "[sum_to] (2,) to (3,): the target must broadcast to the array's shape.",
                         ShapeError);
    CHECK_THROWS_WITH_AS(reshape(D(two), Shape{3}), "[reshape] (2,) to (3,): 2 elements do not fill a shape of 3.",
                         ShapeError);
}

TEST_CASE("axes outside the rank, or named twice") {
    CHECK_THROWS_WITH_AS(sum(D(two), {1}), "[sum] axis 1 of an array of rank 1: axes run from -1 to 0.", ShapeError);
    CHECK_THROWS_WITH_AS(sum(D(1.0), {0}), "[sum] axis 0 of an array of rank 0: a scalar has no axes.", ShapeError);
    CHECK_THROWS_WITH_AS(sum(D(matrix), {0, -2}), "[sum] axis -2 twice: every axis may be named once.", ShapeError);
}

TEST_CASE("backward without a tape says what to write where") {
    auto w = leaf(two, "w");
    auto y = sum(w * w);
    Tape<double> tape;
    CHECK_THROWS_WITH_AS(
        tape.backward(y),
        "[backward] a value that was not recorded: it was computed without a tape, or from constants alone. "
        "Write `Tape tape;` before the forward pass, and make parameters with leaf(array, \"name\").",
        TapeError);
}

TEST_CASE("grad without a tape, of what was not recorded, or with respect to what has no gradient") {
    auto w = leaf(two, "w"), frozen = leaf(two);
    frozen.set_trainable(false);
    auto early = sum(w * w);
    CHECK_THROWS_WITH_AS(
        grad(early, w),
        "[grad] no tape is current: there is nothing recorded to differentiate. Write `Tape tape;` before computing y.",
        TapeError);
    Tape<double> tape;
    CHECK_THROWS_WITH_AS(
        grad(early, w),
        "[grad] a y that was not recorded: it does not depend on any leaf. Compute y after `Tape tape;`, from leaves "
        "made with leaf(array, \"name\").",
        TapeError);
    auto y = sum(w * w);
    CHECK_THROWS_WITH_AS(
        grad(y, {w, D(2.0)}),
        "[grad] input 1 is a constant: gradients exist for leaves and recorded variables. Make it a leaf with "
        "leaf(array, \"name\").",
        TapeError);
    CHECK_THROWS_WITH_AS(
        grad(y, frozen),
        "[grad] input 0 is a frozen leaf: tapes do not follow it. Call set_trainable(true) on it before computing y.",
        TapeError);
    CHECK_THROWS_WITH_AS(
        tape.backward_from(frozen, two),
        "[backward] a frozen leaf: it is not trainable, so no gradient is kept. Call set_trainable(true) on it.",
        TapeError);
}

TEST_CASE("backward and grad from a value that is no scalar") {
    auto w = leaf(two, "w");
    Tape<double> tape;
    auto y = w * w;
    CHECK_THROWS_WITH_AS(
        tape.backward(y),
        "[backward] a value of shape (2,): a loss has one element. Reduce it with sum or mean, or pass the upstream "
        "gradient: tape.backward_from(y, dy).",
        TapeError);
    CHECK_THROWS_WITH_AS(
        grad(y, w),
        "[grad] a y of shape (2,): without an upstream gradient y has one element. Reduce it with sum or mean, or "
        "pass the upstream gradient: grad(y, xs, dy).",
        TapeError);
    CHECK_THROWS_WITH_AS(tape.backward_from(y, three),
                         "[backward] upstream gradient (3,) for a value of shape (2,): the shapes must be equal.",
                         ShapeError);
    CHECK_THROWS_WITH_AS(grad(y, {w}, D(1.0)),
                         "[grad] upstream gradient () for a value of shape (2,): the shapes must be equal.",
                         ShapeError);
}

TEST_CASE("a variable of a tape that has ended or was cleared") {
    auto w = leaf(two, "w");
    D y;
    {
        Tape<double> ended;
        y = w * w;
    }
    CHECK_NOTHROW(y * 2);  // without a tape its value is just a value
    Tape<double> tape;
    CHECK_THROWS_WITH_AS(
        y * 2,
        "[mul] a variable (2,) of a tape that has ended or was cleared: what was recorded is gone with its tape. "
        "Compute it again on this tape, or pass x.detach() to use its value as a constant.",
        TapeError);
    CHECK_THROWS_WITH_AS(
        tape.backward_from(y, two),
        "[backward] a variable (2,) of a tape that has ended or was cleared: what was recorded is gone with its "
        "tape. Compute it again on this tape, or pass x.detach() to use its value as a constant.",
        TapeError);
    CHECK((w * y.detach()).value() == A({2}, {1, 8}));
}

TEST_CASE("a variable of an outer or an inner tape") {
    auto w = leaf(two, "w");
    Tape<double> outer;
    auto y = w * w;
    Tape<double> inner;
    auto z = w * w;
    CHECK_THROWS_WITH_AS(
        y * 2,
        "[mul] a variable (2,) of another tape, which has not ended: a tape works with leaves, constants and its own "
        "variables. Pass x.detach() to use its value as a constant, or compute it on this tape.",
        TapeError);
    CHECK_THROWS_WITH_AS(
        outer.backward_from(z, two),
        "[backward] a variable (2,) of another tape, which has not ended: a tape works with leaves, constants and "
        "its own variables. Pass x.detach() to use its value as a constant, or compute it on this tape.",
        TapeError);
}

TEST_CASE("a saved value that was changed in place: the message names both ops") {
    auto w = leaf(two, "w"), unnamed = leaf(three);
    Tape<double> tape;
    auto y = sum(w * w), z = sum(unnamed / unnamed);
    w.assign(A({2}, {0, 0}));
    unnamed.change("SGD")[0] = 5;
    CHECK_THROWS_WITH_AS(
        tape.backward(y),
        "[backward] w (2,), saved by mul, was changed by assign since: backward needs the value as it was (version "
        "0, it is at 1). Run backward before the change, or compute the loss again after it.",
        InPlaceError);
    CHECK_FALSE(w.has_grad());
    CHECK_THROWS_WITH_AS(
        grad(z, unnamed),
        "[backward] a leaf (3,), saved by div, was changed by SGD since: backward needs the value as it was (version "
        "0, it is at 1). Run backward before the change, or compute the loss again after it.",
        InPlaceError);
    tape.backward(sum(w * w));  // computed again
    CHECK(w.grad() == A::zeros({2}));
}

TEST_CASE("a value changed in place that no rule needs is no error") {
    auto w = leaf(two, "w");
    Tape<double> tape;
    auto y = sum(w + 3);
    w.change("SGD")[0] = 9;
    tape.backward(y);
    CHECK(w.grad() == A::ones({2}));
}

TEST_CASE("a tape whose values were released, and gradients that were not retained") {
    auto w = leaf(two);
    Tape<double> tape;
    auto y = sum(w * w);
    tape.backward(y);
    CHECK_THROWS_WITH_AS(tape.gradient(y),
                         "[gradient] no gradients on this tape: they are freed while backward walks. Ask for them: "
                         "tape.backward(loss, {.retain = true}).",
                         TapeError);
    CHECK_THROWS_WITH_AS(
        tape.gradient(D(1.0)),
        "[gradient] a variable that is not on this tape: only what this tape recorded has a gradient here.", TapeError);
    tape.backward(y, {.release = true});
    CHECK_THROWS_WITH_AS(
        tape.backward(y),
        "[backward] a tape whose saved values were freed: backward(.., {.release = true}) can run once. Leave "
        "`release` off to walk a tape several times.",
        TapeError);
    CHECK_THROWS_WITH_AS(
        grad(y, w), "[grad] a tape whose saved values were freed: backward(.., {.release = true}) ends a tape's use.",
        TapeError);
    CHECK_THROWS_WITH_AS(tape.name(w, "w"),
                         "[name] a variable that is not on this tape: only recorded variables have a place to name.",
                         TapeError);
}

TEST_CASE("grad() of a constant, of an intermediate value, and before backward") {
    Tape<double> tape;
    auto b = leaf(three, "b");
    const char* constant =
        "[grad] a constant: only leaves own a value and a gradient. Make it a leaf with leaf(array, \"name\").";
    CHECK_THROWS_WITH_AS(D(1.0).grad(), constant, TapeError);
    CHECK_THROWS_WITH_AS(
        (b * b).grad(),
        "[grad] the result of an op: only leaves own a value and a gradient. For the gradient of an intermediate "
        "value use grad(loss, {v}) or tape.gradient(v).",
        TapeError);
    CHECK_THROWS_WITH_AS(
        b.grad(),
        "[grad] leaf b (3,): no gradient has reached it yet. Call tape.backward(loss) first, with a loss that "
        "depends on this leaf.",
        TapeError);
    CHECK_THROWS_WITH_AS(
        leaf(three).grad(),
        "[grad] leaf without a name (3,): no gradient has reached it yet. Call tape.backward(loss) first, with a "
        "loss that depends on this leaf.",
        TapeError);
    D c = 1.0;
    CHECK_THROWS_AS(c.zero_grad(), TapeError);
    CHECK_THROWS_AS(c.set_trainable(false), TapeError);
    CHECK_THROWS_AS(c.change("test"), TapeError);
    CHECK_THROWS_AS(c.set_name("c"), TapeError);
}

TEST_CASE("gradients and values of another shape than the leaf") {
    auto w = leaf(two, "w");
    CHECK_THROWS_WITH_AS(w.set_grad(three), "[set_grad] gradient (3,) for a value (2,): the shapes must be equal.",
                         ShapeError);
    CHECK_THROWS_WITH_AS(w.assign(three), "[assign] value (3,) for w of shape (2,): assign keeps the shape.",
                         ShapeError);
}

TEST_CASE("item() of more or less than one element") {
    CHECK_THROWS_WITH_AS(
        D(two).item(),
        "[item] shape (2,): item() needs exactly one element. Reduce it with sum or mean, or pick an element: a(i, j).",
        ShapeError);
    CHECK_THROWS_AS(A::zeros({0}).item(), ShapeError);
    CHECK(A({{3}}).item() == 3);
}

TEST_CASE("indices outside the shape") {
    const A& m = matrix;
    CHECK_THROWS_WITH_AS(m(0, 2), "[index] index 2 on axis 1 of (2, 2): its indices run from 0 to 1.", IndexError);
    CHECK_THROWS_WITH_AS(m(-1, 0), "[index] index -1 on axis 0 of (2, 2): its indices run from 0 to 1.", IndexError);
    CHECK_THROWS_WITH_AS(m(1), "[index] 1 indices for shape (2, 2): give one index for each axis.", IndexError);
    CHECK_THROWS_WITH_AS(A::zeros({0})(0), "[index] index 0 on axis 0 of (0,): this axis is empty.", IndexError);
    CHECK_THROWS_WITH_AS(m.rows(1, 3), "[rows] rows 1 to 3 of (2, 2): there are 2 rows.", IndexError);
    CHECK_THROWS_WITH_AS(m.rows(std::vector<std::size_t>{0, 7}), "[rows] row 7 of (2, 2): there are 2 rows.",
                         IndexError);
    CHECK_THROWS_WITH_AS(A(1.0).rows(0, 1), "[rows] a scalar: only arrays with at least one axis have rows.",
                         ShapeError);
}

TEST_CASE("arrays and shapes that cannot be") {
    CHECK_THROWS_WITH_AS(A({3}, {1, 2}), "[array] 2 values for shape (3,): this shape holds 3 elements.", ShapeError);
    CHECK_THROWS_WITH_AS(A({{1, 2}, {3}}), "[array] rows of 2 and 1 values: all rows of a matrix have the same length.",
                         ShapeError);
    CHECK_THROWS_WITH_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), "[shape] rank 9: arrays have at most 8 axes.", ShapeError);
    Shape eight{1, 1, 1, 1, 1, 1, 1, 1};
    CHECK_THROWS_WITH_AS(eight.append(2),
                         "[shape] one more axis for (1, 1, 1, 1, 1, 1, 1, 1): arrays have at most 8 axes.", ShapeError);
    constexpr std::size_t big = std::size_t{1} << 31;
    CHECK_THROWS_WITH_AS(
        A(Shape{big, big, big}),
        "[shape] (2147483648, 2147483648, 2147483648): the number of elements does not fit into memory.", ShapeError);
}

TEST_CASE("random numbers below nothing, and a state that is none") {
    Random random(1);
    CHECK_THROWS_WITH_AS(random.below(0), "[random] below(0): there is no number below 0.", ValueError);
    CHECK_THROWS_WITH_AS(random.restore("abc"), "[random] a state of 3 characters: it is not what state() returned.",
                         ValueError);
}
