#include <doctest/doctest.h>

#include <cmath>

#include "../message.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/optim/clip.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

template <class T>
Variable<T> with_gradient(Array<T> gradient) {
    auto v = leaf(Array<T>::zeros(gradient.shape()));
    v.set_grad(std::move(gradient));
    return v;
}

}  // namespace

TEST_CASE_TEMPLATE("one factor brings the norm of all gradients together down to the limit", T, float, double) {
    for (const double p : {1.0, 2.0, 3.0, infinity_norm}) {
        CAPTURE(p);
        Random random(1);
        std::vector parameters{with_gradient(random.normal<T>({31})), with_gradient(random.normal<T>({4, 5}))};
        double want = 0;
        for (const auto& v : parameters)
            for (T g : v.grad()) {
                const double a = std::abs(static_cast<double>(g));
                want = std::isinf(p) ? std::max(want, a) : want + std::pow(a, p);
            }
        if (!std::isinf(p)) want = std::pow(want, 1 / p);
        const T before = parameters[0].grad()(3), other = parameters[1].grad()(2, 2);
        CHECK(clip_grad_norm(parameters, 0.5, p) == Approx(want));
        CHECK(clip_grad_norm(parameters, 100, p) == Approx(0.5).epsilon(1e-5));
        CHECK(parameters[0].grad()(3) / before == Approx(parameters[1].grad()(2, 2) / other).epsilon(1e-5));
    }
}

TEST_CASE("gradients within the limit keep their bits") {
    const Array<float> g = Random(2).normal<float>({50});
    std::vector parameters{with_gradient(Array<float>(g.shape(), g.flat()))};
    clip_grad_norm(parameters, 1e3);
    clip_grad_value(parameters, 1e3);
    CHECK(parameters[0].grad() == g);
}

TEST_CASE("only parameters that a step would change count") {
    std::vector parameters{with_gradient(Array<float>({2}, {3, 4})), with_gradient(Array<float>({1}, {100})),
                           leaf(Array<float>(1.0f))};
    parameters[1].set_trainable(false);
    CHECK(clip_grad_norm(parameters, 1) == 5);
    CHECK(parameters[0].grad()(0) == Approx(0.6));
    CHECK(parameters[1].grad()(0) == 100);
    clip_grad_value(parameters, 0.7);
    CHECK(parameters[0].grad()(1) == 0.7f);
    CHECK(parameters[1].grad()(0) == 100);
    CHECK_FALSE(parameters[2].has_grad());
}

TEST_CASE("squares of large floats do not overflow") {
    std::vector parameters{with_gradient(Array<float>({2}, {3e30f, 4e30f}))};
    CHECK(clip_grad_norm(parameters, 1) == Approx(5e30));
    CHECK(parameters[0].grad()(1) == Approx(0.8));
}

TEST_CASE("a norm that is no number is reported, and changes nothing") {
    for (const double p : {1.0, 2.0, 3.0, infinity_norm}) {
        std::vector parameters{with_gradient(Array<float>({3}, {7, NAN, 8})), with_gradient(Array<float>({1}, {9}))};
        CHECK(std::isnan(clip_grad_norm(parameters, 1, p)));
        CHECK(parameters[0].grad()(2) == 8);
        parameters[0].grad()(1) = -INFINITY;
        CHECK(std::isinf(clip_grad_norm(parameters, 1, p)));
        CHECK(parameters[1].grad()(0) == 9);
    }
}

TEST_CASE("each entry is cut to the limit, and NaN stays") {
    std::vector parameters{with_gradient(Array<float>({5}, {-2, -0.25f, NAN, 0.25f, INFINITY}))};
    clip_grad_value(parameters, 0.5);
    const Array<float>& g = parameters[0].grad();
    CHECK(g(0) == -0.5f);
    CHECK(g(1) == -0.25f);
    CHECK(std::isnan(g(2)));
    CHECK(g(3) == 0.25f);
    CHECK(g(4) == 0.5f);
}

TEST_CASE("limits outside their range are refused") {
    const std::vector<Variable<float>> none;
    CHECK(message<ValueError>([&] { clip_grad_norm(none, -1); }) ==
          "[clip_grad_norm] max_norm = -1: max_norm is not negative.");
    CHECK(message<ValueError>([&] { clip_grad_norm(none, 1, 0); }) ==
          "[clip_grad_norm] p = 0: p is above 0. Take 1, 2 or infinity_norm.");
    CHECK(message<ValueError>([&] { clip_grad_value(none, -1); }) ==
          "[clip_grad_value] limit = -1: limit is not negative.");
    CHECK(clip_grad_norm(none, 1) == 0);
}
