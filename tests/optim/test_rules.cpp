// Each rule against the same rule written plainly: one scalar, in double, line by line from the paper.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../message.hpp"
#include "levels.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;

namespace {

struct Kept {
    double a = 0, b = 0, c = 0;
};

void plain(const SgdOptions& o, int, double& w, double g, Kept&) { w = w - o.lr * (g + o.weight_decay * w); }

void plain(const MomentumOptions& o, int t, double& w, double g, Kept& k) {
    g = g + o.weight_decay * w;
    if (t > 1 || o.damp_first) g = (1 - o.dampening) * g;
    if (o.lr_inside) {
        k.a = o.momentum * k.a + o.lr * g;
        w = w - k.a;
    } else {
        k.a = o.momentum * k.a + g;
        w = w - o.lr * k.a;
    }
}

void plain(const NesterovOptions& o, int, double& w, double g, Kept& k) {
    g = g + o.weight_decay * w;
    k.a = o.momentum * k.a + g;
    w = w - o.lr * (g + o.momentum * k.a);
}

void plain(const AdagradOptions& o, int t, double& w, double g, Kept& k) {
    if (t == 1) k.a = o.initial_accumulator;
    g = g + o.weight_decay * w;
    k.a = k.a + g * g;
    const double lr = o.lr / (1 + (t - 1) * o.lr_decay);
    w = w - lr * g / (o.eps_inside ? std::sqrt(k.a + o.eps) : std::sqrt(k.a) + o.eps);
}

void plain(const AdadeltaOptions& o, int, double& w, double g, Kept& k) {
    g = g + o.weight_decay * w;
    k.a = o.rho * k.a + (1 - o.rho) * g * g;
    const double d = std::sqrt(k.b + o.eps) / std::sqrt(k.a + o.eps) * g;
    k.b = o.rho * k.b + (1 - o.rho) * d * d;
    w = w - o.lr * d;
}

void plain(const RmspropOptions& o, int, double& w, double g, Kept& k) {
    g = g + o.weight_decay * w;
    k.a = o.alpha * k.a + (1 - o.alpha) * g * g;
    k.b = o.alpha * k.b + (1 - o.alpha) * g;
    const double s = o.centered ? k.a - k.b * k.b : k.a;
    k.c = o.momentum * k.c + g / (o.eps_inside ? std::sqrt(s + o.eps) : std::sqrt(s) + o.eps);
    w = w - o.lr * k.c;
}

void plain(const AdamOptions& o, int t, double& w, double g, Kept& k) {
    if (o.decoupled)
        w = w - o.lr * o.weight_decay * w;
    else
        g = g + o.weight_decay * w;
    k.a = o.beta1 * k.a + (1 - o.beta1) * g;
    k.b = o.beta2 * k.b + (1 - o.beta2) * g * g;
    k.c = std::max(k.c, k.b);
    const double c1 = 1 - std::pow(o.beta1, t), c2 = 1 - std::pow(o.beta2, t), v = o.amsgrad ? k.c : k.b;
    if (o.folded)
        w = w - o.lr * std::sqrt(c2) / c1 * k.a / (std::sqrt(v) + o.eps);
    else
        w = w - o.lr * (k.a / c1) / (std::sqrt(v / c2) + o.eps);
}

template <class T, class Options>
void check_against_plain(const Options& options) {
    at_every_level([&] {
        for (const std::size_t n : {0u, 1u, 2u, 3u, 7u, 15u, 16u, 17u, 33u, 130u}) {
            CAPTURE(n);
            Random random(n);
            auto w = leaf(random.normal<T>({n}));
            RuleOptimizer<T, Options> optimizer({w}, options);
            std::vector<double> want(w.value().begin(), w.value().end());
            std::vector<Kept> kept(n);
            for (int t = 1; t <= 6; ++t) {
                w.set_grad(random.normal<T>({n}, 0.3));
                optimizer.step();
                for (std::size_t i = 0; i < n; ++i)
                    plain(options, t, want[i], static_cast<double>(w.grad().data()[i]), kept[i]);
            }
            double worst = 0;
            for (std::size_t i = 0; i < n; ++i)
                worst = std::max(worst, std::abs(static_cast<double>(w.value().data()[i]) - want[i]));
            CHECK(worst < (sizeof(T) == 8 ? 1e-12 : 1e-5));
        }
    });
}

}  // namespace

