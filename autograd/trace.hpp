// How a gradient came about: what each use of a value added to it. For looking; backward is for training.
//
// A value that is used several times gets the sum of what its uses hand back. Trace keeps the summands apart:
//
//     Trace trace(tape, loss);
//     for (const Use<T>& use : trace.uses(i)) ...   // step i's gradient is the sum of these use.gradient
//
// and Jacobian follows a single entry: dx[e] = Σⱼ dy[j] · ∂y[j]/∂x[e].
#pragma once

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {

/// One input of one op, and the gradient that the op's rule hands to it.
template <class T>
struct Use {
    std::uint32_t step;   ///< the op
    std::uint32_t input;  ///< which of its inputs the value is
    Array<T> gradient;    ///< of the value's shape
};

/// Walks back from y as tape.backward does, with the ops' own rules, but touches no leaf and keeps every summand.
template <class T>
class Trace {
  public:
    /// From a loss with one element, or from any y with an upstream gradient d loss / d y of its shape. The tape stays as
    /// it is. Throws TapeError, ShapeError and InPlaceError as backward_from does.
    Trace(Tape<T>& tape, const Variable<T>& loss);
    Trace(Tape<T>& tape, const Variable<T>& y, const Array<T>& upstream);

    /// Where the walk began.
    std::uint32_t start() const { return start_; }
    /// d loss / d (value of step i), or nullptr where the loss does not depend on it.
    const Array<T>* gradient(std::size_t i) const { return gradients_[i] ? &*gradients_[i] : nullptr; }
    /// What its uses added, in the order of the walk: last use first.
    std::span<const Use<T>> uses(std::size_t i) const { return uses_[i]; }

  private:
    std::uint32_t start_;
    std::vector<std::optional<Array<T>>> gradients_;
    std::vector<std::vector<Use<T>>> uses_;
};

/// The Jacobian of one recorded op, column by column: its rule is linear in dy, so differentiating the rule again gives
/// how each entry of dy weighs in an entry of dx.
template <class T>
class Jacobian {
  public:
    /// Of the op at `step`, whose result has the gradient dy. It is the current tape while it lives.
    Jacobian(Tape<T>& tape, std::uint32_t step, const Array<T>& dy);

    /// ∂y[..] / ∂x[entry] for entry number `entry` (row-major) of input `input`: an array of y's shape.
    Array<T> column(std::uint32_t input, std::size_t entry);

  private:
    Variable<T> dy_;
    Tape<T> recorded_;
    std::vector<Variable<T>> dx_;
    std::vector<bool> given_;
};

// clang-format off
template <class T> Trace(Tape<T>&, const Variable<T>&) -> Trace<T>;
// clang-format on

extern template class Trace<float>;
extern template class Trace<double>;
extern template class Jacobian<float>;
extern template class Jacobian<double>;

}  // namespace sevenfold
