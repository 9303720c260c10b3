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

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sevenfold/autograd/op.hpp"
#include "sevenfold/autograd/stack.hpp"
#include "sevenfold/autograd/variable.hpp"

namespace sevenfold {

struct BackwardOptions {
    bool retain = false;   ///< keep the gradients of intermediate values for tape.gradient(v)
    bool release = false;  ///< free saved values behind the walk: less memory, but the tape cannot be walked again
};

/// A leaf, and what backward found for it.
template <class T = float>
struct LeafGradient {
    Variable<T> leaf;
    Array<T> gradient;
};

/// Takes a leaf and the whole gradient that backward found for it.
template <class T = float>
using LeafSink = std::function<void(const Variable<T>& leaf, Array<T> gradient)>;

/// Steps first to last - 1 of a tape, recorded while a Scope of this name lived.
struct TapeScope {
    std::string name;
    std::uint32_t first, last;
    std::int32_t parent;  ///< place of the scope around it, -1 for none
};

template <class T>
class Scope;
template <class T>
class Trace;

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
    /// The same, but leaves stay as they are: what would be added to their grad() becomes the contents of `gradients`, in
    /// the order of their first use. So threads can walk their tapes over shared leaves at once; whoever adds up the
    /// results, leaf.add_grad(gradient), in an order of its own choice gets the same bits on any number of threads.
    void backward_into(std::vector<LeafGradient<T>>& gradients, const Variable<T>& y, const Array<T>& upstream,
                       BackwardOptions options = {});
    /// The same for those who have use for a gradient before all are there: `sink` gets each when the walk has passed the
    /// leaf's first use, the last leaf first. A leaf that was changed while the tape recorded comes once for each version.
    void backward_each(const LeafSink<T>& sink, const Variable<T>& y, const Array<T>& upstream,
                       BackwardOptions options = {});
    /// Gradient of a recorded variable or leaf, after backward(.., {.retain = true}). Throws TapeError.
    Array<T> gradient(const Variable<T>& v) const;

    /// Forgets everything recorded; variables recorded so far become unusable on any tape.
    void clear();
    /// From here on every value and gradient is looked at; the first NaN or infinity throws AnomalyError.
    void find_anomalies(bool on = true) {
        find_anomalies_ = on;
        look_again_at_ = keep_values_ || find_anomalies_ ? 0 : suspicious_size;
    }
    /// From here on all values are kept, also those that no rule reads, and modules mark their steps: for looking at them.
    void keep_values(bool on = true) {
        keep_values_ = on;
        look_again_at_ = keep_values_ || find_anomalies_ ? 0 : suspicious_size;
    }
    bool keeps_values() const { return keep_values_; }

    /// A name for a recorded variable, shown in tables and messages.
    void name(const Variable<T>& v, std::string name);

    // Reading a tape.

    std::size_t size() const { return nodes_.size(); }
    const Node<T>& node(std::size_t i) const { return nodes_[i]; }
    std::span<const Source> sources(const Node<T>& node) const {
        return node.op ? std::span(sources_.data() + node.first, node.count) : std::span<const Source>();
    }
    /// The leaf of a node without op.
    const Leaf<T>& leaf_of(const Node<T>& node) const { return *leaves_[node.first].leaf; }
    /// Handles of the leaves used so far, in the order of their first use.
    std::vector<Variable<T>> leaves() const;
    /// Name of step i: the user's, else the leaf's, else "".
    std::string name_of(std::size_t i) const;
    /// Value of step i if it is still known.
    const Array<T>* value_of(std::size_t i) const;
    const Array<T>* gradient_of(std::size_t i) const { return nodes_[i].has_gradient ? &nodes_[i].gradient : nullptr; }
    /// Value of a constant input, if it was kept.
    const Array<T>* constant_of(Source source) const { return source.kept() ? &constants_[source.place()] : nullptr; }
    /// Parts of the program that were recorded under a name, outer ones first; see Scope.
    const std::vector<TapeScope>& scopes() const { return scopes_; }
    /// The steps as a table, with the colours of a terminal if asked for.
    std::string str(bool coloured = false) const;

    // For ops.

