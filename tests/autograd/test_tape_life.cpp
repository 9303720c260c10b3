// A tape from its beginning to its end: scopes, threads, exceptions, and looking at it.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <thread>

#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;
using D = Variable<double>;
using A = Array<double>;
using doctest::Approx;

namespace {

/// y = x, with a rule that throws as long as it is told to.
class Fragile final : public Op<double> {
  public:
    explicit Fragile(const bool& broken) : broken_(broken) {}
    static constexpr OpText words{"fragile", "y = x", "dx = dy"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    A forward(const A& x) const {
        if (broken_) throw std::runtime_error("fragile");
        return x;
    }
    void pullback(Pullback<double>& step) const override {
        if (broken_) throw std::runtime_error("fragile");
        step.add(0, step.dy());
    }

  private:
    const bool& broken_;
};

}  // namespace

// ---- the tape's life

TEST_CASE("nothing is recorded without a tape, under NoTape, or from constants") {
    auto x = leaf(A(2.0));
    CHECK((x * x).is_constant());
    Tape<double> tape;
    CHECK((x * x).is_recorded());
    {
        NoTape<double> quiet;
        CHECK((x * x).is_constant());
    }
    const std::size_t before = tape.size();
    CHECK((D(3.0) * D(4.0)).is_constant());
    CHECK(tape.size() == before);
}

TEST_CASE("a tape made inside another's scope takes over until it ends") {
    auto x = leaf(A(2.0), "x");
    Tape<double> outer;
    auto y = x * x;
    {
        Tape<double> inner;
        CHECK(Tape<double>::current() == &inner);
        inner.backward(x * x * x);
        CHECK(x.grad().item() == 12);
    }
    CHECK(Tape<double>::current() == &outer);
    x.zero_grad();
    outer.backward(y * x);
    CHECK(x.grad().item() == 12);
}

TEST_CASE("tapes may end in any order") {
    auto first = std::make_unique<Tape<double>>(), second = std::make_unique<Tape<double>>();
    first.reset();
    CHECK(Tape<double>::current() == second.get());
    second.reset();
    CHECK(Tape<double>::current() == nullptr);
}

TEST_CASE("tapes of float and of double record side by side") {
    auto x = leaf(A(2.0));
    auto z = leaf(Array<float>(3.0f));
    Tape<double> tape;
    Tape<float> other;
    auto y = x * x;
    auto u = z * z;
    tape.backward(y);
    other.backward(u);
    CHECK(x.grad().item() == 4);
    CHECK(z.grad().item() == 6);
}

TEST_CASE("a cleared tape records anew") {
    auto x = leaf(A(2.0));
    Tape<double> tape;
    auto old = x * x;
    tape.clear();
    CHECK(tape.size() == 0);
    CHECK_THROWS_AS(old * x, TapeError);
    tape.backward(x * 5);
    CHECK(x.grad().item() == 5);
}

TEST_CASE("backward with release gives the same gradients, and can run once") {
    auto x = leaf(A({2}, {1, 2}));
    Tape<double> tape;
    auto y = sum(exp(x) * x);
    tape.backward(y);
    const A kept = x.grad();
    x.zero_grad();
    tape.backward(y, {.release = true});
    CHECK(x.grad() == kept);
    CHECK_FALSE(tape.str().empty());  // still printable
    CHECK_THROWS_AS(tape.backward(y), TapeError);
    CHECK_THROWS_AS(grad(y, x), TapeError);
}

TEST_CASE("the result stays what it was when an input variable is assigned anew") {
    auto x = leaf(A({2}, {1, 2}));
    Tape<double> tape;
    D h = x * 2;
    auto y = sum(h * h);
    h = h * 0;
    tape.backward(y);
    CHECK(x.grad() == A({2}, {8, 16}));
}

TEST_CASE("changing a gradient in place changes no other gradient") {
    auto a = leaf(A({2}, {1, 2})), b = leaf(A({2}, {3, 4}));
    Tape<double> tape;
    tape.backward(sum(a + b));  // both gradients are the same array
    a.grad()(0) = 9;
    CHECK(b.grad() == A({2}, {1, 1}));
}

TEST_CASE("memory returns to the pool when the tape ends, and backward with release frees it before") {
    auto x = leaf(A::ones({10, 100}));
    x.set_grad(A::zeros({10, 100}));
    const auto start = pool::stats().live_bytes;
    {
        Tape<double> tape;
        D y = x;
        for (int i = 0; i < 100; ++i) y = tanh(y * x);
        auto loss = sum(y);
        const auto full = pool::stats().live_bytes;
        CHECK(full >= start + 100 * 8000);  // each tanh, shared with the product that reads it
        y = 0;
        tape.backward(loss, {.release = true});
        CHECK(pool::stats().live_bytes < start + (full - start) / 10);
    }
    CHECK(pool::stats().live_bytes == start);
    for (int repeat = 0; repeat < 2; ++repeat) {
        const auto before = pool::stats().system_calls;
        Tape<double> tape;
        tape.backward(sum(exp(x * x)), {.retain = true});
        auto second = grad(sum(grad(sum(x * x * x), x)), x);
        if (repeat > 0) CHECK(pool::stats().system_calls == before);  // all reused
    }
    CHECK(pool::stats().live_bytes == start);
}

// ---- threads

TEST_CASE("threads differentiate with respect to the same leaf, each on a tape of its own") {
    const auto w = leaf(A({2, 2}, {1, 2, 3, 4}), "w");
    constexpr int threads = 4, steps = 200;
    std::vector<A> sums(threads, A::zeros({2, 2}));
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t)
        workers.emplace_back([&w, t, &sum_of_mine = sums[static_cast<std::size_t>(t)]] {
            for (int i = 0; i < steps; ++i) {
                Tape<double> tape;
                auto shift = leaf(A(double(t)));
                auto other = leaf(A(double(i)));  // so that the leaf's places differ from thread to thread
                auto h = t % 2 ? w * shift : other * w * shift;
                auto loss = sum(h * w);
                sum_of_mine = (D(sum_of_mine) + grad(loss, w)).value();
            }
        });
    for (std::thread& worker : workers) worker.join();
    for (int t = 0; t < threads; ++t) {
        const double scale = t % 2 ? 2.0 * t * steps : t * double(steps * (steps - 1));
        CHECK(sums[static_cast<std::size_t>(t)] == A({2, 2}, {scale, 2 * scale, 3 * scale, 4 * scale}));
    }
}