TEST_CASE_TEMPLATE("sgd agrees with its formula", T, float, double) {
    check_against_plain<T>(SgdOptions{.lr = 0.1});
    check_against_plain<T>(SgdOptions{.lr = 0.1, .weight_decay = 0.2});
}
TEST_CASE_TEMPLATE("momentum agrees with its formula", T, float, double) {
    check_against_plain<T>(MomentumOptions{.lr = 0.1});
    check_against_plain<T>(MomentumOptions{.lr = 0.1, .momentum = 0.8, .dampening = 0.4, .weight_decay = 0.1});
    check_against_plain<T>(MomentumOptions{.lr = 0.1, .dampening = 0.9, .damp_first = true});
    check_against_plain<T>(MomentumOptions{.lr = 0.1, .dampening = 0.3, .lr_inside = true, .weight_decay = 0.1});
}
TEST_CASE_TEMPLATE("nesterov agrees with its formula", T, float, double) {
    check_against_plain<T>(NesterovOptions{.lr = 0.1});
    check_against_plain<T>(NesterovOptions{.lr = 0.1, .momentum = 0.7, .weight_decay = 0.1});
}
TEST_CASE_TEMPLATE("adagrad agrees with its formula", T, float, double) {
    check_against_plain<T>(AdagradOptions{.lr = 0.1});
    check_against_plain<T>(
        AdagradOptions{.lr = 0.1, .lr_decay = 0.5, .initial_accumulator = 0.2, .eps = 0.1, .weight_decay = 0.1});
    check_against_plain<T>(AdagradOptions{.lr = 0.1, .eps = 0.1, .eps_inside = true});
}
TEST_CASE_TEMPLATE("adadelta agrees with its formula", T, float, double) {
    check_against_plain<T>(AdadeltaOptions{});
    check_against_plain<T>(AdadeltaOptions{.lr = 0.5, .rho = 0.6, .eps = 0.01, .weight_decay = 0.1});
}
TEST_CASE_TEMPLATE("rmsprop agrees with its formula", T, float, double) {
    check_against_plain<T>(RmspropOptions{.lr = 0.01});
    check_against_plain<T>(RmspropOptions{.lr = 0.01, .alpha = 0.7, .eps = 0.1, .centered = true, .weight_decay = 0.1});
    check_against_plain<T>(RmspropOptions{.lr = 0.01, .alpha = 0.7, .eps = 0.1, .momentum = 0.5});
    check_against_plain<T>(
        RmspropOptions{.lr = 0.01, .alpha = 0.7, .eps = 0.1, .eps_inside = true, .centered = true, .momentum = 0.5});
}
TEST_CASE_TEMPLATE("adam agrees with its formula", T, float, double) {
    check_against_plain<T>(AdamOptions{.lr = 0.01});
    check_against_plain<T>(
        AdamOptions{.lr = 0.01, .beta1 = 0.5, .beta2 = 0.6, .eps = 0.1, .amsgrad = true, .weight_decay = 0.1});
    check_against_plain<T>(AdamOptions{.lr = 0.01, .beta2 = 0.9, .eps = 0.1, .folded = true});
    check_against_plain<T>(AdamOptions{.lr = 0.01, .beta2 = 0.9, .eps = 0.1, .folded = true, .amsgrad = true});
    check_against_plain<T>(AdamOptions{.lr = 0.01, .eps = 0.1, .weight_decay = 0.5, .decoupled = true});
}

TEST_CASE("the same run gives the same bits") {
    const auto run = [](std::string_view rule) {
        Random random(5);
        auto w = leaf(random.normal<float>({37}));
        auto optimizer = make_optimizer<float>(rule, {w});
        for (int i = 0; i < 20; ++i) {
            w.set_grad(random.normal<float>({37}));
            optimizer->step();
        }
        return w.value();
    };
    for (const NamedRule& rule : named_rules()) CHECK(run(rule.name) == run(rule.name));
}

namespace {

// Gradient of a bowl that is steep along one axis.
Array<double> bowl(const Array<double>& w) { return Array<double>({2}, {w(0), 20 * w(1)}); }

}  // namespace

TEST_CASE("nesterov's look-ahead form walks the path of the default form, seen at the look-ahead points") {
    for (const double decay : {0.0, 0.3}) {
        auto x = leaf(Array<double>({2}, {1, 1})), w = leaf(Array<double>({2}, {1, 1}));
        Nesterov seen_ahead(std::vector{x}, {.lr = 0.02, .weight_decay = decay});
        Nesterov lecture(std::vector{w}, {.lr = 0.02, .look_ahead = true, .weight_decay = decay});
        double apart = 0;
        for (int step = 0; step < 40; ++step) {
            const Array<double> home = w.value();
            lecture.look_ahead();
            for (std::size_t i : {0u, 1u}) {
                CHECK(w.value()(i) == doctest::Approx(x.value()(i)).epsilon(1e-12));
                apart = std::max(apart, std::abs(home(i) - x.value()(i)));
            }
            w.set_grad(bowl(w.value()));
            x.set_grad(bowl(x.value()));
            lecture.step();
            seen_ahead.step();
        }
        CHECK(apart > 0.1);  // the two points themselves are far from each other
    }
}

