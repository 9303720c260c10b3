// Reductions and softmax: what they do at the edges. Their gradients are checked by the register's test.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;
using A = Array<double>;
using V = Variable<double>;

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("axes count from the end when negative, and stay with size 1 when asked") {
    const V x = A({2, 3}, {1, 2, 3, 4, 5, 6});
    CHECK(sum(x, {-1}).value() == A({2}, {6, 15}));
    CHECK(sum(x, {0}, true).value() == A({1, 3}, {5, 7, 9}));
    CHECK(mean(x).value() == A(3.5));
    CHECK(max(x, -2).value() == A({3}, {4, 5, 6}));
    CHECK(min(x, 1, true).value() == A({2, 1}, {1, 4}));
    CHECK(var(x, {1}).value() == A({2}, {2. / 3, 2. / 3}));
    CHECK(argmax(x.value()) == Indices({2}, {2, 2}));
    CHECK_THROWS_WITH_AS(sum(x, {2}), "[sum] axis 2 of an array of rank 2: axes run from -2 to 1.", ShapeError);
    CHECK_THROWS_WITH_AS(mean(x, {0, -2}), "[mean] axis -2 twice: every axis may be named once.", ShapeError);
}

TEST_CASE("a sum of nothing is 0; a mean, variance, maximum or position of nothing is an error") {
    const V none = A(Shape{0, 3});
    CHECK(sum(none, {0}).value() == A({3}, {0, 0, 0}));
    CHECK(sum(none).value() == A(0.0));
    CHECK(logsumexp(none, {0}).value() == A({3}, {-inf, -inf, -inf}));
    CHECK_THROWS_WITH_AS(
        mean(none, {0}),
        "[mean] an empty reduction of (0, 3): of no elements there is no mean. Leave empty batches out.", ValueError);
    CHECK_THROWS_AS(var(none), ValueError);
    CHECK_THROWS_AS(max(none), ValueError);
    CHECK_THROWS_AS(min(none, 0), ValueError);
    CHECK_THROWS_AS(argmax(none.value(), 0), ValueError);
    // Over the other axis nothing is reduced to nothing.
    CHECK(mean(none, {1}).shape() == Shape{0});
    CHECK(max(none, 1).shape() == Shape{0});
    CHECK(argmax(none.value(), 1).shape() == Shape{0});
}

TEST_CASE("the unbiased variance needs two elements") {
    CHECK(var(V(A({2}, {1, 3})), {}, false, true).item() == 2);
    CHECK_THROWS_WITH_AS(var(V(A({1}, {1})), {}, false, true),
                         "[var] one element of (1,): the unbiased variance divides by n - 1 = 0. Pass unbiased = "
                         "false: then it divides by n.",
                         ValueError);
}

TEST_CASE("ties share the gradient of a maximum evenly") {
    auto x = leaf(A({2, 3}, {4, 4, 1, 2, 2, 2}), "x");
    Tape<double> tape;
    tape.backward(sum(max(x, 1)));
    CHECK(x.grad() == A({2, 3}, {0.5, 0.5, 0, 1. / 3, 1. / 3, 1. / 3}));
}

TEST_CASE("a NaN is seen by every reduction") {
    for (std::size_t at : {0u, 7u, 20u}) {
        Array<float> x = Array<float>::arange(21);
        x.data()[at] = std::numeric_limits<float>::quiet_NaN();
        CHECK(std::isnan(max(Variable<float>(x)).item()));
        CHECK(std::isnan(min(Variable<float>(x)).item()));
        CHECK(std::isnan(sum(Variable<float>(x)).item()));
        CHECK(argmax(x).item() == static_cast<std::int64_t>(at));
        const auto p = softmax(Variable<float>(x)), log_p = log_softmax(Variable<float>(x));
        for (std::size_t i = 0; i < x.size(); ++i) {
            CHECK(std::isnan(p.value()(i)));
            CHECK(std::isnan(log_p.value()(i)));
        }
    }
}

TEST_CASE("the first of several largest elements gives the position") {
    CHECK(argmax(A({2, 4}, {1, 3, 3, 2, not_a_number, 1, not_a_number, 2}), 1) == Indices({2}, {1, 0}));
    CHECK(argmax(A({3, 2}, {1, 9, 3, 9, 2, 0}), 0) == Indices({2}, {1, 0}));
}

TEST_CASE("softmax of huge logits is finite, and masked ones get exactly 0") {
    const Variable<float> x = Array<float>({2, 3}, {1e4f, -1e4f, 1e4f, -std::numeric_limits<float>::infinity(), 0, 0});
    CHECK(softmax(x).value() == Array<float>({2, 3}, {0.5f, 0, 0.5f, 0, 0.5f, 0.5f}));
    CHECK(log_softmax(x).value()(0, 1) == doctest::Approx(-2e4 - std::log(2.)));
    CHECK(logsumexp(V(A({2}, {1000, 1000}))).item() == doctest::Approx(1000 + std::log(2.)));
    CHECK(logsumexp(V(A({2}, {-inf, -inf}))).item() == -inf);
    CHECK(logsumexp(V(A({2}, {inf, 0}))).item() == inf);
    CHECK_THROWS_WITH_AS(softmax(V(1.0)), "[softmax] axis -1 of an array of rank 0: a scalar has no axes.", ShapeError);
}