TEST_CASE("a leaf has one step on a tape, also when another tape has placed it elsewhere meanwhile") {
    const auto w = leaf(A(3.0), "w");
    Tape<double> tape;
    const auto y = w * leaf(A(2.0));
    std::thread([&] {
        Tape<double> other;
        const auto first = leaf(A(1.0)) + leaf(A(1.0));
        CHECK((first * w).item() == 6.0);
    }).join();
    const auto z = y * w;
    CHECK(tape.size() == 4);  // two leaves, two products
    tape.backward(z);
    CHECK(w.grad().item() == 12.0);
}

TEST_CASE("gradients collected apart leave the leaves alone, and added up in any thread they are what backward gives") {
    auto w = leaf(A({2}, {1, 2}), "w"), b = leaf(A(1.0), "b"), frozen = leaf(A(5.0));
    frozen.set_trainable(false);
    w.set_grad(A({2}, {100, 100}));
    std::vector<LeafGradient<double>> found(7);  // what was there before is overwritten
    for (int repeat = 0; repeat < 2; ++repeat) {
        Tape<double> tape;
        const auto squares = w * w;
        tape.backward_into(found, sum(squares + b * frozen), A(0.5));
        REQUIRE(found.size() == 2);
        CHECK(found[0].leaf.same_as(w));
        CHECK(found[0].gradient == A({2}, {1, 2}));
        CHECK(found[1].leaf.same_as(b));
        CHECK(found[1].gradient.item() == 5.0);
        CHECK(w.grad() == A({2}, {100, 100}));
        CHECK_FALSE(b.has_grad());
    }
    for (auto& [leaf, gradient] : found) leaf.add_grad(gradient);
    CHECK(w.grad() == A({2}, {101, 102}));
    CHECK(b.grad().item() == 5.0);
    CHECK_THROWS_WITH_AS(found[0].leaf.add_grad(A(1.0)),
                         "[add_grad] gradient () for a value (2,): the shapes must be equal.", ShapeError);
}

TEST_CASE("arrays and variables made in one thread are used and freed in another") {
    auto made = std::make_unique<D>(leaf(A::ones({100})));
    std::thread([&] {
        Tape<double> tape;
        tape.backward(sum(*made * *made));
    }).join();
    CHECK(made->grad() == A::full({100}, 2));
    std::thread([&] { made.reset(); }).join();
    CHECK(made == nullptr);
}

// ---- exceptions

TEST_CASE("an op that throws leaves nothing on the tape, and can be repeated") {
    bool broken = true;
    auto x = leaf(A(2.0));
    Tape<double> tape;
    auto y = x * x;
    const std::size_t before = tape.size();
    CHECK_THROWS_AS(apply<double>(Fragile(broken), y), std::runtime_error);
    CHECK_THROWS_AS(reshape(y, Shape{3}), ShapeError);
    CHECK(tape.size() == before);
    broken = false;
    tape.backward(apply<double>(Fragile(broken), y));
    CHECK(x.grad().item() == 4);
}

TEST_CASE("a backward that throws changes no leaf, and can be repeated") {
    bool broken = false;
    auto x = leaf(A({2}, {1, 2}));
    Tape<double> tape;
    auto y = sum(apply<double>(Fragile(broken), x) * x);
    broken = true;
    CHECK_THROWS_AS(tape.backward(y), std::runtime_error);
    CHECK_THROWS_AS(grad(y, x), std::runtime_error);
    CHECK_FALSE(x.has_grad());
    CHECK(Tape<double>::current() == &tape);  // recording was switched on again
    broken = false;
    CHECK(grad(y, x).value() == A({2}, {2, 4}));
    tape.backward(y);
    CHECK(x.grad() == A({2}, {2, 4}));
}

