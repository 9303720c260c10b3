// Tape<T>: what was computed, in the order in which it was computed (a Wengert list).
//
//     Tape tape;                       // from here on, operations are recorded
//     auto loss = mse(model(x), y);
//     tape.backward(loss);             // fills .grad() of every leaf that the loss depends on
//
// The list's reverse is a valid order for backprop: walking it needs no sorting and no recursion, and freeing it is a
// loop. Ops refer to each other by position, so there are no cycles. One tape per thread (and type) is current; a tape
// made inside another's scope takes over until it ends. Without a tape nothing is recorded: that is how to run a model.
#pragma once

#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sevenfold/autograd/op.hpp"
#include "sevenfold/autograd/variable.hpp"

namespace sevenfold {

/// Where an input of an op comes from, and its value if the op's rule reads it.
template <class T>
struct Input {
    static constexpr std::uint32_t constant = ~0u;
    Array<T> value;
    std::uint32_t node = constant;
    std::uint32_t version = 0;  // of the leaf, when the value was saved
};

/// One recorded step: a leaf's first use, or an op.
template <class T>
struct Node {
    OpPtr<T> op;      // none for a leaf
    Array<T> output;  // the value if the op's rule reads it (or it is a scalar), else the shape alone
    std::uint32_t first = 0, count = 0;  // its inputs; for a leaf, `first` is its place among the leaves
};

struct BackwardOptions {
    bool retain = false;   ///< keep the gradients of intermediate values for tape.gradient(v)
    bool release = false;  ///< free saved values behind the walk: less memory, but the tape cannot be walked again
};

template <class T = float>
class Tape {
  public:
    Tape();
    ~Tape();
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    /// The tape that records on this thread, or nullptr.
    static Tape* current();

    /// Adds d loss / d leaf to the grad() of every leaf the loss depends on. The loss has one element.
    /// Throws TapeError (not on this tape, not a scalar), InPlaceError (a saved value was changed since).
    void backward(const Variable<T>& loss, BackwardOptions options = {});
    /// The same from any value y: `upstream` is d loss / d y, of y's shape.
    void backward_from(const Variable<T>& y, const Array<T>& upstream, BackwardOptions options = {});
    /// Gradient of a recorded variable or leaf, after backward(.., {.retain = true}). Throws TapeError.
    Array<T> gradient(const Variable<T>& v) const;

    /// Forgets everything recorded; variables recorded so far become unusable on any tape.
    void clear();
    /// From here on every value and gradient is looked at; the first NaN or infinity throws AnomalyError.
    void find_anomalies(bool on = true) { find_anomalies_ = on; }
    /// From here on all values are kept, also those that no rule reads: for looking at them.
    void keep_values(bool on = true) { keep_values_ = on; }

    /// A name for a recorded variable, shown in tables and messages.
    void name(const Variable<T>& v, std::string name);

    // Reading a tape.

    std::size_t size() const { return nodes_.size(); }
    const Node<T>& node(std::size_t i) const { return nodes_[i]; }
    std::span<const Input<T>> inputs(const Node<T>& node) const {
        return node.op ? std::span(inputs_).subspan(node.first, node.count) : std::span<const Input<T>>();
    }
    /// The leaf of a node without op.
    const Leaf<T>& leaf_of(const Node<T>& node) const { return *leaves_[node.first].leaf; }
    /// Name of step i: the user's, else the leaf's, else "".
    std::string name_of(std::size_t i) const;
    /// Value of step i if it is still known.
    const Array<T>* value_of(std::size_t i) const;
    const Array<T>* gradient_of(std::size_t i) const { return i < gradients_.size() && filled_[i] ? &gradients_[i] : nullptr; }
    /// The steps as a table.
    std::string str() const;

    // For ops.

    bool wants(const Variable<T>& x, std::string_view op) { return place(x, op) != Input<T>::constant; }
    Variable<T> record(OpPtr<T> op, std::span<const Variable<T>* const> inputs, Array<T> y);
    /// d (y · upstream) / d xs as recorded variables; nothing where y does not depend on it.
    std::vector<std::optional<Variable<T>>> pull(const Variable<T>& y, const Variable<T>& upstream,
                                                 std::span<const Variable<T>> xs);

  private:
    friend class Backward<T>;
    friend class Pullback<T>;
    template <class U>
    friend class NoTape;

    struct LeafUse {
        std::shared_ptr<Leaf<T>> leaf;
        std::uint32_t node;
    };

