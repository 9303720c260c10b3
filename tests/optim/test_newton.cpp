#include <doctest/doctest.h>

#include <cmath>

#include "../message.hpp"
#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/optim/newton.hpp"

using namespace sevenfold;
using doctest::Approx;
using Variables = std::vector<Variable<double>>;

namespace {

double largest(const Array<double>& x) {
    double out = 0;
    for (double v : x) out = std::max(out, std::abs(v));
    return out;
}

}  // namespace

TEST_CASE("newton needs one step for a quadratic loss, with parameters of several shapes") {
    Random random(1);
    const auto x = random.normal<double>({20, 4}), y = random.normal<double>({20, 2});
    auto w = leaf(Array<double>::zeros({4, 2})), b = leaf(Array<double>::zeros({2}));
    const auto loss = [&] { return mse(matmul(Variable<double>(x), w) + b, Variable<double>(y), Reduction::sum); };
    const NewtonResult result = newton(loss, Variables{w, b});
    CHECK(result.converged);
    CHECK(result.steps == 1);
    CHECK(result.loss == Approx(loss().item()));
    // At the least squares the residuals are orthogonal to every feature and to the constant.
    const Variable<double> residual = matmul(Variable<double>(x), w) + b - Variable<double>(y);
    CHECK(largest(matmul(Variable<double>(x), true, residual, false).value()) < 1e-9);
    CHECK(largest(sum(residual, {0}).value()) < 1e-9);
}

TEST_CASE("newton finds the end of Rosenbrock's valley, which is not convex on the way") {
    auto x = leaf(Array<double>({2}, {-1.2, 1}));
    const auto loss = [&] {
        const auto a = slice(x, {{0, 1}}), b = slice(x, {{1, 2}});
        return sum((1 - a) * (1 - a) + 100 * (b - a * a) * (b - a * a));
    };
    const NewtonResult result = newton(loss, Variables{x});
    CHECK(result.converged);
    CHECK(x.value()(0) == Approx(1).epsilon(1e-9));
    CHECK(x.value()(1) == Approx(1).epsilon(1e-9));
}

TEST_CASE("newton stays where a minimum is already, and leaves flat directions alone") {
    auto x = leaf(Array<double>({2}, {3, 5}));
    const auto loss = [&] { return sum(slice(x, {{0, 1}}) * slice(x, {{0, 1}})); };  // does not depend on x[1]
    CHECK(newton(loss, Variables{x}).converged);
    CHECK(x.value()(0) == Approx(0));
    CHECK(x.value()(1) == 5);
    CHECK(newton(loss, Variables{x}).steps == 0);
}

TEST_CASE("newton says when it has not converged") {
    auto x = leaf(Array<double>({1}, {0}));
    const auto endless = [&] { return sum(exp(x)); };  // falls for ever
    const NewtonResult result = newton(endless, Variables{x}, {.max_steps = 5});
    CHECK_FALSE(result.converged);
    CHECK(result.steps == 5);
    CHECK(x.value()(0) == Approx(-5));  // g = H = exp(x): every step is -1
}

TEST_CASE("newton refuses what it cannot minimise") {
    auto x = leaf(Array<double>({1}, {-1}));
    const auto undefined = [&] { return sum(log(x)); };
    CHECK(message<AnomalyError>([&] { newton(undefined, Variables{x}); }) ==
          "[newton] a loss of nan: it is finite. Begin where the loss is defined.");
    CHECK(message<ValueError>([&] { newton(undefined, {}); }) == "[newton] no parameters: there is nothing to change.");
    CHECK(message<ValueError>([&] { newton(undefined, Variables{x}, {.tolerance = 0}); }) ==
          "[newton] tolerance 0: it is above 0. 1e-10 is near what doubles can reach.");
    CHECK(message<ValueError>([&] { newton(undefined, Variables{x}, {.first_accuracy = 1}); }) ==
          "[newton] first_accuracy 1: it is in [0, 1). 0 solves the first step in full.");
}

TEST_CASE("newton comes to the same minimum when it solves its first step less well") {
    Random random(2);
    const auto x = random.normal<double>({30, 5});
    const auto y = Array<double>::arange(30);
    const auto start = random.normal<double>({5, 1});
    const auto minimum = [&](double first_accuracy) {
        auto w = leaf(start);
        const auto loss = [&] {
            const Variable<double> z = matmul(Variable<double>(x), w);
            return sum(log(1 + exp(z))) + sum(w * w) - 0.5 * sum(z * reshape(Variable<double>(y), Shape{30, 1}) / 30.0);
        };
        const NewtonResult result = newton(loss, Variables{w}, {.first_accuracy = first_accuracy});
        CHECK(result.converged);
        CHECK(result.steps <= 8);
        return w.value();
    };
    const Array<double> full = minimum(0), rough = minimum(0.1);
    for (std::size_t i = 0; i < 5; ++i) CHECK(rough(i, 0) == Approx(full(i, 0)).epsilon(1e-9));
}