    /// Where x stands on this tape, registering a leaf at its first use. Throws TapeError for variables of other tapes,
    /// naming `op`.
    Source place(const Variable<T>& x, const Op<T>& op) {
        return x.tape_ == 0 || x.tape_ == id_ ? place(x, std::string_view{}) : place(x, op.text().name);
    }
    Source place(const Variable<T>& x, std::string_view op) {
        if (x.tape_ == id_) return Source(x.node_);
        if (x.leaf_) return place_leaf(x.leaf_);
        return x.tape_ == 0 ? Source() : place_stranger(x, op);
    }
    template <std::size_t N>
    [[gnu::always_inline]] Variable<T> record(OpPtr<T> op, Saves saves, std::span<const Variable<T>* const, N> xs,
                                              std::span<const Source, N> sources, Array<T>& y) {
        const std::uint32_t at = nodes_.size(), first = sources_.size();
        sources_.reserve_more(static_cast<std::uint32_t>(xs.size()));
        bool reads_leaf = false;
        for (std::size_t i = 0; i < xs.size(); ++i)
            sources_.push_reserved(keeps(saves, i) ? keep_value(sources[i], *xs[i], reads_leaf) : sources[i]);
        if (y.is_inline() && op->immortal) {
            nodes_.push(std::move(op), *y.data(), first, xs.size(), reads_leaf);
        } else {
            const bool whole = saves.output || is_short(y) || keep_values_;
            nodes_own_memory_ = true;
            nodes_.push(std::move(op), whole ? y.share() : y.shape_only(), first, xs.size(), reads_leaf);
        }
        if (at >= look_again_at_) [[unlikely]]
            recorded_much_or_watched(std::span<const Variable<T>* const>(xs), y);
        return Variable<T>(std::move(y), id_, at);
    }
    /// d (y · upstream) / d xs as recorded variables; nothing where y does not depend on it.
    std::vector<std::optional<Variable<T>>> pull(const Variable<T>& y, const Variable<T>& upstream,
                                                 std::span<const Variable<T>> xs);

  private:
    friend class Backward<T>;
    friend class Pullback<T>;
    friend class Trace<T>;
    friend class Scope<T>;
    template <class U>
    friend class NoTape;

    static Tape*& current_slot();
    Source place_leaf(const std::shared_ptr<Leaf<T>>& leaf) {
        const std::uint32_t hint = leaf->node_hint.load(std::memory_order_acquire);  // may be another tape's
        if (hint < nodes_.size() && !nodes_[hint].op) {
            const LeafUse<T>& use = leaves_[nodes_[hint].first];
            if (use.leaf == leaf && use.version == leaf->version && leaf->trainable) return Source(hint);
        }
        return leaf->trainable ? place_without_hint(leaf) : Source();
    }
    Source keep_value(Source source, const Variable<T>& x, bool& reads_leaf) {
        if (!source.followed()) {
            constants_.push(x.value());  // of a frozen leaf this is a copy
            return Source::kept_constant(constants_.size() - 1);
        }
        Node<T>& from = nodes_[source.step()];
        if (from.output.is_shape_only()) from.output = x.value_.share();
        reads_leaf |= !from.op;
        return source;
    }
    [[noreturn]] Source place_stranger(const Variable<T>& x, std::string_view op) const;
    Source place_without_hint(const std::shared_ptr<Leaf<T>>& leaf);
    Variable<T> saved_input(Source source) const;
    Variable<T> saved_output(std::size_t step) const;
    void propagate(const Variable<T>& y, const Array<T>& upstream, BackwardOptions options,
                   const LeafSink<T>* sink = nullptr);
    Array<T> take_gradient(Node<T>& leaf_step);
    std::uint32_t check_start(const Variable<T>& y, const Array<T>& upstream, std::string_view who);
    void walk(std::uint32_t from, BackwardOptions options, const LeafSink<T>* sink);
    void recorded_much_or_watched(std::span<const Variable<T>* const> xs, const Array<T>& y);
    bool leaves_changed() const;
    void check_saved(const Node<T>& node) const;
    void check_forward(const Node<T>& node, std::span<const Variable<T>* const> inputs, const Array<T>& y) const;
    void check_backward(std::uint32_t node, const Array<T>& dy) const;
    std::string describe(std::uint32_t node) const;
    std::string input_name(const Node<T>& node, std::size_t i) const;
    void forget_gradients();
    void forget_all();

