#include <doctest/doctest.h>

#include <limits>

#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;
using D = Variable<double>;
using A = Array<double>;

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
}

TEST_CASE("anomaly mode names the first op that made a NaN, its inputs by name, and their ranges") {
    auto x = leaf(A({3}, {-1, 4, 2}), "x");
    Tape<double> tape;
    tape.find_anomalies();
    auto h = named(x * 2, "h");
    CHECK_THROWS_WITH_AS(
        log(h),
        "[anomaly] forward, step 2 (log): (3,) from 1.386 to 2.079, 1 of 3 not finite: the first value that is not "
        "finite, from h (3,) from -2 to 8. Its formula: y = log(x).",
        AnomalyError);
}

TEST_CASE("anomaly mode finds an infinity, and tells of inputs without a name") {
    auto x = leaf(A({2}, {1, 4}), "x");
    Tape<double> tape;
    tape.find_anomalies();
    CHECK_THROWS_WITH_AS(
        x / A({2}, {0, 2}),
        "[anomaly] forward, step 1 (div): (2,) from 2 to 2, 1 of 2 not finite: the first value that is not finite, "
        "from x (2,) from 1 to 4; input 1 (2,) from 0 to 2. Its formula: y = a / b.",
        AnomalyError);
}

TEST_CASE("anomaly mode shows when an input was not finite to begin with") {
    auto x = leaf(A({2}, {1, inf}), "x");
    Tape<double> tape;
    tape.find_anomalies();
    CHECK_THROWS_WITH_AS(
        -x,
        "[anomaly] forward, step 1 (neg): (2,) from -1 to -1, 1 of 2 not finite: the first value that is not finite, "
        "from x (2,) from 1 to 1, 1 of 2 not finite. Its formula: y = −x.",
        AnomalyError);
}

TEST_CASE("anomaly mode names the op whose gradient was the first that is not finite") {
    auto x = leaf(A({2}, {0, 4}), "x");
    Tape<double> tape;
    tape.find_anomalies();
    auto y = sum(3 * sqrt(x));
    CHECK_THROWS_WITH_AS(
        tape.backward(y),
        "[anomaly] backward, step 1 (sqrt): gradient for step 0 (leaf x) (2,) from 0.75 to 0.75, 1 of 2 not finite: "
        "the first gradient that is not finite, from dy (2,) from 3 to 3; y (2,) from 0 to 2. Its rule: dx = ½ dy / y.",
        AnomalyError);
    CHECK_FALSE(x.has_grad());
}

TEST_CASE("anomaly mode looks at the functional road too") {
    auto x = leaf(A(0.0), "x");
    Tape<double> tape;
    tape.find_anomalies();
    auto y = sqrt(x);
    CHECK_THROWS_AS(grad(y, x), AnomalyError);
}

TEST_CASE("anomaly mode lets finite numbers pass, and is off unless asked for") {
    auto x = leaf(A({2}, {0, 4}));
    Tape<double> tape;
    tape.backward(sum(sqrt(x)));
    CHECK(x.grad()(0) == inf);
    tape.find_anomalies();
    CHECK_NOTHROW(tape.backward(sum(exp(x) * x)));
    tape.find_anomalies(false);
    CHECK_NOTHROW(log(-x));
}

TEST_CASE("a tape can be used on after an anomaly") {
    auto x = leaf(A(2.0));
    Tape<double> tape;
    tape.find_anomalies();
    auto y = x * x;
    CHECK_THROWS_AS(log(y - 4), AnomalyError);
    tape.backward(y);
    CHECK(x.grad().item() == 4);
}
