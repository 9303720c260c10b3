// Learning-rate schedules: how the rate changes while training goes on.
//
// A schedule is a value, and its rate a function of the step alone: rate(0) is for the first step. So training that is
// resumed needs nothing but the number of its step. Steps are whatever the caller counts: batches or epochs.
//
//     const Schedule schedule = WarmupCosine{.lr = 1e-3, .warmup_steps = 100, .total_steps = 2000};
//     ...
//     schedule.apply(optimizer, optimizer.steps());    // before each step
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sevenfold/optim/optimizer.hpp"

namespace sevenfold {

/// lr, always.
struct ConstantRate {
    static constexpr std::string_view name = "constant";
    double lr = 1e-3;
    double rate(std::uint64_t step) const;
    void check() const;  ///< throws ValueError when a number is outside its range; so do all below
};

/// lr · γ^⌊t / every⌋
struct StepDecay {
    static constexpr std::string_view name = "step";
    double lr = 0.1;
    std::uint64_t every = 30;
    double gamma = 0.1;
    double rate(std::uint64_t step) const;
    void check() const;
};

/// lr · γ^k after k of the milestones, each counting from its own step on.
struct MultiStep {
    static constexpr std::string_view name = "multi_step";
    double lr = 0.1;
    std::vector<std::uint64_t> milestones{};  ///< in any order; one that is there twice counts twice
    double gamma = 0.1;
    double rate(std::uint64_t step) const;
    void check() const;
};

/// lr · γᵗ
struct ExponentialDecay {
    static constexpr std::string_view name = "exponential";
    double lr = 0.1;
    double gamma = 0.95;
    double rate(std::uint64_t step) const;
    void check() const;
};

/// From lr down to lr_min in `steps` steps, along half a cosine; then up again. Loshchilov and Hutter 2017, equation 5.
struct CosineAnnealing {
    static constexpr std::string_view name = "cosine_annealing";
    double lr = 0.1;
    std::uint64_t steps = 100;
    double lr_min = 0;
    double rate(std::uint64_t step) const;
    void check() const;
};

/// Up from max_lr / div_factor to max_lr, and down to max_lr / div_factor / final_div_factor, where it stays; momentum
/// goes the other way. Smith and Topin 2018, with PyTorch's phases.
struct OneCycle {
    static constexpr std::string_view name = "one_cycle";
    enum class Anneal { cosine, linear };
    double max_lr = 0.1;
    std::uint64_t total_steps = 100;
    double pct_start = 0.3;  ///< share of the steps that go up
    double div_factor = 25, final_div_factor = 1e4;
    Anneal anneal = Anneal::cosine;
    bool three_phase = false;  ///< up, down to where it began, and only then further down
    bool cycle_momentum = true;
    double base_momentum = 0.85, max_momentum = 0.95;
    double rate(std::uint64_t step) const;
    std::optional<double> momentum(std::uint64_t step) const;  ///< nothing without cycle_momentum
    void check() const;
};

/// lr · (t + 1) / warmup_steps at first, then half a cosine down to lr_min at total_steps, where it stays.
struct WarmupCosine {
    static constexpr std::string_view name = "warmup_cosine";
    double lr = 1e-3;
    std::uint64_t warmup_steps = 100, total_steps = 1000;
    double lr_min = 0;
    double rate(std::uint64_t step) const;
    void check() const;
};

/// Any of them, or one of your own that has check() and rate(step).
class Schedule {
  public:
    // clang-format off
    template <class S>
        requires requires(const S& s) { s.check(); { s.rate(std::uint64_t{}) } -> std::convertible_to<double>; }
    Schedule(S schedule) {  // implicit: functions take a Schedule, users pass the one they mean
        schedule.check();
        if constexpr (requires { schedule.momentum(std::uint64_t{}); })
            momentum_ = [schedule](std::uint64_t step) { return schedule.momentum(step); };
        rate_ = [schedule](std::uint64_t step) { return schedule.rate(step); };
    }
    // clang-format on

    double rate(std::uint64_t step) const { return rate_(step); }
    /// Where the schedule moves the momentum too.
    std::optional<double> momentum(std::uint64_t step) const { return momentum_ ? momentum_(step) : std::nullopt; }

    /// Sets the rate (and momentum) of all groups, or of one of them. Throws ValueError when the schedule has a momentum
    /// and the rule has none.
    template <class T>
    void apply(Optimizer<T>& optimizer, std::uint64_t step) const;
    template <class T>
    void apply(Optimizer<T>& optimizer, std::uint64_t step, std::size_t group) const;

  private:
    std::function<double(std::uint64_t)> rate_;
    std::function<std::optional<double>(std::uint64_t)> momentum_;
};

}  // namespace sevenfold
