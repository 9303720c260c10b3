#include <doctest/doctest.h>

#include <limits>

#include "../message.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;

namespace {

Array<float> random(const Shape& shape, std::uint64_t seed) { return Random(seed).normal<float>(shape); }

}  // namespace

TEST_CASE("a step follows the gradient of a recorded loss") {
    auto w = leaf(Array<double>({2}, {3, -2}), "w");
    Sgd optimizer(std::vector{w}, {.lr = 0.25});
    Tape<double> tape;
    tape.backward(sum(w * w));
    optimizer.step();
    CHECK(w.value() == Array<double>({2}, {1.5, -1}));
    CHECK(optimizer.steps() == 1);
    optimizer.zero_grad();
    CHECK_FALSE(w.has_grad());
}

TEST_CASE("parameters without a gradient and frozen ones are left alone, and so is what is kept for them") {
    auto moving = leaf(random({5}, 1)), without = leaf(random({5}, 2)), frozen = leaf(random({5}, 3));
    const Array<float> before = without.value(), ice = frozen.value();
    Adam<float> optimizer({moving, without, frozen});
    moving.set_grad(random({5}, 4));
    frozen.set_grad(random({5}, 5));
    frozen.set_trainable(false);
    optimizer.step();
    CHECK(without.value() == before);
    CHECK(frozen.value() == ice);
    const auto state = optimizer.state();
    CHECK(state.updates == std::vector<std::uint64_t>{1, 0, 0});
    CHECK(state.slots.size() == 2);

    // Joining later, it makes the first step that it would have made then.
    auto twin = leaf(ice);
    Adam<float> fresh({twin});
    twin.set_grad(random({5}, 5));
    fresh.step();
    frozen.set_trainable(true);
    optimizer.step();
    CHECK(frozen.value() == twin.value());
}

TEST_CASE("a step counts once, however many parameters take part") {
    std::vector<Variable<float>> many;
    for (int i = 0; i < 20; ++i) {
        many.push_back(leaf(Array<float>(1.0f)));
        many.back().set_grad(Array<float>(0.5f));
    }
    Adam optimizer(many, {.lr = 0.1, .eps = 0});
    for (int step = 1; step <= 3; ++step) {
        optimizer.step();
        // With equal gradients and eps = 0, corrected averages move by lr each time.
        for (const auto& p : many) CHECK(p.item() == doctest::Approx(1 - 0.1 * step).epsilon(1e-6));
    }
    CHECK(optimizer.steps() == 3);
}

TEST_CASE("every group has its own options") {
    auto body = leaf(Array<float>(1.0f), "body"), head = leaf(Array<float>(1.0f), "head");
    Sgd<float> optimizer({{{body}, {.lr = 0.5}}, {{head}, {.lr = 0.25, .weight_decay = 2}}});
    body.set_grad(Array<float>(1.0f));
    head.set_grad(Array<float>(1.0f));
    optimizer.step();
    CHECK(body.item() == 0.5f);
    CHECK(head.item() == 0.25f);
    CHECK(optimizer.groups() == 2);
    CHECK(optimizer.lr(1) == 0.25);
    optimizer.set_lr(0.125, 1);
    CHECK(optimizer.lr(0) == 0.5);
    CHECK(optimizer.lr(1) == 0.125);
    optimizer.set_lr(0);
    CHECK(optimizer.lr(0) == 0);
    CHECK(optimizer.lr(1) == 0);
    CHECK(optimizer.parameters()[1].name() == "head");
}

TEST_CASE("a tape that still needs a parameter's old value says that the optimizer changed it") {
    auto w = leaf(Array<float>(2.0f), "w");
    Sgd<float> optimizer({w});
    Tape<float> tape;
    auto loss = w * w;
    tape.backward(loss);
    optimizer.step();
    CHECK(message<InPlaceError>([&] { tape.backward(loss); }).find("was changed by sgd since") != std::string::npos);
}

TEST_CASE_TEMPLATE("training goes on from a saved state bit for bit", T, float, double) {
    for (const NamedRule& rule : named_rules()) {
        CAPTURE(rule.name);
        auto w = leaf(Random(1).normal<T>({3, 7})), b = leaf(Random(2).normal<T>({5}));
        auto optimizer = make_optimizer<T>(rule.name, {w, b});
        Random gradients(3);
        const auto step = [](Optimizer<T>& o, Random& random) {
            for (auto& p : o.parameters()) p.set_grad(random.normal<T>(p.shape()));
            o.step();
        };
        for (int i = 0; i < 5; ++i) step(*optimizer, gradients);
        optimizer->set_lr(0.02);

        auto w2 = leaf(w.value()), b2 = leaf(b.value());
        auto second = make_optimizer<T>(rule.name, {w2, b2});
        second->load(optimizer->state());
        CHECK(second->steps() == 5);
        CHECK(second->lr() == 0.02);
        Random same = gradients;
        for (int i = 0; i < 5; ++i) {
            step(*optimizer, gradients);
            step(*second, same);
        }
        CHECK(w2.value() == w.value());
        CHECK(b2.value() == b.value());
    }
}

