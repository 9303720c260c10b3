// What a tape computes: gradients, of any order, on graphs of any depth. Its life is in test_tape_life.cpp.
#include <doctest/doctest.h>

#include <cmath>

#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;
using D = Variable<double>;
using A = Array<double>;
using doctest::Approx;

namespace {

void check_close(const A& got, const A& want) {
    REQUIRE(got.shape() == want.shape());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got.data()[i] == Approx(want.data()[i]).epsilon(1e-12));
}

}  // namespace

// ---- gradients

TEST_CASE("a value used twice gets the sum of both gradients") {
    auto x = leaf(A(3.0), "x");
    Tape<double> tape;
    auto y = x * x + x;
    tape.backward(y);
    CHECK(x.grad().item() == 7.0);
}

TEST_CASE("several losses on one tape, and several walks, add up until zero_grad") {
    auto x = leaf(A({2}, {1, 2}), "x");
    Tape<double> tape;
    auto squares = x * x;
    auto first = sum(squares), second = sum(3 * squares);
    tape.backward(first);
    CHECK(x.grad() == A({2}, {2, 4}));
    tape.backward(second);
    CHECK(x.grad() == A({2}, {8, 16}));
    tape.backward(first);
    CHECK(x.grad() == A({2}, {10, 20}));
    x.zero_grad();
    CHECK_FALSE(x.has_grad());
    tape.backward(first);
    CHECK(x.grad() == A({2}, {2, 4}));
}

TEST_CASE("backward_from starts at a value of any shape with a given upstream gradient") {
    auto x = leaf(A({2}, {3, 5}));
    Tape<double> tape;
    auto y = x * x;
    tape.backward_from(y, A({2}, {1, -1}));
    CHECK(x.grad() == A({2}, {6, -10}));
}

TEST_CASE("backward from a leaf itself is its upstream gradient") {
    auto x = leaf(A(2.0));
    Tape<double> tape;
    tape.backward(x);
    CHECK(x.grad().item() == 1);
}

TEST_CASE("gradients do not pass a detached value") {
    auto x = leaf(A(3.0));
    Tape<double> tape;
    auto y = x * (x * x).detach();
    CHECK(y.item() == 27);
    tape.backward(y);
    CHECK(x.grad().item() == 9);
}

TEST_CASE("a detached leaf keeps the value it had") {
    auto w = leaf(A({2}, {1, 2}));
    const D before = w.detach();
    w.assign(A({2}, {5, 6}));
    CHECK(before.value() == A({2}, {1, 2}));
}

TEST_CASE("a frozen leaf is a constant: no gradient, and its later changes do not matter") {
    auto w = leaf(A({2}, {2, 3}), "w"), x = leaf(A({2}, {5, 7}), "x");
    w.set_trainable(false);
    Tape<double> tape;
    auto y = sum(w * x);
    w.assign(A({2}, {100, 100}));
    tape.backward(y);
    CHECK_FALSE(w.has_grad());
    CHECK(x.grad() == A({2}, {2, 3}));
}

TEST_CASE("the gradient of an intermediate value: by grad, and by tape.gradient when retained") {
    auto x = leaf(A(2.0), "x");
    Tape<double> tape;
    auto h = x * x, y = h * h * x;                  // x⁵
    CHECK(grad(y, h).item() == Approx(2 * 4 * 2));  // 2 h x
    tape.backward(y, {.retain = true});
    CHECK(tape.gradient(h).item() == Approx(16));
    CHECK(tape.gradient(x).item() == Approx(5 * 16));
    CHECK(tape.gradient(y).item() == 1);
    CHECK(x.grad().item() == Approx(80));
}

TEST_CASE("a retained gradient is zeros where the loss does not reach") {
    auto x = leaf(A({2}, {1, 2})), unused = leaf(A({3}, {1, 2, 3}));
    Tape<double> tape;
    auto aside = x * 2;
    tape.backward(sum(x), {.retain = true});
    CHECK(tape.gradient(aside) == A::zeros({2}));
    CHECK(tape.gradient(unused) == A::zeros({3}));
}

TEST_CASE("a leaf that another tape took in between has several places, and one gradient") {
    auto x = leaf(A({2}, {1, 2}), "x");
    Tape<double> tape;
    auto y = x * x;
    {
        Tape<double> other;  // the leaf's hint now names another place
        auto a = leaf(A(1.0));
        auto z = a * a * sum(x);
        other.backward(z);
        CHECK(x.grad() == A({2}, {1, 1}));
    }
    x.zero_grad();
    auto loss = sum(y * x);  // x³
    tape.backward(loss, {.retain = true});
    CHECK(x.grad() == A({2}, {3, 12}));
    CHECK(tape.gradient(x) == A({2}, {3, 12}));
    CHECK(grad(loss, x).value() == A({2}, {3, 12}));
}

