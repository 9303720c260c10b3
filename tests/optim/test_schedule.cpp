#include <doctest/doctest.h>

#include <limits>

#include "../message.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/optim/schedule.hpp"

using namespace sevenfold;
using doctest::Approx;

TEST_CASE("rates follow their formulas") {
    CHECK(ConstantRate{0.3}.rate(1000) == 0.3);
    CHECK(StepDecay{.lr = 1, .every = 3, .gamma = 0.5}.rate(2) == 1);
    CHECK(StepDecay{.lr = 1, .every = 3, .gamma = 0.5}.rate(6) == 0.25);
    const MultiStep milestones{.lr = 1, .milestones = {5, 2, 5}, .gamma = 0.5};
    CHECK(milestones.rate(1) == 1);
    CHECK(milestones.rate(2) == 0.5);
    CHECK(milestones.rate(5) == 0.125);
    CHECK(ExponentialDecay{.lr = 2, .gamma = 0.5}.rate(3) == 0.25);
    const CosineAnnealing cosine{.lr = 1, .steps = 10, .lr_min = 0.2};
    CHECK(cosine.rate(0) == 1);
    CHECK(cosine.rate(5) == Approx(0.6));
    CHECK(cosine.rate(10) == Approx(0.2));
    const WarmupCosine warm{.lr = 1, .warmup_steps = 4, .total_steps = 12, .lr_min = 0.2};
    CHECK(warm.rate(0) == 0.25);
    CHECK(warm.rate(3) == 1);
    CHECK(warm.rate(4) == 1);
    CHECK(warm.rate(8) == Approx(0.6));
    CHECK(warm.rate(12) == Approx(0.2));
}

TEST_CASE("schedules that end stay at their end") {
    const WarmupCosine warm{.lr = 1, .warmup_steps = 4, .total_steps = 12, .lr_min = 0.2};
    CHECK(warm.rate(1000) == warm.rate(12));
    const WarmupCosine only_warm{.lr = 1, .warmup_steps = 4, .total_steps = 4, .lr_min = 0.2};
    CHECK(only_warm.rate(4) == Approx(0.2));
    const OneCycle cycle{.max_lr = 1, .total_steps = 20};
    CHECK(cycle.rate(1000) == cycle.rate(19));
    CHECK(cycle.momentum(1000) == cycle.momentum(19));
}

TEST_CASE("one cycle goes up and down, and its momentum down and up") {
    for (const bool three : {false, true}) {
        const OneCycle cycle{
            .max_lr = 1, .total_steps = 20, .div_factor = 10, .final_div_factor = 10, .three_phase = three};
        CHECK(cycle.rate(0) == Approx(0.1));
        CHECK(cycle.rate(5) == Approx(1));
        CHECK(cycle.rate(19) == Approx(0.01));
        CHECK(cycle.rate(10) == Approx(three ? 0.1 : 0.719772).epsilon(1e-5));
        CHECK(*cycle.momentum(0) == Approx(0.95));
        CHECK(*cycle.momentum(5) == Approx(0.85));
        CHECK(*cycle.momentum(19) == Approx(0.95));
    }
    const OneCycle down_only{.max_lr = 1, .total_steps = 11, .pct_start = 0, .anneal = OneCycle::Anneal::linear};
    CHECK(down_only.rate(0) < 1);
    CHECK(down_only.rate(0) > down_only.rate(1));
    const OneCycle up_only{
        .max_lr = 1, .total_steps = 11, .pct_start = 1, .div_factor = 10, .anneal = OneCycle::Anneal::linear};
    CHECK(up_only.rate(5) == Approx(0.55));
    CHECK(up_only.rate(10) == 1);
    CHECK_FALSE(OneCycle{.cycle_momentum = false}.momentum(3).has_value());
}

