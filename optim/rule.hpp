// For the files of the rules: what a rule gives, and the optimizer made from it.
//
// A rule is Rule<Options>: the range of its options (check), what it keeps for each parameter (slots), its momentum if
// it has one, and the step itself (update): a pure function, one pass over memory.
#pragma once

#include <cmath>

#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/optim/rules.hpp"

namespace sevenfold {

template <class Options>
struct Rule;

// ---- checks of options

inline void require(bool fits, std::string_view rule, std::string_view option, double value, std::string_view range) {
    if (!fits) fail<ValueError>(rule, text(option, " = ", value), text(option, ' ', range));
}
inline void require_not_negative(std::string_view rule, std::string_view option, double value) {
    require(value >= 0 && std::isfinite(value), rule, option, value, "is finite and not negative");
}
/// For what is multiplied with the past in each step.
inline void require_decay(std::string_view rule, std::string_view option, double value) {
    require(value >= 0 && value < 1, rule, option, value, "is in [0, 1)");
}

// ---- the optimizer of a rule

template <class T, class Options>
RuleOptimizer<T, Options>::RuleOptimizer(std::vector<Variable<T>> parameters, Options options)
    : RuleOptimizer(std::vector<Group>{{std::move(parameters), options}}) {}

template <class T, class Options>
RuleOptimizer<T, Options>::RuleOptimizer(std::vector<Group> groups) {
    if (groups.empty()) this->add(rule(), {}, 0);
    for (const Group& group : groups) {
        this->add(rule(), group.parameters, options_.size());
        options_.push_back(group.options);
    }
    RuleOptimizer::check();
}

template <class T, class Options>
Options& RuleOptimizer<T, Options>::options(std::size_t group) {
    return const_cast<Options&>(std::as_const(*this).options(group));
}
template <class T, class Options>
const Options& RuleOptimizer<T, Options>::options(std::size_t group) const {
    if (group >= options_.size())
        fail<IndexError>(rule(), text("group ", group), text("there are ", options_.size(), " groups, counted from 0"));
    return options_[group];
}

template <class T, class Options>
std::string_view RuleOptimizer<T, Options>::rule() const {
    return Rule<Options>::name;
}
template <class T, class Options>
void RuleOptimizer<T, Options>::set_lr(double lr, std::size_t group) {
    require_not_negative(rule(), "lr", lr);
    options(group).lr = lr;
}
template <class T, class Options>
bool RuleOptimizer<T, Options>::has_momentum() const {
    return requires(Options & o) { Rule<Options>::momentum(o); };
}
template <class T, class Options>
void RuleOptimizer<T, Options>::set_momentum(double momentum, std::size_t group) {
    if constexpr (requires(Options & o) { Rule<Options>::momentum(o); }) {
        require_decay(rule(), "momentum", momentum);
        Rule<Options>::momentum(options(group)) = momentum;
    } else {
        fail<ValueError>(rule(), text("momentum = ", momentum), "this rule has no momentum",
                         "Take momentum, nesterov, rmsprop or adam.");
    }
}

template <class T, class Options>
void RuleOptimizer<T, Options>::check() const {
    for (const Options& o : options_) {
        require_not_negative(rule(), "lr", o.lr);
        require_not_negative(rule(), "weight_decay", o.weight_decay);
        Rule<Options>::check(o);
    }
}
template <class T, class Options>
Slots RuleOptimizer<T, Options>::slots(std::size_t group) const {
    return Rule<Options>::slots(options_[group]);
}
template <class T, class Options>
void RuleOptimizer<T, Options>::update(std::size_t group, const Part<T>& part) const {
    Rule<Options>::update(options_[group], part);
}

}  // namespace sevenfold
