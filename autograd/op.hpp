// Op<T>: one recorded operation; and the two roads by which a gradient passes it.
//
// backward  the fast road: on arrays, in place, records nothing. Behind tape.backward(loss).
// pullback  the functional road: on variables, recorded again, so it can be differentiated. Behind grad(y, {x...}).
//
// An op gives pullback; the fast road then follows from it, and is overridden where a kernel of its own pays.
#pragma once

#include <cassert>
#include <memory>
#include <string_view>
#include <vector>

#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/autograd/variable.hpp"

namespace sevenfold {

template <class T>
class Op;
template <class T>
class Jacobian;

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

/// Whether an op keeps the value of input i.
inline bool keeps(const Saves& saves, std::size_t i) {
    return i < 32 ? (saves.inputs >> i) & 1 : saves.inputs == saves_inputs.inputs;
}

template <class T>
struct DropOp {
    void operator()(const Op<T>* op) const {
        if (!op->immortal) delete op;
    }
};
template <class T>
using OpPtr = std::unique_ptr<const Op<T>, DropOp<T>>;

/// Where an input of an op comes from: a step of the tape, or a constant, which is kept aside if the op's rule reads it.
class Source {
  public:
    Source() = default;  ///< a constant that is not kept
    explicit Source(std::size_t step) : bits_(static_cast<std::uint32_t>(step)) {}
    static Source kept_constant(std::size_t place) { return Source(place | constant); }

    bool followed() const { return !(bits_ & constant); }
    std::uint32_t step() const { return bits_; }  ///< if followed
    bool kept() const { return !followed() && bits_ != not_kept; }
    std::uint32_t place() const { return bits_ & ~constant; }  ///< among the tape's constants, if kept

  private:
    static constexpr std::uint32_t constant = 1u << 31, not_kept = ~0u;
    std::uint32_t bits_ = not_kept;
};

/// One recorded step: a leaf's use, or an op. A value stands once, with the step that made it, however many rules read it.
template <class T>
struct Node {
    OpPtr<T> op;                     // none for a leaf
    Array<T> output;                 // the value if a rule reads it (or it is a scalar), else the shape alone
    Array<T> gradient;               // while walking, and after if retained
    std::uint32_t first;             // its sources begin here; for a leaf, its place among the leaves
    std::uint32_t count : 30;        // how many
    std::uint32_t reads_leaf : 1;    // its rule reads a leaf, which may be changed in place
    std::uint32_t has_gradient : 1;  // one has arrived

    /// Frees the gradient.
    void forget_gradient() {
        if (!gradient.is_inline()) gradient = Array<T>();
        has_gradient = 0;
    }

    Node(OpPtr<T> the_op, Array<T> y, std::uint32_t from, std::size_t sources, bool leaf_read)
        : op(std::move(the_op)),
          output(std::move(y)),
          first(from),
          count(sources & 0x3fffffff),
          reads_leaf(leaf_read),
          has_gradient(0) {}
};

/// Where a leaf stands on a tape.
template <class T>
struct LeafUse {
    std::shared_ptr<Leaf<T>> leaf;
    std::uint32_t step;
    std::uint32_t version;  // of the leaf, which gets another step if it is changed before its next use
};

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
    /// For a walk: at() says which step it is.
    explicit Backward(Tape<T>& tape);
    /// The same for a look at one op: gradients go to `inputs`, which `sources` refer to, and the tape's stay as they are.
    Backward(Tape<T>& tape, const Node<T>& node, const Array<T>& dy, Node<T>* inputs, const Source* sources);

    /// From here on this is the step of `node`, whose gradient is `dy`.
    void at(const Node<T>& node, const Array<T>& dy) {
        node_ = &node;
        dy_ = &dy;
        sources_ = all_sources_ + node.first;
    }

    const Array<T>& dy() const { return *dy_; }
    std::size_t inputs() const { return node_->count; }
    bool wants(std::size_t i) const { return sources_[i].followed(); }
    /// Saved value of input i.
    const Array<T>& x(std::size_t i) const {
        assert(keeps(node_->op->saves(), i) && "an op's rule reads an input that it does not save");
        return sources_[i].followed() ? nodes_[sources_[i].step()].output : constants_[sources_[i].place()];
    }
    /// Saved result.
    const Array<T>& y() const {
        assert(node_->op->saves().output && "an op's rule reads its result, which it does not save");
        return node_->output;
    }
    /// Known for every input that wants a gradient, saved or not.
    const Shape& x_shape(std::size_t i) const {
        return wants(i) ? nodes_[sources_[i].step()].output.shape() : x(i).shape();
    }
    /// Gradient for input i. Where the input was broadcast, its copies' gradients are summed here, once for all ops.
    void add(std::size_t i, Array<T> dx);
    /// The same where everything is a scalar.
    void add(std::size_t i, T dx) {
        Node<T>& to = nodes_[sources_[i].step()];
        T& gradient = *to.gradient.data();
        gradient = to.has_gradient ? gradient + dx : dx;
        to.has_gradient = 1;
    }
    /// For kernels that accumulate (gemm): the gradient of input i itself, of shape x_shape(i).
    Target<T> target(std::size_t i);
    /// The fast road by way of the functional one, unrecorded.
    void by_pullback();

  private:
    Tape<T>& tape_;
    Node<T>* const nodes_;
    const Source* const all_sources_;
    const Array<T>* const constants_;
    const Node<T>* node_ = nullptr;
    const Source* sources_ = nullptr;
    const Array<T>* dy_ = nullptr;
};

/// The same step on variables.
template <class T>
class Pullback {
  public:
    Pullback(Tape<T>& tape, std::size_t step, Variable<T> dy);

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
    friend class Jacobian<T>;
    struct Step {
        Variable<T> x, dx;
        Shape shape;
        bool saved, wanted, given = false;
    };
    std::string_view op_;
    pool::Vector<Step> inputs_;
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

    /// 1: one object serves every use of an op without settings. A whole word, because keep() looks at sizes.
    std::size_t immortal = 0;
};

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