// ---- looking at it

TEST_CASE("the tape prints as a table of steps, names, shapes and rules") {
    auto w = leaf(A(3.0), "w");
    Tape<double> tape;
    auto h = named(w * 2, "h");
    auto y = tanh(h);
    tape.backward(y, {.retain = true});
    const std::string table = tape.str();
    for (const char* part : {"step", "%0 w", "leaf", "%1 h", "mul", "w, 2", "%2", "tanh", "dx = dy · (1 − y²)"}) {
        INFO(table);
        CHECK(table.find(part) != std::string::npos);
    }
}

TEST_CASE("a printed tape has a column of gradients once they are known, however short the numbers") {
    auto x = leaf(Array<double>(3.0), "x");
    Tape<double> tape;
    auto y = named(x * x, "y");
    CHECK(tape.str().find("gradient") == std::string::npos);
    tape.backward(y, {.retain = true});
    CHECK(tape.str() ==
          "step  op    inputs  shape  value  gradient  rule\n"
          "%0 x  leaf          ()     3      6\n"
          "%1 y  mul   x, x    ()     9      1         da = dy · b, db = dy · a\n");
}

TEST_CASE("a printed tape sums arrays up by range and mean, and has colours only where they are asked for") {
    auto x = leaf(A({2, 3}, {1, -2, 0.5, 4, 0, 2.5}), "x");
    Tape<double> tape;
    tape.keep_values();
    tape.backward(sum(x * 2), {.retain = true});
    CHECK(tape.str() ==
          "step  op    inputs  shape   value            gradient        rule\n"
          "%0 x  leaf          (2, 3)  -2 .. 4, mean 1  2 .. 2, mean 2\n"
          "%1    mul   x, 2    (2, 3)  -4 .. 8, mean 2  1 .. 1, mean 1  da = dy · b, db = dy · a\n"
          "%2    sum   %1      ()      12               1               dx = dy, repeated\n");
    std::string plain = tape.str(true);
    CHECK(plain.find('\033') != std::string::npos);
    for (std::size_t at; (at = plain.find('\033')) != std::string::npos;) plain.erase(at, plain.find('m', at) - at + 1);
    CHECK(plain == tape.str());
}

// ---- parts of a program

TEST_CASE("scopes mark the steps recorded in them, nested, on a tape that keeps values") {
    auto x = leaf(A(2.0));
    Tape<double> tape;
    { const Scope<double> unseen("unseen"); }
    CHECK(tape.scopes().empty());
    tape.keep_values();
    D y = x * x;
    {
        const Scope<double> outer("outer");
        y = y * x;
        {
            const Scope<double> inner("inner");
            y = y * x;
        }
        y = y * x;
    }
    REQUIRE(tape.scopes().size() == 2);
    const TapeScope &outer = tape.scopes()[0], &inner = tape.scopes()[1];
    CHECK(outer.name == "outer");
    CHECK(outer.parent == -1);
    CHECK(outer.first == 2);
    CHECK(outer.last == 5);
    CHECK(inner.name == "inner");
    CHECK(inner.parent == 0);
    CHECK(inner.first == 3);
    CHECK(inner.last == 4);
}

TEST_CASE("a tape of single numbers frees whatever came its way") {
    const auto start = pool::stats().live_bytes;
    {
        auto x = leaf(A(2.0));
        const A upstream = A({1}, {3.0}).reshape({});  // one number, but not inside its object
        for (const BackwardOptions options : {BackwardOptions{}, {.retain = true}, {.release = true}})
            for (int walks = 0; walks < 2; ++walks) {
                Tape<double> tape;
                const D y = exp(x * x + 1.0) - x;
                tape.backward_from(y, upstream, options);
                if (options.retain) tape.backward_from(y, upstream, options);
                if (walks == 1) tape.clear();
            }
        CHECK(x.grad().item() == doctest::Approx(8 * 3 * (4 * std::exp(5.0) - 1)));
    }
    CHECK(pool::stats().live_bytes == start);
}

TEST_CASE("a tape may be cleared inside a scope") {
    auto x = leaf(A(2.0));
    Tape<double> tape;
    tape.keep_values();
    {
        const Scope<double> outer("outer");
        tape.clear();
        const Scope<double> inner("inner");
        CHECK((x * x).is_recorded());
    }
    REQUIRE(tape.scopes().size() == 1);
    CHECK(tape.scopes()[0].parent == -1);
    CHECK(tape.scopes()[0].last == 2);
}

TEST_CASE("a tape that keeps values keeps the constants that no rule reads") {
    auto x = leaf(A(2.0));
    Tape<double> tape;
    CHECK(tape.constant_of(tape.sources(tape.node((x - 0.5).is_recorded() ? 1 : 0))[1]) == nullptr);
    tape.keep_values();
    D y = x - 0.25;
    const A* constant = tape.constant_of(tape.sources(tape.node(tape.size() - 1))[1]);
    REQUIRE(constant);
    CHECK(constant->item() == 0.25);
    tape.backward(y);
    CHECK(x.grad().item() == 1);
}
