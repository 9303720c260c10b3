#include "sevenfold/viz/trail.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/optim/rules.hpp"

namespace sevenfold::viz {
namespace {

using D = Variable<double>;
using State = OptimizerState<double>;

constexpr std::string_view look_ahead = "look-ahead";

std::vector<Racer> make_racers() {
    std::vector<Racer> all{
        {"sgd", "SGD", 0, "w −= η g"},
        {"momentum", "Momentum", 0, "v = μ v + g;  w −= η v"},
        {"nesterov", "Nesterov", 0, "v = μ v + g;  w −= η (g + μ v)"},
        {look_ahead, "Nesterov, look-ahead", 0, "g at w − η μ v;  v = μ v + g;  w −= η v"},
        {"adagrad", "Adagrad", 0, "s = s + g²;  w −= η g / (√s + ε)"},
        {"adadelta", "Adadelta", 0,
         "s = ρ s + (1 − ρ) g²;  d = √(u + ε) / √(s + ε) · g;  u = ρ u + (1 − ρ) d²;  w −= η d"},
        {"rmsprop", "RMSprop", 0, "s = α s + (1 − α) g²;  w −= η g / (√s + ε)"},
        {"adam", "Adam", 0, "m = β₁ m + (1 − β₁) g;  v = β₂ v + (1 − β₂) g²;  w −= η m̂ / (√v̂ + ε)"},
    };
    for (Racer& racer : all)
        for (const NamedRule& rule : named_rules())
            if (rule.name == (racer.name == look_ahead ? "nesterov" : racer.name)) racer.lr = rule.lr;
    return all;
}

std::unique_ptr<Optimizer<double>> make(std::string_view name, const D& w, double lr) {
    if (name == look_ahead)
        return std::make_unique<Nesterov<double>>(std::vector{w}, NesterovOptions{.lr = lr, .look_ahead = true});
    return make_optimizer<double>(name, {w}, lr);
}

Point point(const D& w) { return {w.value()(0), w.value()(1)}; }

// What the rule keeps for the parameter under this name; 0 before its first step.
Point slot(const State& state, std::string_view name) {
    for (const auto& s : state.slots)
        if (s.name == text("0.", name)) return {s.value(0), s.value(1)};
    return {0, 0};
}

Point each(const Point& a, auto f) { return {f(a[0]), f(a[1])}; }
Point each(const Point& a, const Point& b, auto f) { return {f(a[0], b[0]), f(a[1], b[1])}; }

// The terms of one step, from what the rule kept before and after it.
void add_terms(Trail& trail, std::string_view name, double lr, const State& before, const State& after) {
    if (name == "adagrad") {
        trail.rate.push_back(
            each(slot(after, "sum"), [&](double s) { return lr / (std::sqrt(s) + AdagradOptions{}.eps); }));
    } else if (name == "rmsprop") {
        trail.rate.push_back(
            each(slot(after, "square_avg"), [&](double s) { return lr / (std::sqrt(s) + RmspropOptions{}.eps); }));
    } else if (name == "adadelta") {
        const auto rms = [](double mean_square) { return std::sqrt(mean_square + AdadeltaOptions{}.eps); };
        trail.rms_updates.push_back(each(slot(before, "acc_delta"), rms));
        trail.rms_gradients.push_back(each(slot(after, "square_avg"), rms));
        trail.rate.push_back(each(trail.rms_updates.back(), trail.rms_gradients.back(),
                                  [&](double update, double gradient) { return lr * update / gradient; }));
    } else if (name == "adam") {
        const AdamOptions o;
        const auto t = static_cast<double>(after.step);
        const double first = 1 - std::pow(o.beta1, t), second = 1 - std::pow(o.beta2, t);
        trail.velocity.push_back(each(slot(after, "exp_avg"), [&](double m) { return m / first; }));
        trail.rate.push_back(
            each(slot(after, "exp_avg_sq"), [&](double v) { return lr / (std::sqrt(v / second) + o.eps); }));
    } else {
        if (name != "sgd") trail.velocity.push_back(slot(after, "momentum_buffer"));
        trail.rate.push_back({lr, lr});
    }
}

bool gone(const Surface& surface, Point w, double loss) {
    const double width = std::max(surface.high[0] - surface.low[0], surface.high[1] - surface.low[1]);
    return !std::isfinite(loss) || !(std::hypot(w[0] - surface.start[0], w[1] - surface.start[1]) < 1000 * width);
}

}  // namespace

std::span<const Racer> racers() {
    static const std::vector<Racer> all = make_racers();
    return all;
}

std::vector<Point> gradient_noise(std::size_t steps, double deviation, std::uint64_t seed) {
    Random random(seed);
    std::vector<Point> noise(steps);
    for (Point& one : noise)
        for (double& x : one) x = deviation * random.normal();
    return noise;
}

Trail follow(const Surface& surface, std::string_view racer, double lr, const std::vector<Point>& noise) {
    const D w = leaf(Array<double>({2}, {surface.start[0], surface.start[1]}), "w");
    const auto optimizer = make(racer, w, lr);
    Nesterov<double>* const looks = racer == look_ahead ? static_cast<Nesterov<double>*>(optimizer.get()) : nullptr;
    Slope here = surface.at(surface.start);
    Trail trail{.w = {surface.start}, .loss = {here.loss}};
    State before = optimizer->state();
    for (const Point& extra : noise) {
        Point ahead = trail.w.back();
        if (looks) {
            looks->look_ahead();
            ahead = point(w);
            here = surface.at(ahead);
        }
        const Point g = each(here.gradient, extra, std::plus{});
        D(w).set_grad(Array<double>({2}, {g[0], g[1]}));
        optimizer->step();
        here = surface.at(point(w));
        if (gone(surface, point(w), here.loss)) {
            trail.diverged = true;
            break;
        }
        State after = optimizer->state();
        add_terms(trail, racer, lr, before, after);
        trail.gradient.push_back(g);
        if (looks) trail.ahead.push_back(ahead);
        trail.w.push_back(point(w));
        trail.loss.push_back(here.loss);
        before = std::move(after);
    }
    return trail;
}

}  // namespace sevenfold::viz
