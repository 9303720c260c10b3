#include "sevenfold/optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sevenfold {
namespace {

// From a to b while u goes from 0 to 1.
double cosine(double a, double b, double u) { return b + (a - b) * (1 + std::cos(std::numbers::pi * u)) / 2; }
double straight(double a, double b, double u) { return a + (b - a) * u; }

void require(bool fits, std::string_view schedule, std::string_view setting, double value, std::string_view range) {
    if (!fits) fail<ValueError>(schedule, text(setting, " = ", value), text(setting, ' ', range));
}
void require_rate(std::string_view schedule, std::string_view setting, double value) {
    require(value >= 0 && std::isfinite(value), schedule, setting, value, "is finite and not negative");
}
void require_factor(std::string_view schedule, std::string_view setting, double value) {
    require(value > 0 && std::isfinite(value), schedule, setting, value, "is finite and above 0");
}
void require_steps(std::string_view schedule, std::string_view setting, std::uint64_t value) {
    require(value > 0, schedule, setting, static_cast<double>(value), "is at least 1");
}

// Through a cycle's phases: from first up to top, down to back, and on to last.
double cycle(const OneCycle& c, std::uint64_t step, double first, double top, double back, double last) {
    const auto total = static_cast<double>(c.total_steps), end = total - 1,
               t = std::min(static_cast<double>(step), end);
    const double up = c.pct_start * total - 1, down = c.three_phase ? 2 * up : end;
    const auto move = c.anneal == OneCycle::Anneal::cosine ? cosine : straight;
    if (t <= up) return up > 0 ? move(first, top, t / up) : top;
    if (t <= down) return move(top, back, (t - up) / (down - up));
    return move(back, last, (t - down) / (end - down));
}

}  // namespace

double ConstantRate::rate(std::uint64_t) const { return lr; }
void ConstantRate::check() const { require_rate(name, "lr", lr); }

double StepDecay::rate(std::uint64_t step) const { return lr * std::pow(gamma, static_cast<double>(step / every)); }
void StepDecay::check() const {
    require_rate(name, "lr", lr);
    require_steps(name, "every", every);
    require_factor(name, "gamma", gamma);
}

double MultiStep::rate(std::uint64_t step) const {
    const auto passed = std::count_if(milestones.begin(), milestones.end(), [&](std::uint64_t m) { return m <= step; });
    return lr * std::pow(gamma, static_cast<double>(passed));
}
void MultiStep::check() const {
    require_rate(name, "lr", lr);
    require_factor(name, "gamma", gamma);
}

double ExponentialDecay::rate(std::uint64_t step) const { return lr * std::pow(gamma, static_cast<double>(step)); }
void ExponentialDecay::check() const {
    require_rate(name, "lr", lr);
    require_factor(name, "gamma", gamma);
}

double CosineAnnealing::rate(std::uint64_t step) const {
    return cosine(lr, lr_min, static_cast<double>(step) / static_cast<double>(steps));
}
void CosineAnnealing::check() const {
    require_rate(name, "lr", lr);
    require_rate(name, "lr_min", lr_min);
    require_steps(name, "steps", steps);
}

double OneCycle::rate(std::uint64_t step) const {
    const double first = max_lr / div_factor, last = first / final_div_factor;
    return cycle(*this, step, first, max_lr, three_phase ? first : last, last);
}
std::optional<double> OneCycle::momentum(std::uint64_t step) const {
    if (!cycle_momentum) return {};
    return cycle(*this, step, max_momentum, base_momentum, max_momentum, max_momentum);
}
void OneCycle::check() const {
    require_rate(name, "max_lr", max_lr);
    require_steps(name, "total_steps", total_steps);
    const double most = three_phase ? 0.5 : 1;
    require(pct_start >= 0 && pct_start <= most, name, "pct_start", pct_start,
            three_phase ? "is in [0, 0.5] with three phases" : "is in [0, 1]");
    require_factor(name, "div_factor", div_factor);
    require_factor(name, "final_div_factor", final_div_factor);
    for (double m : {base_momentum, max_momentum}) require(m >= 0 && m < 1, name, "momentum", m, "is in [0, 1)");
}

double WarmupCosine::rate(std::uint64_t step) const {
    const auto t = static_cast<double>(step), warm = static_cast<double>(warmup_steps);
    if (step < warmup_steps) return lr * (t + 1) / warm;
    const double rest = static_cast<double>(total_steps) - warm;
    return cosine(lr, lr_min, rest > 0 ? std::min(1.0, (t - warm) / rest) : 1);
}
void WarmupCosine::check() const {
    require_rate(name, "lr", lr);
    require_rate(name, "lr_min", lr_min);
    require(warmup_steps <= total_steps, name, "warmup_steps", static_cast<double>(warmup_steps),
            "is at most total_steps");
}

template <class T>
void Schedule::apply(Optimizer<T>& optimizer, std::uint64_t step, std::size_t group) const {
    const std::optional<double> m = momentum(step);
    if (m && !optimizer.has_momentum())
        fail<ValueError>("schedule", text("a schedule that moves the momentum, for ", optimizer.rule()),
                         "this rule has no momentum", "Set .cycle_momentum = false.");
    optimizer.set_lr(rate(step), group);
    if (m) optimizer.set_momentum(*m, group);
}
template <class T>
void Schedule::apply(Optimizer<T>& optimizer, std::uint64_t step) const {
    for (std::size_t group = 0; group < optimizer.groups(); ++group) apply(optimizer, step, group);
}

template void Schedule::apply(Optimizer<float>&, std::uint64_t) const;
template void Schedule::apply(Optimizer<double>&, std::uint64_t) const;
template void Schedule::apply(Optimizer<float>&, std::uint64_t, std::size_t) const;
template void Schedule::apply(Optimizer<double>&, std::uint64_t, std::size_t) const;

}  // namespace sevenfold