TEST_CASE("a schedule sets all groups, or one") {
    auto a = leaf(Array<float>(1.0f)), b = leaf(Array<float>(1.0f));
    Momentum<float> optimizer({{{a}, {}}, {{b}, {}}});
    const Schedule schedule = OneCycle{.max_lr = 1, .total_steps = 20};
    schedule.apply(optimizer, 5);
    for (std::size_t group : {0u, 1u}) {
        CHECK(optimizer.lr(group) == 1);
        CHECK(optimizer.options(group).momentum == Approx(0.85));
    }
    Schedule(ExponentialDecay{.lr = 4, .gamma = 0.5}).apply(optimizer, 1, 1);
    CHECK(optimizer.lr(0) == 1);
    CHECK(optimizer.lr(1) == 2);
    CHECK(optimizer.options(1).momentum == Approx(0.85));
}

TEST_CASE("a schedule with a momentum wants a rule with one") {
    auto w = leaf(Array<float>(1.0f));
    Sgd<float> optimizer({w}, {.lr = 0.5});
    CHECK(message<ValueError>([&] { Schedule(OneCycle{}).apply(optimizer, 0); }) ==
          "[schedule] a schedule that moves the momentum, for sgd: this rule has no momentum. Set .cycle_momentum = "
          "false.");
    CHECK(optimizer.lr() == 0.5);
    Schedule(OneCycle{.cycle_momentum = false}).apply(optimizer, 0);
    CHECK(optimizer.lr() == Approx(0.1 / 25));
}

TEST_CASE("a schedule of one's own is one") {
    struct Inverse {
        void check() const {}
        double rate(std::uint64_t step) const { return 1.0 / static_cast<double>(step + 1); }
    };
    const Schedule schedule = Inverse{};
    CHECK(schedule.rate(3) == 0.25);
    CHECK_FALSE(schedule.momentum(3).has_value());
}

TEST_CASE("schedules with numbers outside their range are refused") {
    const auto refused = [](auto schedule) { return message<ValueError>([&] { Schedule{schedule}; }); };
    CHECK(refused(ConstantRate{-1}) == "[constant] lr = -1: lr is finite and not negative.");
    CHECK(refused(ConstantRate{std::numeric_limits<double>::infinity()}) ==
          "[constant] lr = inf: lr is finite and not negative.");
    CHECK(refused(StepDecay{.every = 0}) == "[step] every = 0: every is at least 1.");
    CHECK(refused(StepDecay{.gamma = 0}) == "[step] gamma = 0: gamma is finite and above 0.");
    CHECK(refused(MultiStep{.gamma = -1}) == "[multi_step] gamma = -1: gamma is finite and above 0.");
    CHECK(refused(ExponentialDecay{.gamma = -1}) == "[exponential] gamma = -1: gamma is finite and above 0.");
    CHECK(refused(CosineAnnealing{.steps = 0}) == "[cosine_annealing] steps = 0: steps is at least 1.");
    CHECK(refused(CosineAnnealing{.lr_min = -1}) ==
          "[cosine_annealing] lr_min = -1: lr_min is finite and not negative.");
    CHECK(refused(OneCycle{.max_lr = -1}) == "[one_cycle] max_lr = -1: max_lr is finite and not negative.");
    CHECK(refused(OneCycle{.total_steps = 0}) == "[one_cycle] total_steps = 0: total_steps is at least 1.");
    CHECK(refused(OneCycle{.pct_start = 1.5}) == "[one_cycle] pct_start = 1.5: pct_start is in [0, 1].");
    CHECK(refused(OneCycle{.pct_start = 0.6, .three_phase = true}) ==
          "[one_cycle] pct_start = 0.6: pct_start is in [0, 0.5] with three phases.");
    CHECK(refused(OneCycle{.div_factor = 0}) == "[one_cycle] div_factor = 0: div_factor is finite and above 0.");
    CHECK(refused(OneCycle{.max_momentum = 1}) == "[one_cycle] momentum = 1: momentum is in [0, 1).");
    CHECK(refused(WarmupCosine{.warmup_steps = 5, .total_steps = 4}) ==
          "[warmup_cosine] warmup_steps = 5: warmup_steps is at most total_steps.");
}