TEST_CASE("a saved state does not change when training goes on") {
    auto w = leaf(random({4}, 1));
    Momentum<float> optimizer({w});
    w.set_grad(random({4}, 2));
    optimizer.step();
    const auto state = optimizer.state();
    const Array<float> before = Array<float>(state.slots[0].value.shape(), state.slots[0].value.flat());
    optimizer.step();
    CHECK(state.slots[0].name == "0.momentum_buffer");
    CHECK(state.slots[0].value == before);
}

TEST_CASE("a state that does not fit is refused, and nothing changes") {
    auto w = leaf(random({4}, 1), "w");
    Adam<float> optimizer({w});
    w.set_grad(random({4}, 2));
    optimizer.step();
    const auto good = optimizer.state();
    const auto refused = [&](auto change) {
        auto bad = good;
        change(bad);
        const std::string text = message<Error>([&] { optimizer.load(bad); });
        const auto now = optimizer.state();
        CHECK(now.step == 1);
        CHECK(now.slots[0].value == good.slots[0].value);
        return text;
    };
    const std::string fix = ". Load it into an optimizer made like the one that it was saved from.";
    CHECK(refused([](auto& s) { s.rule = "sgd"; }) == "[adam] a state of sgd: this optimizer is adam" + fix);
    CHECK(refused([](auto& s) { s.updates.push_back(0); }) ==
          "[adam] a state of 2 parameters: this optimizer has 1" + fix);
    CHECK(refused([](auto& s) { s.lr.push_back(1); }) == "[adam] a state of 2 groups: this optimizer has 1" + fix);
    CHECK(refused([](auto& s) { s.lr[0] = -1; }) == "[adam] a state with lr = -1: lr is finite and not negative" + fix);
    CHECK(refused([](auto& s) { s.updates[0] = 2; }) ==
          "[adam] a state with 2 updates of parameter 0 (w): it counts 1 steps" + fix);
    CHECK(refused([](auto& s) { s.slots.pop_back(); }) ==
          "[adam] a state without 0.exp_avg_sq: these options need it" + fix);
    CHECK(refused([](auto& s) {
              s.slots.push_back({"0.sum", s.slots[0].value});
          }) == "[adam] a state with 0.sum: these options have no use for it" + fix);
    CHECK(refused([](auto& s) { s.slots.push_back(s.slots[0]); }) ==
          "[adam] a state with two of 0.exp_avg: a name stands for one array" + fix);
    CHECK(refused([](auto& s) { s.slots[1].value = Array<float>::zeros({5}); }) ==
          "[adam] 0.exp_avg_sq (5,) for parameter 0 (w) (4,): the shapes must be equal.");
    auto turned = good;
    std::swap(turned.slots[0], turned.slots[1]);
    CHECK_NOTHROW(optimizer.load(turned));
    CHECK(optimizer.state().slots[0].value == good.slots[0].value);
}

TEST_CASE("rules are made by name") {
    auto w = leaf(Array<float>(1.0f));
    for (const NamedRule& rule : named_rules()) {
        auto optimizer = make_optimizer<float>(rule.name, {w});
        CHECK(optimizer->rule() == (rule.name == "adamw" ? "adam" : rule.name));
        CHECK(optimizer->lr() == rule.lr);
        CHECK(make_optimizer<float>(rule.name, {w}, 0.5)->lr() == 0.5);
    }
    auto adamw = make_optimizer<float>("adamw", {w});
    const AdamOptions& options = dynamic_cast<Adam<float>&>(*adamw).options();
    CHECK(options.decoupled);
    CHECK(options.weight_decay == 0.01);
    CHECK(message<ValueError>([&] { make_optimizer<float>("adamax", {w}); }) ==
          "[make_optimizer] \"adamax\": there is no rule of that name. "
          "Take one of sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, adamw.");
}

