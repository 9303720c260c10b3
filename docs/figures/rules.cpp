// The seven rules at work: paths in a narrow valley, and the length of steps on a slope that stays the same.
#include <cmath>
#include <memory>
#include <numbers>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/docs/figures/figures.hpp"
#include "sevenfold/optim/rules.hpp"

namespace figures {
namespace {

using Weights = Variable<double>;
using MakeOptimizer = std::function<std::unique_ptr<Optimizer<double>>(Weights)>;

template <class Rule, class Options>
MakeOptimizer rule(Options options) {
    return [options](const Weights& w) { return std::make_unique<Rule>(std::vector<Weights>{w}, options); };
}

// ½ (x² + 20 y²): twenty times as steep across as along.
Weights valley(const Weights& w) {
    const Weights curvature(Array<double>({2}, {1, 20}));
    return sum(w * w * curvature) / 2;
}

viz::Line path(const std::string& name, const MakeOptimizer& make, std::size_t steps, viz::Colour colour) {
    const Weights w = leaf(Array<double>({2}, {-9, 1.4}), "w");
    const auto optimizer = make(w);
    viz::Line line{name, {}, {}, colour};
    for (std::size_t step = 0; step <= steps; ++step) {
        line.x.push_back(w.value()(0));
        line.y.push_back(w.value()(1));
        optimizer->zero_grad();
        Tape<double> tape;
        tape.backward(valley(w));
        optimizer->step();
    }
    return line;
}

// Paths over the valley, darker where it is lower; each step is a dot.
Picture paths(const std::string& page, const std::string& title, const std::vector<viz::Line>& lines) {
    viz::Figure figure{.title = title,
                       .x = {.title = "first weight", .low = -10, .high = 4},
                       .y = {.title = "second weight", .low = -2, .high = 2},
                       .width = 640,
                       .height = 330};
    for (const double height : {50.0, 30.0, 15.0, 5.0, 1.0}) {  // what is lower than this, one over the other
        viz::Band inside{"", {}, {}, {}, viz::Colour::quiet};
        for (const double angle : between(0, std::numbers::pi, 72)) {
            inside.x.push_back(-std::sqrt(2 * height) * std::cos(angle));
            inside.high.push_back(std::sqrt(2 * height / 20) * std::sin(angle));
            inside.low.push_back(-inside.high.back());
        }
        figure.marks.emplace_back(inside);
    }
    for (viz::Line line : lines) {
        line.name.clear();
        figure.marks.emplace_back(line);
    }
    const std::size_t background = figure.marks.size();
    const viz::Dot dots[] = {viz::Dot::circle, viz::Dot::square};
    for (std::size_t i = 0; i < lines.size(); ++i)
        figure.marks.emplace_back(viz::Points{lines[i].name, lines[i].x, lines[i].y, lines[i].colour, dots[i], 3});
    return {page, figure, background};
}

// How far w moves in each step while the gradient is always `slope`.
viz::Line lengths(const std::string& name, const MakeOptimizer& make, std::size_t steps, viz::Colour colour,
                  double slope = 1) {
    const Weights w = leaf(Array<double>(0.0), "w");
    const auto optimizer = make(w);
    viz::Line line{name, counted(steps), {}, colour};
    for (std::size_t step = 0; step < steps; ++step) {
        const double before = w.item();
        Weights(w).set_grad(Array<double>(slope));
        optimizer->step();
        line.y.push_back(before - w.item());
    }
    return line;
}

// Adam as it would be with m and v in place of m̂ and v̂.
viz::Line uncorrected_adam(std::size_t steps) {
    const AdamOptions o;
    viz::Line line{"without the correction", counted(steps), {}, viz::Colour::orange};
    double m = 0, v = 0;
    for (std::size_t step = 0; step < steps; ++step) {
        m = o.beta1 * m + (1 - o.beta1);
        v = o.beta2 * v + (1 - o.beta2);
        line.y.push_back(o.lr * m / (std::sqrt(v) + o.eps));
    }
    return line;
}

}  // namespace

Pictures of_rules() {
    using enum viz::Colour;
    const auto sgd = [](double lr) { return rule<Sgd<double>>(SgdOptions{.lr = lr}); };
    const auto momentum = rule<Momentum<double>>(MomentumOptions{.lr = 0.02, .momentum = 0.9});
    const auto nesterov = rule<Nesterov<double>>(NesterovOptions{.lr = 0.02, .momentum = 0.9});
    const auto rmsprop = rule<Rmsprop<double>>(RmspropOptions{.lr = 0.3, .alpha = 0.9});
    const auto adam = rule<Adam<double>>(AdamOptions{});

    viz::Figure adagrad{.title = "The length of each step where the gradient is always 1, learning rate 0.01",
                        .x = {.title = "step", .log = true},
                        .y = {.title = "length of the step", .log = true},
                        .marks = {lengths("SGD", sgd(0.01), 100, sky),
                                  lengths("Adagrad", rule<Adagrad<double>>(AdagradOptions{}), 100, orange)},
                        .width = 640,
                        .height = 330};
    viz::Figure adadelta{
        .title = "The length of each step where the gradient is always 1: Adadelta finds its pace by itself",
        .x = {.title = "step"},
        .y = {.title = "length of the step", .log = true},
        .width = 640,
        .height = 330};
    for (const auto& [eps, colour] : {std::pair{1e-4, sky}, {1e-6, orange}, {1e-8, purple}})
        adadelta.marks.emplace_back(lengths(eps == 1e-4   ? "ε = 1e-4"
                                            : eps == 1e-6 ? "ε = 1e-6, the default"
                                                          : "ε = 1e-8",
                                            rule<Adadelta<double>>(AdadeltaOptions{.eps = eps}), 200, colour));
    viz::Figure corrected{
        .title = "The length of Adam's first steps where the gradient is always 1, learning rate 0.001",
        .x = {.title = "step"},
        .y = {.title = "length of the step", .zero = true},
        .marks = {uncorrected_adam(200), lengths("Adam", adam, 200, blue)},
        .width = 640,
        .height = 330};
    return {
        paths("10_sgd", "40 steps of SGD in a narrow valley",
              {path("learning rate 0.02", sgd(0.02), 40, sky), path("learning rate 0.095", sgd(0.095), 40, orange)}),
        paths("11_momentum", "40 steps with and without momentum, learning rate 0.02",
              {path("SGD", sgd(0.02), 40, sky), path("Momentum", momentum, 40, orange)}),
        paths("12_nesterov", "40 steps of Momentum and of Nesterov's rule, learning rate 0.02",
              {path("Momentum", momentum, 40, sky), path("Nesterov", nesterov, 40, orange)}),
        {"13_adagrad", adagrad},
        {"14_adadelta", adadelta},
        paths("15_rmsprop", "40 steps of SGD (learning rate 0.02) and RMSprop (0.3, α = 0.9)",
              {path("SGD", sgd(0.02), 40, sky), path("RMSprop", rmsprop, 40, orange)}),
        {"16_adam", corrected}};
}

}  // namespace figures