    static Tape*& current_slot();
    std::uint32_t place(const Variable<T>& x, std::string_view op);
    std::uint32_t register_leaf(const std::shared_ptr<Leaf<T>>& leaf);
    Variable<T> variable(std::uint32_t node, const Array<T>& value) const;
    void walk(std::uint32_t from, BackwardOptions options);
    void check_saved(const Node<T>& node) const;
    void check_forward(const Node<T>& node, std::span<const Variable<T>* const> inputs, const Array<T>& y) const;
    void check_backward(std::uint32_t node, const Array<T>& dy) const;
    std::string describe(std::uint32_t node) const;
    std::string input_name(const Node<T>& node, std::size_t i) const;
    void forget_gradients();

    std::uint64_t id_;
    Tape* outer_;
    std::vector<Node<T>> nodes_;
    std::vector<Input<T>> inputs_;
    std::vector<LeafUse> leaves_;
    std::vector<Array<T>> gradients_;   // by node, while walking (and after, if retained)
    std::vector<std::uint8_t> filled_;  // which of them have arrived
    std::map<std::uint32_t, std::string> names_;
    bool released_ = false, walked_ = false, find_anomalies_ = false, keep_values_ = false;
};

Tape() -> Tape<float>;

/// Nothing is recorded in this scope.
template <class T = float>
class NoTape {
  public:
    NoTape() : outer_(std::exchange(Tape<T>::current_slot(), nullptr)) {}
    ~NoTape() { Tape<T>::current_slot() = outer_; }
    NoTape(const NoTape&) = delete;
    NoTape& operator=(const NoTape&) = delete;

  private:
    Tape<T>* outer_;
};

/// Gradients of y with respect to each of xs (leaves or recorded variables), as variables that are recorded too: they
/// can be differentiated again, to any order. `upstream` is d loss / d y, by default ones for a y with one element.
/// An x that y does not depend on gets zeros. Throws TapeError without a current tape, or if an x is a constant.
template <class T>
std::vector<Variable<T>> grad(const Variable<T>& y, const std::vector<Variable<T>>& xs);
template <class T>
std::vector<Variable<T>> grad(const Variable<T>& y, const std::vector<Variable<T>>& xs, const Variable<T>& upstream);
/// The same for a single x.
template <class T>
Variable<T> grad(const Variable<T>& y, const Variable<T>& x) {
    return grad(y, std::vector<Variable<T>>{x})[0];
}

/// Names a recorded variable on the current tape, if there is one, or a leaf; returns it.
template <class T>
Variable<T> named(Variable<T> v, std::string name) {
    if (v.is_leaf()) v.set_name(std::move(name));
    else if (Tape<T>* tape = Tape<T>::current(); tape && v.is_recorded()) tape->name(v, std::move(name));
    return v;
}

/// Runs an op: its value, recorded if a tape is current and an input wants a gradient.
template <class T, class O, std::same_as<Variable<T>>... X>
Variable<T> apply(O op, const X&... x) {
    Array<T> y = op.forward(x.value()...);
    Tape<T>* tape = Tape<T>::current();
    if (!tape) return Variable<T>(std::move(y));
    const std::string_view name = op.text().name;
    if (!(static_cast<int>(tape->wants(x, name)) | ...)) return Variable<T>(std::move(y));
    const Variable<T>* inputs[] = {&x...};
    return tape->record(keep<T>(std::move(op)), inputs, std::move(y));
}

/// The same for ops with any number of inputs.
template <class T, class O>
Variable<T> apply_many(O op, const std::vector<Variable<T>>& xs) {
    Array<T> y = op.forward(xs);
    Tape<T>* tape = Tape<T>::current();
    bool wanted = false;
    if (tape)
        for (const Variable<T>& x : xs) wanted |= tape->wants(x, op.text().name);
    if (!wanted) return Variable<T>(std::move(y));
    std::vector<const Variable<T>*> inputs;
    for (const Variable<T>& x : xs) inputs.push_back(&x);
    return tape->record(keep<T>(std::move(op)), inputs, std::move(y));
}

template <class T>
std::ostream& operator<<(std::ostream& out, const Tape<T>& tape);
/// The tape as a table on standard output: step, op, inputs, shape, rule; names given by the user.
template <class T>
void print(const Tape<T>& tape);

extern template class Tape<float>;
extern template class Tape<double>;
extern template class Backward<float>;
extern template class Backward<double>;
extern template class Pullback<float>;
extern template class Pullback<double>;

}  // namespace sevenfold
