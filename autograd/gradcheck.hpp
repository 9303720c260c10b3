// Checking gradients against central differences, in double.
//
//     auto report = gradcheck([](const auto& x) { return matmul(x[0], tanh(x[1])); }, {a, b});
//     if (!report.passed()) std::cout << report.str();
//
// A result of any shape is projected on a random upstream gradient u, so that one number, u · f(x), is differentiated
// with respect to every entry of every input:
//
//     (u · f(x + h) − u · f(x − h)) / 2h
//
// The step is h = ∛ε · max(1, |x|), about 6e-6: the formula's own error, h²/6 · f''', and the rounding of f, ε |f| / h,
// are then both near 1e-11 for numbers near 1. Smaller steps lose to rounding, larger ones to curvature. Functions with
// kinks (relu, max) are to be asked at points further than h from them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sevenfold/autograd/variable.hpp"

namespace sevenfold {

struct GradcheckOptions {
    int order = 2;       ///< 1: the gradient; 2: also the gradient of the gradient; and so on
    double atol = 1e-6;  ///< allowed: atol + rtol · |central difference|
    double rtol = 1e-6;
    std::uint64_t seed = 0;  ///< of the upstream gradients
};

/// How one input fared at one order on one road: its worst entry.
struct GradcheckResult {
    int order;
    std::string_view road;  ///< "tape.backward" or "grad"
    std::size_t input;      ///< from the second order on, the upstream gradients follow the function's own inputs
    std::string name;       ///< the leaf's, if it has one
    std::vector<std::size_t> entry;
    double analytic, numeric, error, allowed;
    Array<double> rule{}, differences{};  ///< all entries: what the rule says, what central differences say
    std::size_t wrong = 0;                ///< how many of them
    std::string guess{};                  ///< what the numbers tell about the mistake, if anything; see diagnosis.hpp

    bool passed() const { return error <= allowed; }
    /// "order 1, tape.backward, input 0 (w), entry (2, 3): the rule says 0.51, central differences say 0.49 ..."; of a
    /// wrong one also how many entries are, and the guess.
    std::string str() const;
};

struct GradcheckReport {
    std::vector<GradcheckResult> results;

    bool passed() const;
    /// One line per result, what failed first.
    std::string str() const;
};

using GradcheckFunction = std::function<Variable<double>(const std::vector<Variable<double>>&)>;

/// Checks f's gradients at `inputs`, entry by entry, on both roads: tape.backward and grad. The second order is the same
/// check of the gradient function (x, u) -> d (u · f(x)) / dx, the third of its gradient function in turn.
/// f must compute with what it is handed: copies of the inputs, as leaves. Throws ValueError when f gives different
/// results for the same inputs, and when there are no inputs or the order is below 1.
GradcheckReport gradcheck(const GradcheckFunction& f, const std::vector<Variable<double>>& inputs,
                          const GradcheckOptions& options = {});

}  // namespace sevenfold
