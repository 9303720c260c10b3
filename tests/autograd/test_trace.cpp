#include <doctest/doctest.h>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/trace.hpp"

using namespace sevenfold;
using A = Array<double>;
using D = Variable<double>;
using doctest::Approx;

namespace {

/// dx[e] = Σⱼ dy[j] ∂y[j]/∂x[e] for every entry of every use.
void check_jacobians(Tape<double>& tape, const Trace<double>& trace) {
    for (std::uint32_t i = 0; i < tape.size(); ++i)
        for (const Use<double>& use : trace.uses(i)) {
            const A& dy = *trace.gradient(use.step);
            Jacobian<double> jacobian(tape, use.step, dy);
            for (std::size_t e = 0; e < use.gradient.size(); ++e) {
                const A column = jacobian.column(use.input, e);
                REQUIRE(column.shape() == dy.shape());
                double sum = 0;
                for (std::size_t j = 0; j < dy.size(); ++j) sum += dy.data()[j] * column.data()[j];
                INFO(tape.node(use.step).op->text().name, " input ", use.input, " entry ", e);
                CHECK(sum == Approx(use.gradient.data()[e]).epsilon(1e-9));
            }
        }
}

}  // namespace

TEST_CASE("a trace keeps what each use adds, also where an op uses a value twice") {
    auto x = leaf(A(3.0), "x");
    Tape<double> tape;
    auto square = x * x, half = x / 2;
    auto y = square + half;
    const Trace trace(tape, y);
    REQUIRE(trace.gradient(0));
    CHECK(trace.gradient(0)->item() == 6.5);
    REQUIRE(trace.uses(0).size() == 3);
    CHECK(trace.uses(0)[0].gradient.item() == 0.5);  // the division, recorded last
    CHECK(trace.uses(0)[1].gradient.item() == 3);
    CHECK(trace.uses(0)[2].gradient.item() == 3);
    CHECK(trace.uses(0)[1].step == trace.uses(0)[2].step);
    CHECK(trace.uses(0)[1].input != trace.uses(0)[2].input);
    CHECK_FALSE(x.has_grad());
}

TEST_CASE("a trace has the gradients of backward, and its Jacobians those of the rules, for a network of many ops") {
    Random random(3);
    auto x = leaf(random.normal<double>({1, 4, 6}), "x");
    auto w = leaf(random.normal<double>({18, 6}), "w"), b = leaf(random.normal<double>({18}), "b");
    auto gamma = leaf(random.normal<double>({6}), "gamma"), beta = leaf(random.normal<double>({6}), "beta");
    Tape<double> tape;
    auto h = layer_norm(x, gamma, beta);
    auto z = x + attention(linear(h, w, b), {2, false, {}});
    auto logits = matmul(gelu(reshape(z, Shape{4, 6})), transpose(slice(w, {{0, 3}})));
    auto loss = cross_entropy(relu(logits) + sigmoid(logits) * 2, Labels({4}, {0, 2, 1, 1}));
    const Trace trace(tape, loss);
    tape.backward(loss, {.retain = true});
    for (std::uint32_t i = 0; i < tape.size(); ++i) {
        REQUIRE((trace.gradient(i) != nullptr) == (tape.gradient_of(i) != nullptr));
        if (!trace.gradient(i)) continue;
        const A &traced = *trace.gradient(i), &walked = *tape.gradient_of(i);
        REQUIRE(traced.shape() == walked.shape());
        for (std::size_t e = 0; e < walked.size(); ++e)
            CHECK(traced.data()[e] == Approx(walked.data()[e]).epsilon(1e-12));
    }
    check_jacobians(tape, trace);
}

TEST_CASE("broadcast inputs have Jacobians of their own shape") {
    auto a = leaf(A({2, 1}, {1, 2})), b = leaf(A({3}, {1, -1, 3}));
    Tape<double> tape;
    auto loss = sum(a * b / (b + 2) + maximum(a, b));
    check_jacobians(tape, Trace(tape, loss));
}

TEST_CASE("values that the loss does not depend on have no gradient in a trace") {
    auto x = leaf(A(3.0));
    Tape<double> tape;
    auto unused = x * 5;
    auto loss = x * unused.detach();
    const Trace trace(tape, loss);
    CHECK(trace.gradient(1) == nullptr);
    CHECK(trace.uses(1).empty());
    CHECK(trace.gradient(0)->item() == 15);
}

TEST_CASE("a trace starts from any value with an upstream gradient, and refuses what backward refuses") {
    auto x = leaf(A({2}, {1, 2}), "x");
    Tape<double> tape;
    auto y = x * x;
    CHECK(*Trace<double>(tape, y, A({2}, {1, 10})).gradient(0) == A({2}, {2, 40}));
    CHECK_THROWS_WITH_AS(
        Trace(tape, y),
        "[trace] a value of shape (2,): a loss has one element. Reduce it with sum or mean, or pass the "
        "upstream gradient too.",
        TapeError);
    CHECK_THROWS_AS(Trace(tape, D(2.0)), TapeError);
    x.change("a test")[0] = 7;
    CHECK_THROWS_AS(Trace<double>(tape, y, A({2}, {1, 10})), InPlaceError);
}