// ---- higher orders

TEST_CASE("gradients can be differentiated again, to any order") {
    auto x = leaf(A(0.7), "x");
    Tape<double> tape;
    auto y = x * x * x * x;
    auto first = grad(y, x), second = grad(first, x), third = grad(second, x), fourth = grad(third, x);
    CHECK(first.item() == Approx(4 * 0.7 * 0.7 * 0.7));
    CHECK(second.item() == Approx(12 * 0.7 * 0.7));
    CHECK(third.item() == Approx(24 * 0.7));
    CHECK(fourth.item() == Approx(24));
}

TEST_CASE("Hessian-vector products and third derivatives equal the formula") {
    // f = Σ xᵢ³ + (Σ xᵢ)²:  ∇f = 3 x² + 2 Σ x,  H v = 6 x v + 2 Σ v,  ∇(vᵀ H v) = 6 v²
    const A v({3}, {1, -2, 0.5});
    auto x = leaf(A({3}, {0.5, 1.5, -1}), "x");
    Tape<double> tape;
    auto s = sum(x);
    auto f = sum(x * x * x) + s * s;
    auto g = grad(f, x);
    check_close(g.value(), A({3}, {0.75 + 2, 6.75 + 2, 3 + 2}));
    auto hv = grad(sum(g * v), x);
    check_close(hv.value(), A({3}, {3 - 1, -18 - 1, -3 - 1}));
    auto third = grad(sum(hv * v), x);
    check_close(third.value(), A({3}, {6, 24, 1.5}));
}

TEST_CASE("a gradient penalty trains through the gradient") {
    // loss = f + λ |∇f|² with f = Σ x³:  ∇loss = 3 x² + λ 2 · 3 x² · 6 x
    const double lambda = 0.1;
    auto x = leaf(A({2}, {0.5, -2}));
    Tape<double> tape;
    auto f = sum(x * x * x);
    auto g = grad(f, x);
    tape.backward(f + lambda * sum(g * g));
    check_close(x.grad(), A({2}, {0.75 + 0.1 * 36 * 0.125, 12 - 0.1 * 36 * 8}));
}

TEST_CASE("mixed derivatives agree in either order") {
    auto a = leaf(A(1.3)), b = leaf(A(0.4));
    Tape<double> tape;
    auto y = sin(a * b) * a;
    CHECK(grad(grad(y, a), b).item() == Approx(grad(grad(y, b), a).item()));
}

TEST_CASE("grad gives zeros where y does not depend on x, and takes an upstream gradient") {
    auto x = leaf(A({2}, {1, 2})), z = leaf(A({3}, {1, 2, 3}));
    Tape<double> tape;
    auto y = x * x;
    const auto gradients = grad(y, {x, z}, D(A({2}, {10, 100})));
    CHECK(gradients[0].value() == A({2}, {20, 400}));
    CHECK(gradients[1].value() == A::zeros({3}));
}

TEST_CASE("the upstream gradient of grad can be differentiated too") {
    auto x = leaf(A(3.0)), u = leaf(A(2.0));
    Tape<double> tape;
    auto g = grad(x * x, {x}, u)[0];  // 2 x u
    CHECK(grad(g, u).item() == 6);
    CHECK(grad(g, x).item() == 4);
}

// ---- long and deep graphs

TEST_CASE("a graph that reuses nodes sixty levels deep is linear") {
    auto x = leaf(A(1.0), "x");
    Tape<double> tape;
    D y = x;
    for (int i = 0; i < 60; ++i) y = y + y;
    CHECK(grad(y, x).item() == 0x1p60);
    tape.backward(y);
    CHECK(x.grad().item() == 0x1p60);
    CHECK(tape.size() < 200);
}

TEST_CASE("a chain of a million ops runs forward and backward and ends without recursion") {
    auto x = leaf(A(1.0), "x");
    {
        Tape<double> tape;
        D y = x;
        for (int i = 0; i < 1'000'000; ++i) y = i % 2 ? y * 0.5 : y + y;
        CHECK(tape.size() == 1'000'001);
        tape.backward(y);
        CHECK(x.grad().item() == 1);
    }
    CHECK(Tape<double>::current() == nullptr);
}

TEST_CASE("a second derivative passes a chain of ten thousand ops") {
    constexpr int n = 10'000;
    const double a = 1.0001;
    auto x = leaf(A(a));
    Tape<double> tape;
    D y = x;
    for (int i = 1; i < n; ++i) y = y * x;  // xⁿ
    auto first = grad(y, x);
    CHECK(first.item() == Approx(n * std::pow(a, n - 1)).epsilon(1e-9));
    CHECK(grad(first, x).item() == Approx(double(n) * (n - 1) * std::pow(a, n - 2)).epsilon(1e-9));
}