TEST_CASE("what cannot be optimized is refused") {
    auto w = leaf(Array<float>(1.0f), "w");
    CHECK(message<ValueError>([] { Sgd<float>(std::vector<Variable<float>>{}); }) ==
          "[sgd] no parameters: an optimizer needs some to change. Pass model.parameters() or {w, b}.");
    CHECK(message<ValueError>([&] {
              Sgd<float>({w, w});
          }) ==
          "[sgd] parameter 1 (w) is there already: a parameter is changed once in a step. Pass every parameter once, "
          "in one group.");
    CHECK(message<ValueError>([&] {
              Sgd<float>({w, Variable<float>(2.0f)});
          }) == "[sgd] parameter 1 () is a constant: only leaves can be changed. Make it with leaf(array, \"name\").");
    Tape<float> tape;
    CHECK(
        message<ValueError>([&] { Sgd<float>({w * w}); }) ==
        "[sgd] parameter 0 () is the result of an op: only leaves can be changed. Make it with leaf(array, \"name\").");
    Sgd<float> optimizer({w});
    w.set_grad(Array<float>(1.0f));
    w.grad() = Array<float>::zeros({2});
    CHECK(message<ShapeError>([&] { optimizer.step(); }) ==
          "[sgd] gradient (2,) for parameter 0 (w) (): the shapes must be equal.");
    CHECK(optimizer.steps() == 0);
    CHECK(message<IndexError>([&] { optimizer.options(1); }) == "[sgd] group 1: there are 1 groups, counted from 0.");
}

TEST_CASE("options outside their range are refused, at once or at the next step") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    auto w = leaf(Array<float>(1.0f));
    std::vector p{w};
    CHECK(message<ValueError>([&] { Sgd(p, {.lr = -1}); }) == "[sgd] lr = -1: lr is finite and not negative.");
    CHECK(message<ValueError>([&] { Sgd(p, {.lr = nan}); }) == "[sgd] lr = nan: lr is finite and not negative.");
    CHECK(message<ValueError>([&] { Sgd(p, {.weight_decay = -1}); }) ==
          "[sgd] weight_decay = -1: weight_decay is finite and not negative.");
    CHECK(message<ValueError>([&] { Momentum(p, {.momentum = 1}); }) ==
          "[momentum] momentum = 1: momentum is in [0, 1).");
    CHECK(message<ValueError>([&] { Momentum(p, {.dampening = 2}); }) ==
          "[momentum] dampening = 2: dampening is in [0, 1].");
    CHECK(message<ValueError>([&] { Nesterov(p, {.momentum = -0.1}); }) ==
          "[nesterov] momentum = -0.1: momentum is in [0, 1).");
    CHECK(message<ValueError>([&] { Adagrad(p, {.lr_decay = -1}); }) ==
          "[adagrad] lr_decay = -1: lr_decay is finite and not negative.");
    CHECK(message<ValueError>([&] { Adagrad(p, {.initial_accumulator = -1}); }) ==
          "[adagrad] initial_accumulator = -1: initial_accumulator is finite and not negative.");
    CHECK(message<ValueError>([&] { Adagrad(p, {.eps = -1}); }) ==
          "[adagrad] eps = -1: eps is finite and not negative.");
    CHECK(message<ValueError>([&] { Adadelta(p, {.rho = 1}); }) == "[adadelta] rho = 1: rho is in [0, 1).");
    CHECK(message<ValueError>([&] { Adadelta(p, {.eps = 0}); }) ==
          "[adadelta] eps = 0: eps is finite and above 0, or no step is ever made.");
    CHECK(message<ValueError>([&] { Rmsprop(p, {.alpha = 1}); }) == "[rmsprop] alpha = 1: alpha is in [0, 1).");
    CHECK(message<ValueError>([&] { Rmsprop(p, {.eps = -1}); }) ==
          "[rmsprop] eps = -1: eps is finite and not negative.");
    CHECK(message<ValueError>([&] { Rmsprop(p, {.momentum = 1}); }) ==
          "[rmsprop] momentum = 1: momentum is in [0, 1).");
    CHECK(message<ValueError>([&] { Adam(p, {.beta1 = 1.2}); }) == "[adam] beta1 = 1.2: beta1 is in [0, 1).");
    CHECK(message<ValueError>([&] { Adam(p, {.beta2 = 1}); }) == "[adam] beta2 = 1: beta2 is in [0, 1).");
    CHECK(message<ValueError>([&] { Adam(p, {.eps = -1}); }) == "[adam] eps = -1: eps is finite and not negative.");

    Adam<float> adam({w});
    CHECK(message<ValueError>([&] { adam.set_lr(-1); }) == "[adam] lr = -1: lr is finite and not negative.");
    CHECK(adam.lr() == 1e-3);
    adam.options().beta1 = 7;
    CHECK(message<ValueError>([&] { adam.step(); }) == "[adam] beta1 = 7: beta1 is in [0, 1).");
    CHECK(message<ValueError>([&] { adam.set_momentum(1); }) == "[adam] momentum = 1: momentum is in [0, 1).");
    adam.set_momentum(0.5);
    CHECK(adam.options().beta1 == 0.5);
    CHECK(adam.has_momentum());
    CHECK_FALSE(Sgd(p).has_momentum());
    CHECK(message<ValueError>([&] { Sgd(p).set_momentum(0.5); }) ==
          "[sgd] momentum = 0.5: this rule has no momentum. Take momentum, nesterov, rmsprop or adam.");
}