    static constexpr std::size_t suspicious_size = 10'000'000;
    // A shape alone takes as much memory as such a value.
    static bool is_short(const Array<T>& value) { return value.size() <= 128 / sizeof(T); }

    std::uint64_t id_;
    Tape* outer_;
    bool among_others_;                            // other tapes lived when this one was made
    std::size_t look_again_at_ = suspicious_size;  // every recording from this step on is looked at
    Stack<Node<T>> nodes_;
    Stack<Source> sources_;
    Stack<Array<T>> constants_;  // those that a rule reads
    Stack<LeafUse<T>> leaves_;
    std::map<std::uint32_t, std::string> names_;
    std::vector<TapeScope> scopes_;
    std::int32_t open_scope_ = -1;   // place among scopes_
    bool nodes_own_memory_ = false;  // if not, there is nothing to free in them
    bool released_ = false, walked_ = false, retained_ = false, find_anomalies_ = false, keep_values_ = false;
};

// clang-format off
Tape() -> Tape<float>;
// clang-format on

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

/// Marks what this thread's tape records while it lives as one part with a name, for looking at it: modules do so. Does
/// nothing unless the tape keeps values.
template <class T = float>
class Scope {
  public:
    explicit Scope(std::string_view name) : Scope(watched_tape(), name) {}
    ~Scope() {
        if (tape_) close();
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    /// The tape that scopes would be marked on, or nullptr: who needs time to find a name asks first.
    static Tape<T>* watched_tape() {
        Tape<T>* tape = Tape<T>::current();
        return tape && tape->keeps_values() ? tape : nullptr;
    }
    Scope(Tape<T>* tape, std::string_view name) : tape_(tape) {
        if (tape_) open(name);
    }

  private:
    void open(std::string_view name);
    void close();

    Tape<T>* tape_;
    std::uint64_t tape_id_ = 0;  // another one once the tape is cleared
    std::int32_t place_ = -1;
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
    if (v.is_leaf())
        v.set_name(std::move(name));
    else if (Tape<T>* tape = Tape<T>::current(); tape && v.is_recorded())
        tape->name(v, std::move(name));
    return v;
}

/// Runs an op: its value, recorded if a tape is current and an input wants a gradient.
template <class T, class O, std::same_as<Variable<T>>... X>
Variable<T> apply(O op, const X&... x) {
    Array<T> y = op.forward(x.value()...);
    if (Tape<T>* tape = Tape<T>::current()) {
        const std::array<Source, sizeof...(X)> sources{tape->place(x, op)...};
        bool followed = false;
        for (Source source : sources) followed |= source.followed();
        if (followed) {
            const std::array<const Variable<T>*, sizeof...(X)> inputs{&x...};
            const Saves saves = op.saves();
            return tape->record(keep<T>(std::move(op)), saves, std::span(inputs), std::span(sources), y);
        }
    }
    return Variable<T>(std::move(y));
}

/// The same for ops with any number of inputs.
template <class T, class O>
Variable<T> apply_many(O op, std::span<const Variable<T>> xs) {
    Array<T> y = op.forward(xs);
    if (Tape<T>* tape = Tape<T>::current()) {
        pool::Vector<Source> sources;
        pool::Vector<const Variable<T>*> inputs;
        bool followed = false;
        for (const Variable<T>& x : xs) {
            inputs.push_back(&x);
            sources.push_back(tape->place(x, op));
            followed |= sources.back().followed();
        }
        if (followed) {
            const Saves saves = op.saves();
            return tape->record(keep<T>(std::move(op)), saves, std::span<const Variable<T>* const>(inputs),
                                std::span<const Source>(sources), y);
        }
    }
    return Variable<T>(std::move(y));
}

template <class T>
std::ostream& operator<<(std::ostream& out, const Tape<T>& tape);
/// The tape as a table on standard output: step with the user's name, op, inputs, shape, value, gradient, rule. Arrays are
/// summed up by their range and mean. Coloured on a terminal, unless the environment sets NO_COLOR (no-color.org).
template <class T>
void print(const Tape<T>& tape);

extern template class Tape<float>;
extern template class Tape<double>;
extern template class Scope<float>;
extern template class Scope<double>;
extern template class Backward<float>;
extern template class Backward<double>;
extern template class Pullback<float>;
extern template class Pullback<double>;

}  // namespace sevenfold
