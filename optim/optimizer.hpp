// Optimizer<T>: what the seven rules share. It owns what is easily got wrong: which parameters take part, the count of
// steps, and the state that a rule keeps for each parameter. A rule itself is a pure function; see rules.hpp.
//
//     Adam optimizer(model.parameters(), {.lr = 1e-3});
//     ...
//     optimizer.zero_grad();
//     tape.backward(loss);
//     optimizer.step();
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sevenfold/autograd/variable.hpp"

namespace sevenfold {

/// Everything an optimizer remembers, to be saved and to go on from later. Options are not part of it, except the
/// learning rates, which may have been changed on the way.
template <class T>
struct OptimizerState {
    struct Slot {
        std::string name;  ///< "3.exp_avg": number of the parameter, what is kept for it
        Array<T> value;    ///< of the parameter's shape
    };
    std::string rule;                    ///< "adam"
    std::uint64_t step = 0;              ///< calls of step()
    std::vector<double> lr;              ///< by group
    std::vector<std::uint64_t> updates;  ///< by parameter: the steps that it took part in
    std::vector<Slot> slots;             ///< of the parameters that took part in any
};

/// An array of the parameter's shape that a rule keeps, if its options ask for it.
struct Slot {
    std::string_view name{};  ///< PyTorch's
    bool used = true;
    double initial = 0;
};
inline constexpr std::size_t max_slots = 3;
using Slots = std::array<Slot, max_slots>;

/// One parameter's part of a step, as a rule sees it: contiguous memory, all of one length.
template <class T>
struct Part {
    std::size_t size;
    T* w;                             ///< the parameter, changed in place
    const T* g;                       ///< its gradient
    std::array<T*, max_slots> slots;  ///< what the rule keeps, changed in place; null where not used
    std::uint64_t t;                  ///< 1 in the first step that the parameter takes part in
};

template <class T>
class Optimizer {
  public:
    virtual ~Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    /// Changes every parameter that is trainable and has a gradient; the others are left alone.
    /// Throws ValueError (options outside their range), ShapeError (a gradient of another shape).
    virtual void step();
    /// Forgets the gradients of all parameters.
    void zero_grad();
    /// How often step() was called.
    std::uint64_t steps() const { return steps_; }

    virtual std::string_view rule() const = 0;  ///< "adam"
    /// All parameters, in the order of the groups.
    std::vector<Variable<T>> parameters() const;

    // Every group has options of its own; group 0 is the first. Setters throw ValueError, and then change nothing.

    virtual std::size_t groups() const = 0;
    virtual double lr(std::size_t group = 0) const = 0;
    virtual void set_lr(double lr, std::size_t group) = 0;
    void set_lr(double lr);  ///< of all groups
    /// Whether the rule has a momentum: μ, or Adam's β₁.
    virtual bool has_momentum() const = 0;
    virtual void set_momentum(double momentum, std::size_t group) = 0;
    void set_momentum(double momentum);  ///< of all groups

    /// A copy, to be saved between steps.
    OptimizerState<T> state() const;
    /// Goes on where `state` was taken, bit for bit, given the same parameters and options. Throws ValueError (another
    /// rule, other counts or names) or ShapeError, and then changes nothing.
    void load(const OptimizerState<T>& state);

  protected:
    struct Entry {
        Variable<T> parameter;
        std::size_t group;
        std::uint64_t updates = 0;
        std::array<Array<T>, max_slots> slots{};  // made when first used; by place, never by address
        std::array<bool, max_slots> made{};
        bool takes_part() const { return parameter.trainable() && parameter.has_grad(); }
    };

    Optimizer() = default;
    /// Throws ValueError: no parameters, one that is no leaf, or one that is there already.
    void add(std::string_view rule, const std::vector<Variable<T>>& parameters, std::size_t group);

    virtual void check() const = 0;  ///< all options; throws ValueError
    virtual Slots slots(std::size_t group) const = 0;
    virtual void update(std::size_t group, const Part<T>& part) const = 0;

    std::vector<Entry> entries_;

  private:
    std::uint64_t steps_ = 0;
};

extern template class Optimizer<float>;
extern template class Optimizer<double>;

}  // namespace sevenfold