TEST_CASE("a parameter that looked ahead and got no gradient is back where it was, bit for bit") {
    auto w = leaf(Random(1).normal<float>({9})), other = leaf(Array<float>(1.0f));
    Nesterov<float> optimizer({w, other}, {.look_ahead = true});
    w.set_grad(Random(2).normal<float>({9}));
    optimizer.look_ahead();
    optimizer.step();
    const Array<float> home = w.value();
    optimizer.look_ahead();
    CHECK_FALSE(w.value() == home);
    optimizer.zero_grad();
    other.set_grad(Array<float>(1.0f));
    optimizer.step();
    CHECK(w.value() == home);
}

TEST_CASE("the look-ahead form insists on its order") {
    auto w = leaf(Array<float>(1.0f));
    Nesterov<float> optimizer({w}, {.look_ahead = true});
    w.set_grad(Array<float>(1.0f));
    CHECK(
        message<TapeError>([&] { optimizer.step(); }) ==
        "[nesterov] step() without look_ahead(): in the look-ahead form the gradient is taken ahead of the parameters. "
        "Call optimizer.look_ahead() before the forward pass.");
    optimizer.look_ahead();
    CHECK(message<TapeError>([&] { optimizer.look_ahead(); }) ==
          "[nesterov] look_ahead() for the second time: each step looks ahead once. Call step() in between.");
    CHECK_NOTHROW(optimizer.step());
}

TEST_CASE("the learning rate inside the velocity makes a difference only when it changes") {
    auto outside = leaf(Array<double>({2}, {1, 1})), inside = leaf(Array<double>({2}, {1, 1}));
    Momentum a(std::vector{outside}, {.lr = 0.02}), b(std::vector{inside}, {.lr = 0.02, .lr_inside = true});
    const auto step = [&] {
        outside.set_grad(bowl(outside.value()));
        inside.set_grad(bowl(inside.value()));
        a.step();
        b.step();
    };
    for (int i = 0; i < 20; ++i) step();
    CHECK(outside.value()(1) == doctest::Approx(inside.value()(1)).epsilon(1e-12));
    a.set_lr(0.002);
    b.set_lr(0.002);
    step();
    CHECK(std::abs(outside.value()(1) - inside.value()(1)) > 1e-3);
}

TEST_CASE("the mean of lectures is momentum with another learning rate") {
    auto mean = leaf(Array<double>({2}, {1, 1})), sum = leaf(Array<double>({2}, {1, 1}));
    Momentum a(std::vector{mean}, {.lr = 0.2, .momentum = 0.9, .dampening = 0.9, .damp_first = true});
    Momentum b(std::vector{sum}, {.lr = (1 - 0.9) * 0.2, .momentum = 0.9});
    for (int i = 0; i < 20; ++i) {
        mean.set_grad(bowl(mean.value()));
        sum.set_grad(bowl(sum.value()));
        a.step();
        b.step();
    }
    CHECK(mean.value()(0) == doctest::Approx(sum.value()(0)).epsilon(1e-12));
}

TEST_CASE("adadelta's learning rate only scales its step, and its averages do not see it") {
    auto full = leaf(Array<double>(1.0)), half = leaf(Array<double>(1.0));
    Adadelta a(std::vector{full}), b(std::vector{half}, {.lr = 0.5});
    for (int i = 0; i < 10; ++i) {
        full.set_grad(Array<double>(0.3 + i));
        half.set_grad(Array<double>(0.3 + i));
        a.step();
        b.step();
    }
    CHECK(1 - half.item() == doctest::Approx((1 - full.item()) / 2).epsilon(1e-12));
    CHECK(a.state().slots[1].value == b.state().slots[1].value);
}

TEST_CASE("centered rmsprop stays finite where gradients stay the same, and their variance is 0 but for rounding") {
    auto w = leaf(Array<float>::ones({640}));
    Rmsprop optimizer(std::vector{w}, {.alpha = 0.7, .eps = 1e-3, .centered = true});
    w.set_grad(Random(1).normal<float>({640}));
    for (int i = 0; i < 500; ++i) optimizer.step();
    for (float x : w.value()) CHECK(std::isfinite(x));
}

#if defined(__SSE__)
TEST_CASE("averages of gradients that have become 0 reach 0, and denormal numbers work as before after a step") {
    auto w = leaf(Array<float>(1.0f));
    Adam optimizer(std::vector{w});
    w.set_grad(Array<float>(1.0f));
    optimizer.step();
    w.set_grad(Array<float>(0.0f));
    for (int i = 0; i < 1200; ++i) optimizer.step();
    CHECK(optimizer.state().slots[0].value.item() == 0.0f);
    volatile float small = 1e-38f;
    CHECK(small * 0.1f > 0.0f);
}
#endif
