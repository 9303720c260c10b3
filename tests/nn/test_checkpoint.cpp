#include "sevenfold/nn/checkpoint.hpp"

#include <doctest/doctest.h>

#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/vit.hpp"

using namespace sevenfold;
using D = Variable<double>;
using A = Array<double>;

namespace {

struct Step {
    double loss;
    std::vector<Array<float>> gradients;
    std::ptrdiff_t peak;  // bytes, above what was there before
};

// One step of a transformer.
Step step(bool checkpoint, double dropout) {
    Random random(3);
    Vit<float> model({.patches = 15,
                      .patch_size = 4,
                      .classes = 3,
                      .blocks = 8,
                      .layer = {.width = 16, .heads = 2, .hidden = 32, .dropout = dropout, .checkpoint = checkpoint}},
                     random);
    const auto x = random.normal<float>({8, 15, 4});
    const Labels classes({8}, {0, 1, 2, 0, 1, 2, 0, 1});
    const std::ptrdiff_t before = pool::stats().live_bytes;
    pool::reset_peak();
    Step out{};
    {
        Tape tape;
        const auto loss = cross_entropy(model(x), classes);
        out.loss = loss.item();
        tape.backward(loss, {.release = true});
    }
    out.peak = pool::stats().peak_bytes - before;
    for (const auto& p : model.parameters()) out.gradients.push_back(p.grad());
    return out;
}

}  // namespace

TEST_CASE("checkpoints change no bit of loss and gradients, whatever dropout draws") {
    for (const double dropout : {0.0, 0.3}) {
        const Step plain = step(false, dropout), again = step(true, dropout);
        CHECK(again.loss == plain.loss);
        CHECK(again.gradients == plain.gradients);
    }
}

TEST_CASE("checkpoints lower the peak of memory") {
    const std::ptrdiff_t plain = step(false, 0.0).peak, again = step(true, 0.0).peak;
    CHECK(3 * again < plain);
}

TEST_CASE("a checkpoint of any function passes gradients to its input and to the leaves it uses") {
    auto w = leaf(A(3.0), "w"), frozen = leaf(A(10.0));
    frozen.set_trainable(false);
    const auto cube = [&](const D& x) { return frozen * w * x * x * x; };
    const auto x = leaf(A(2.0), "x");
    {
        Tape<double> tape;
        const D y = checkpoint<double>(cube, x) + w;  // w is used outside as well
        CHECK(y.item() == 243.0);
        CHECK(tape.size() == 4);
        tape.backward(y);
    }
    CHECK(x.grad().item() == 360.0);
    CHECK(w.grad().item() == 81.0);
    w.zero_grad();
    {
        Tape<double> tape;
        tape.backward(checkpoint<double>(cube, D(2.0)));  // the input is a constant
    }
    CHECK(w.grad().item() == 80.0);
    {
        Tape<double> tape;
        const D inner = checkpoint<double>([&](const D& z) { return checkpoint<double>(cube, z) * z; }, x);
        tape.backward(inner);
    }
    CHECK(x.grad().item() == 360.0 + 960.0);
    CHECK(checkpoint<double>(cube, x).is_constant());  // without a tape: f(x)
}

TEST_CASE("a checkpoint says what it cannot do") {
    auto w = leaf(A(3.0), "w");
    const auto other = leaf(A(1.0));
    Tape<double> tape;
    const D x = w * 2.0;
    CHECK_THROWS_WITH_AS(
        checkpoint<double>([&](const D& z) { return z * x; }, w),
        "[mul] a variable () of another tape, which has not ended: a tape works with leaves, constants "
        "and its own variables. Pass x.detach() to use its value as a constant, or compute it on this tape.",
        TapeError);
    const D y = checkpoint<double>([&](const D& z) { return z * w; }, x);
    CHECK_THROWS_WITH_AS(grad(y, w),
                         "[checkpoint] grad() through a checkpoint: what it computed was not kept on this tape. Use "
                         "tape.backward(loss), or compute without the checkpoint.",
                         TapeError);
    bool repeated = false;
    const D fickle = checkpoint<double>([&](const D& z) { return z * (std::exchange(repeated, true) ? other : w); }, x);
    CHECK_THROWS_WITH_AS(
        tape.backward(fickle),
        "[checkpoint] a leaf () that f did not use at first: f computes the same in backward as it did before. "
        "Decide outside of f what depends on a counter or on chance.",
        TapeError);
    w.assign(A(4.0));
    CHECK_THROWS_AS(tape.backward(y), InPlaceError);
    CHECK_FALSE(w.has_grad());
}
