// The floor of an optimizer's step: a loop for each rule, written by hand in one pass over plain memory.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace bench {

/// Memory of one step, each of n floats: parameters, gradients, and what a rule keeps.
struct RuleMemory {
    std::size_t n;
    float* w;
    const float* g;
    float *a, *b;
};

/// A loop compiled for the machine at hand, as the library's rules are, with PyTorch's defaults.
struct HandWrittenRule {
    std::string_view name;  ///< as bench/peers call it
    std::string_view rule;  ///< as make_optimizer calls it
    double lr;
    int kept;                                       ///< arrays besides w and g
    void (*step)(const RuleMemory& memory, int t);  ///< t = 1, 2, ..

    /// That must pass through memory in a step: w, g and what is kept are read, all but g written.
    int bytes_per_parameter() const { return 4 * (3 + 2 * kept); }
};

/// sgd, momentum, nag, adagrad, adadelta, rmsprop, adam.
std::span<const HandWrittenRule> hand_written_rules();

}  // namespace bench
