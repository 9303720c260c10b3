// What an update rule does on a surface: where it went, and the terms of each of its steps. The library's own optimizers
// run; what they keep is read from their state.
#pragma once

#include <span>
#include <string_view>

#include "sevenfold/viz/surface.hpp"

namespace sevenfold::viz {

/// A rule in the race. "look-ahead" is Nesterov's rule in the lecture's form.
struct Racer {
    std::string_view name, title;  ///< "adam", "Adam"
    double lr;                     ///< the rule's default
    std::string_view formula;      ///< its step in one line
};
/// The seven rules in the order of a course, and look-ahead beside Nesterov.
std::span<const Racer> racers();

/// A way of `steps()` steps, which ends early when it leaves for infinity. Of step t: where it began, what the rule
/// was given there, and what it made of it. Terms that a rule does not have are empty.
struct Trail {
    std::vector<Point> w{};         ///< where the parameters were: one more than there are steps
    std::vector<double> loss{};     ///< at w
    std::vector<Point> gradient{};  ///< as given to the rule, noise included; look-ahead's is taken ahead of w
    std::vector<Point> velocity{};  ///< momentum, nesterov, look-ahead: v after the step; adam: m̂
    /// Learning rate and scale of each coordinate: w changes by −rate · gradient, or −rate · velocity where there is one
    /// (nesterov: −rate · (gradient + μ velocity)).
    std::vector<Point> rate{};
    std::vector<Point> ahead{};          ///< look-ahead: where the gradient was taken
    std::vector<Point> rms_updates{};    ///< adadelta: √(u + ε) before the step
    std::vector<Point> rms_gradients{};  ///< adadelta: √(s + ε)
    bool diverged = false;

    std::size_t steps() const { return gradient.size(); }
};

/// What is added to the gradients of step 1, 2, ..: the same for all who race. Mean 0; all 0 for deviation 0.
std::vector<Point> gradient_noise(std::size_t steps, double deviation, std::uint64_t seed);

/// Runs a rule from the surface's start, a step for each point of noise. A trail has diverged when it is more than 1000
/// maps away or its loss is not finite; it then ends before that. Throws ValueError for a racer of another name.
Trail follow(const Surface& surface, std::string_view racer, double lr, const std::vector<Point>& noise);

}  // namespace sevenfold::viz
