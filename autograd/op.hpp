// Op<T>: one recorded operation; and the two roads by which a gradient passes it.
//
// backward  the fast road: on arrays, in place, records nothing. Behind tape.backward(loss).
// pullback  the functional road: on variables, recorded again, so it can be differentiated. Behind grad(y, {x...}).
//
// An op gives pullback; the fast road then follows from it, and is overridden where a kernel of its own pays.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/autograd/variable.hpp"

namespace sevenfold {

template <class T>
struct Node;

/// How an op presents itself: in the tape's table, in messages, in the op reference. y is the result, d the gradients.
struct OpText {
    std::string_view name;     ///< as users call it
    std::string_view formula;  ///< "y = tanh(x)"
    std::string_view rule;     ///< "dx = dy · (1 − y²)"
    std::string_view note{};   ///< conventions: subgradients at kinks, modes
};

/// What the tape keeps for an op until backward: bit i for input i.
struct Saves {
    std::uint32_t inputs = 0;
    bool output = false;
};
inline constexpr Saves saves_nothing{}, saves_output{0, true}, saves_x{1, false}, saves_xy{3, false};
inline constexpr Saves saves_inputs{~0u, false};

/// A gradient being summed in place: written when `first`, added to otherwise.
template <class T>
struct Target {
    T* data;
    bool first;
    T beta() const { return first ? T{0} : T{1}; }
};

/// One step of tape.backward, as an op sees it.
template <class T>
class Backward {
  public:
    Backward(Tape<T>& tape, std::uint32_t node, const Array<T>& dy) : tape_(tape), node_(node), dy_(dy) {}

    const Array<T>& dy() const { return dy_; }
    const Array<T>& x(std::size_t i) const;  ///< saved value of input i
    const Array<T>& y() const;               ///< saved result
    std::size_t inputs() const;
    const Shape& x_shape(std::size_t i) const;  ///< known for every input that wants a gradient, saved or not
    bool wants(std::size_t i) const;
    /// Gradient for input i. Where the input was broadcast, its copies' gradients are summed here, once for all ops.
    void add(std::size_t i, Array<T> dx);
    /// For kernels that accumulate (gemm): the gradient of input i itself, of shape x_shape(i).
    Target<T> target(std::size_t i);
    /// The fast road by way of the functional one, unrecorded.
    void by_pullback();

  private:
    Tape<T>& tape_;
    std::uint32_t node_;
    const Array<T>& dy_;
};

/// The same step on variables.
template <class T>
class Pullback {
  public:
    Pullback(Tape<T>& tape, std::uint32_t node, Variable<T> dy);

    const Variable<T>& dy() const { return dy_; }
    const Variable<T>& x(std::size_t i) const;  ///< saved value of input i
    const Variable<T>& y() const;               ///< saved result
    std::size_t inputs() const { return inputs_.size(); }
    const Shape& x_shape(std::size_t i) const { return inputs_[i].shape; }
    bool wants(std::size_t i) const { return inputs_[i].wanted; }
    void add(std::size_t i, Variable<T> dx);

  private:
    friend class Tape<T>;
    friend class Backward<T>;
    struct Input {
        Variable<T> x, dx;
        Shape shape;
        bool saved, wanted, given = false;
    };
    std::string_view op_;
    std::vector<Input> inputs_;
    Variable<T> y_, dy_;
    bool y_saved_;
};

template <class T>
class Op {
  public:
    virtual ~Op() = default;
    virtual const OpText& text() const = 0;
    virtual Saves saves() const = 0;
    virtual void backward(Backward<T>& step) const;
    virtual void pullback(Pullback<T>& step) const = 0;

    static void* operator new(std::size_t bytes) { return pool::allocate(bytes); }
    static void operator delete(void* op, std::size_t bytes) noexcept { pool::release(op, bytes); }

    std::size_t immortal = 0;  ///< 1: one object serves every use of an op without settings (a whole word: keep() looks at sizes)
};

template <class T>
struct DropOp {
    void operator()(const Op<T>* op) const {
        if (!op->immortal) delete op;
    }
};
template <class T>
using OpPtr = std::unique_ptr<const Op<T>, DropOp<T>>;

/// Puts an op where the tape can keep it.
template <class T, class O>
OpPtr<T> keep(O op) {
    if constexpr (sizeof(O) == sizeof(Op<T>)) {  // no settings
        static const O shared = [] {
            O one;
            one.immortal = 1;
            return one;
        }();
        return OpPtr<T>(&shared);
    } else {
        return OpPtr<T>(new O(std::move(op)));
    }
}

}  // namespace sevenfold
