#include "sevenfold/autograd/tape.hpp"

#include <cassert>
#include <cmath>
#include <cstdio>
#include <limits>

#include "sevenfold/autograd/kernels/kernels.hpp"

namespace sevenfold {
namespace {

std::atomic<std::uint64_t> tapes_made{0};

// The vectors of the last tape of this thread, emptied: a tape per training step allocates nothing.
template <class T>
struct Spare {
    std::vector<Node<T>> nodes;
    std::vector<Input<T>> inputs;
    std::vector<Array<T>> gradients;
    std::vector<std::uint8_t> filled;
};
// Stands where an op stood whose saved values were freed, so that the tape can still be printed.
template <class T>
class Freed final : public Op<T> {
  public:
    explicit Freed(const OpText& text) : text_(text) {}
    const OpText& text() const override { return text_; }
    Saves saves() const override { return saves_nothing; }
    void pullback(Pullback<T>&) const override { throw std::logic_error("a freed op has no rule"); }

  private:
    const OpText& text_;
};

template <class T>
Spare<T>& spare() {
    thread_local Spare<T> one;
    return one;
}

}  // namespace

// Initial-exec: reading it is one instruction, not a call.
template <class T>
[[gnu::tls_model("initial-exec")]] constinit thread_local Tape<T>* current_tape = nullptr;

template <class T>
Tape<T>*& Tape<T>::current_slot() {
    return current_tape<T>;
}

template <class T>
Tape<T>* Tape<T>::current() {
    return current_tape<T>;
}

template <class T>
Tape<T>::Tape() : id_(++tapes_made), outer_(current_slot()) {
    Spare<T>& s = spare<T>();
    nodes_.swap(s.nodes);
    inputs_.swap(s.inputs);
    gradients_.swap(s.gradients);
    filled_.swap(s.filled);
    current_slot() = this;
}

template <class T>
Tape<T>::~Tape() {
    clear();
    Spare<T>& s = spare<T>();
    if (nodes_.capacity() > s.nodes.capacity()) {
        nodes_.swap(s.nodes);
        inputs_.swap(s.inputs);
        gradients_.swap(s.gradients);
        filled_.swap(s.filled);
    }
    for (Tape** tape = &current_slot(); *tape; tape = &(*tape)->outer_)
        if (*tape == this) {
            *tape = outer_;
            break;
        }
}

template <class T>
void Tape<T>::clear() {
    id_ = ++tapes_made;
    nodes_.clear();
    inputs_.clear();
    leaves_.clear();
    names_.clear();
    forget_gradients();
    released_ = walked_ = false;
}

template <class T>
void Tape<T>::forget_gradients() {
    gradients_.clear();
    filled_.clear();
}

// ---- recording

template <class T>
std::uint32_t Tape<T>::place_stranger(const Variable<T>& x, std::string_view op) const {
    for (const Tape* t = current_slot(); t; t = t->outer_)
        if (x.tape_ == t->id_)
            fail<TapeError>(op, text("a variable ", x.shape(), " of another tape, which has not ended"),
                            "a tape works with leaves, constants and its own variables",
                            "Pass x.detach() to use its value as a constant, or compute it on this tape.");
    fail<TapeError>(op, text("a variable ", x.shape(), " of a tape that has ended or was cleared"),
                    "what was recorded is gone with its tape",
                    "Compute it again on this tape, or pass x.detach() to use its value as a constant.");
}

template <class T>
std::uint32_t Tape<T>::register_leaf(const std::shared_ptr<Leaf<T>>& leaf) {
    const auto at = static_cast<std::uint32_t>(nodes_.size());
    Node<T>& node = nodes_.emplace_back();
    node.output = leaf->value.shape_only();
    node.first = static_cast<std::uint32_t>(leaves_.size());
    leaves_.push_back({leaf, at});
    leaf->node_hint.store(at, std::memory_order_relaxed);
    return at;
}

template <class T>
void Tape<T>::recorded_much_or_watched(std::span<const Variable<T>* const> xs, const Array<T>& y) {
    if (nodes_.size() == suspicious_size + 1 && !walked_)
        std::fprintf(stderr,
                     "[tape] 10 million operations recorded, never used or cleared: "
                     "does a Tape stand outside the loop that it belongs into?\n");
    if (find_anomalies_) check_forward(nodes_.back(), xs, y);
}

template <class T>
void Tape<T>::name(const Variable<T>& v, std::string name) {
    if (v.tape_ != id_)
        fail<TapeError>("name", "a variable that is not on this tape", "only recorded variables have a place to name");
    names_[v.node_] = std::move(name);
}

// ---- the fast road

template <class T>
void Tape<T>::backward(const Variable<T>& loss, BackwardOptions options) {
    if (loss.size() != 1)
        fail<TapeError>("backward", text("a value of shape ", loss.shape()), "a loss has one element",
                        "Reduce it with sum or mean, or pass the upstream gradient: tape.backward_from(y, dy).");
    backward_from(loss, Array<T>::ones(loss.shape()), options);
}

template <class T>
void Tape<T>::backward_from(const Variable<T>& y, const Array<T>& upstream, BackwardOptions options) {
    if (y.is_constant())
        fail<TapeError>("backward", "a value that was not recorded",
                        "it was computed without a tape, or from constants alone",
                        "Write `Tape tape;` before the forward pass, and make parameters with leaf(array, \"name\").");
    if (upstream.shape() != y.shape())
        fail<ShapeError>("backward", text("upstream gradient ", upstream.shape(), " for a value of shape ", y.shape()),
                         "the shapes must be equal");
    const std::uint32_t from = place(y, "backward");
    if (released_)
        fail<TapeError>("backward", "a tape whose saved values were freed",
                        "backward(.., {.release = true}) can run once",
                        "Leave `release` off to walk a tape several times.");
    if (from == Input<T>::constant)
        fail<TapeError>("backward", "a frozen leaf", "it is not trainable, so no gradient is kept",
                        "Call set_trainable(true) on it.");
    walked_ = true;
    forget_gradients();
    gradients_.resize(nodes_.size());
    filled_.assign(nodes_.size(), 0);
    gradients_[from] = upstream;
    filled_[from] = 1;
    try {
        walk(from, options);
    } catch (...) {  // no leaf was touched yet: the step can be repeated
        forget_gradients();
        throw;
    }
    for (const LeafUse& use : leaves_) {
        if (!filled_[use.node]) continue;
        Leaf<T>& leaf = *use.leaf;
        Array<T> g = options.retain ? gradients_[use.node] : std::move(gradients_[use.node]);
        if (leaf.has_gradient)
            kernels::accumulate(leaf.gradient, g);
        else
            leaf.gradient = std::move(g);
        leaf.has_gradient = true;
    }
    if (!options.retain) forget_gradients();
}

template <class T>
void Tape<T>::walk(std::uint32_t from, BackwardOptions options) {
    NoTape<T> quiet;
    if (options.release) released_ = true;
    Node<T>* const nodes = nodes_.data();  // nothing is recorded here, so nothing moves
    for (std::uint32_t i = from + 1; i-- > 0;) {
        if (i >= 32) {  // a long tape is far larger than the caches, and processors guess worse backwards
            __builtin_prefetch(nodes + (i - 32));
            __builtin_prefetch(inputs_.data() + nodes[i - 16].first);
        }
        Node<T>& node = nodes[i];
        if (!node.op || !filled_[i]) continue;
        if (node.saved_leaf) check_saved(node);
        Array<T> dy = options.retain ? gradients_[i] : std::move(gradients_[i]);
        if (!options.retain) filled_[i] = 0;
        Backward<T> step(*this, i, dy);
        node.op->backward(step);
        if (find_anomalies_) check_backward(i, dy);
        if (options.release) {
            for (std::uint32_t k = 0; k < node.count; ++k) inputs_[node.first + k].value = Array<T>();
            if (node.output.rank() > 0) node.output = node.output.shape_only();
            if (!node.op->immortal) node.op = OpPtr<T>(new Freed<T>(node.op->text()));
        }
    }
}

template <class T>
void Tape<T>::check_saved(const Node<T>& node) const {
    for (const Input<T>& in : inputs(node)) {
        if (in.node == Input<T>::constant || nodes_[in.node].op || in.value.is_shape_only()) continue;
        const Leaf<T>& leaf = leaf_of(nodes_[in.node]);
        const std::size_t i = static_cast<std::size_t>(&in - inputs_.data()) - node.first;
        if (leaf.version != in.version && keeps(node.op->saves(), i))
            fail<InPlaceError>("backward",
                               text(leaf.name.empty() ? "a leaf" : leaf.name, ' ', leaf.value.shape(), ", saved by ",
                                    node.op->text().name, ", was changed by ", leaf.changed_by, " since"),
                               "backward needs the value as it was (version " + std::to_string(in.version) +
                                   ", it is at " + std::to_string(leaf.version) + ")",
                               "Run backward before the change, or compute the loss again after it.");
    }
}

template <class T>
Array<T> Tape<T>::gradient(const Variable<T>& v) const {
    if (!v.leaf_ && v.tape_ != id_)
        fail<TapeError>("gradient", "a variable that is not on this tape",
                        "only what this tape recorded has a gradient here");
    if (gradients_.empty())
        fail<TapeError>("gradient", "no gradients on this tape", "they are freed while backward walks",
                        "Ask for them: tape.backward(loss, {.retain = true}).");
    if (!v.leaf_) return gradient_of(v.node_) ? *gradient_of(v.node_) : Array<T>::zeros(v.shape());
    Array<T> sum = Array<T>::zeros(v.shape());
    for (const LeafUse& use : leaves_)  // a leaf can have several places
        if (use.leaf == v.leaf_ && gradient_of(use.node)) kernels::accumulate(sum, *gradient_of(use.node));
    return sum;
}

template <class T>
Backward<T>::Backward(Tape<T>& tape, std::uint32_t at, const Array<T>& dy)
    : tape_(tape),
      at_(at),
      node_(tape.nodes_[at]),
      inputs_(tape.inputs_.data() + node_.first),
      gradients_(tape.gradients_.data()),
      filled_(tape.filled_.data()),
      dy_(dy) {}

template <class T>
const Shape& Backward<T>::x_shape(std::size_t i) const {
    return wants(i) ? tape_.nodes_[inputs_[i].node].output.shape() : inputs_[i].value.shape();
}

template <class T>
void Backward<T>::add(std::size_t i, Array<T> dx) {
    const std::uint32_t to = inputs_[i].node;
    const Array<T>& output = tape_.nodes_[to].output;
    if (dx.shape() != output.shape()) dx = kernels::sum_to(dx, output.shape());
    if (filled_[to]) {
        kernels::accumulate(gradients_[to], dx);
    } else {
        gradients_[to] = std::move(dx);
        filled_[to] = 1;
    }
}

template <class T>
Target<T> Backward<T>::target(std::size_t i) {
    const std::uint32_t to = inputs_[i].node;
    const bool first = !filled_[to];
    if (first) {
        gradients_[to] = Array<T>(tape_.nodes_[to].output.shape());
        filled_[to] = 1;
    }
    return {gradients_[to].data(), first};
}

// ---- the functional road

template <class T>
Variable<T> Tape<T>::variable(std::uint32_t node, const Array<T>& value) const {
    if (node == Input<T>::constant) return Variable<T>(value.share());
    if (!nodes_[node].op) return Variable<T>(leaves_[nodes_[node].first].leaf);
    return Variable<T>(value.share(), id_, node);
}

template <class T>
Pullback<T>::Pullback(Tape<T>& tape, std::uint32_t at, Variable<T> dy) : dy_(std::move(dy)) {
    const Node<T>& node = tape.nodes_[at];
    const Saves saves = node.op->saves();
    op_ = node.op->text().name;
    y_saved_ = saves.output;
    if (y_saved_) y_ = tape.variable(at, node.output);
    for (std::size_t i = 0; i < node.count; ++i) {
        const Input<T>& in = tape.inputs_[node.first + i];
        const bool has_value = keeps(saves, i);
        const bool wanted = in.node != Input<T>::constant;
        inputs_.push_back({has_value ? tape.variable(in.node, in.value) : Variable<T>(), Variable<T>(),
                           wanted ? tape.nodes_[in.node].output.shape() : in.value.shape(), has_value, wanted});
    }
}

template <class T>
const Variable<T>& Pullback<T>::x(std::size_t i) const {
    if (!inputs_[i].saved)
        throw std::logic_error(text("the rule of ", op_, " reads input ", i, ", which it does not save"));
    return inputs_[i].x;
}
template <class T>
const Variable<T>& Pullback<T>::y() const {
    if (!y_saved_) throw std::logic_error(text("the rule of ", op_, " reads its result, which it does not save"));
    return y_;
}

template <class T>
void Pullback<T>::add(std::size_t i, Variable<T> dx) {
    Step& in = inputs_[i];
    if (dx.shape() != in.shape) dx = sum_to(dx, in.shape);
    in.dx = in.given ? in.dx + dx : std::move(dx);
    in.given = true;
}

template <class T>
void Op<T>::backward(Backward<T>& step) const {
    step.by_pullback();
}

template <class T>
void Backward<T>::by_pullback() {
    Pullback<T> functional(tape_, at_, Variable<T>(dy_));
    node_.op->pullback(functional);
    for (std::size_t i = 0; i < functional.inputs_.size(); ++i)
        if (functional.inputs_[i].given && functional.wants(i)) add(i, functional.inputs_[i].dx.value());
}

template <class T>
std::vector<std::optional<Variable<T>>> Tape<T>::pull(const Variable<T>& y, const Variable<T>& upstream,
                                                      std::span<const Variable<T>> xs) {
    if (released_)
        fail<TapeError>("grad", "a tape whose saved values were freed",
                        "backward(.., {.release = true}) ends a tape's use");
    walked_ = true;
    const std::uint32_t from = place(y, "grad");
    std::vector<std::optional<Variable<T>>> out(xs.size());
    std::vector<std::vector<std::uint32_t>> places(xs.size());  // a leaf can have several
    std::uint32_t low = from + 1;
    for (std::size_t k = 0; k < xs.size(); ++k) {
        if (xs[k].is_constant())
            fail<TapeError>("grad", text("input ", k, " is a constant"),
                            "gradients exist for leaves and recorded variables",
                            "Make it a leaf with leaf(array, \"name\").");
        if (xs[k].is_leaf() && !xs[k].trainable())
            fail<TapeError>("grad", text("input ", k, " is a frozen leaf"), "tapes do not follow it",
                            "Call set_trainable(true) on it before computing y.");
        if (xs[k].leaf_) {
            for (const LeafUse& use : leaves_)
                if (use.leaf == xs[k].leaf_) places[k].push_back(use.node);
        } else {
            places[k].push_back(place(xs[k], "grad"));
        }
        for (std::uint32_t p : places[k]) low = std::min(low, p);
    }
    if (low > from) return out;

    // Only what lies between the xs and y is walked.
    std::vector<std::uint8_t> leads(from - low + 1, 0);
    for (const auto& list : places)
        for (std::uint32_t p : list)
            if (p <= from) leads[p - low] = 1;
    for (std::uint32_t i = low; i <= from; ++i)
        for (const Input<T>& in : inputs(nodes_[i]))
            if (in.node != Input<T>::constant && in.node >= low && leads[in.node - low]) leads[i - low] = 1;

    std::vector<std::optional<Variable<T>>> gradients(from - low + 1);
    gradients[from - low] = upstream;
    std::vector<std::uint8_t> asked(from - low + 1, 0);
    for (const auto& list : places)
        for (std::uint32_t p : list)
            if (p <= from) asked[p - low] = 1;
    for (std::uint32_t i = from + 1; i-- > low;) {
        if (!gradients[i - low] || !nodes_[i].op) continue;
        check_saved(nodes_[i]);
        const Op<T>& op = *nodes_[i].op;
        Pullback<T> step(*this, i, asked[i - low] ? *gradients[i - low] : *std::exchange(gradients[i - low], {}));
        for (std::size_t k = 0; k < step.inputs_.size(); ++k) {
            const std::uint32_t to = inputs_[nodes_[i].first + k].node;
            step.inputs_[k].wanted = to != Input<T>::constant && to >= low && leads[to - low];
        }
        op.pullback(step);  // records: nodes_ and inputs_ may move
        for (std::size_t k = 0; k < step.inputs_.size(); ++k) {
            if (!step.inputs_[k].given || !step.inputs_[k].wanted) continue;
            std::optional<Variable<T>>& g = gradients[inputs_[nodes_[i].first + k].node - low];
            g = g ? *g + step.inputs_[k].dx : step.inputs_[k].dx;
        }
    }
    for (std::size_t k = 0; k < xs.size(); ++k)
        for (std::uint32_t p : places[k])
            if (p <= from && gradients[p - low]) out[k] = out[k] ? *out[k] + *gradients[p - low] : *gradients[p - low];
    return out;
}

template <class T>
std::vector<Variable<T>> grad(const Variable<T>& y, const std::vector<Variable<T>>& xs, const Variable<T>& upstream) {
    Tape<T>* tape = Tape<T>::current();
    if (!tape)
        fail<TapeError>("grad", "no tape is current", "there is nothing recorded to differentiate",
                        "Write `Tape tape;` before computing y.");
    if (upstream.shape() != y.shape())
        fail<ShapeError>("grad", text("upstream gradient ", upstream.shape(), " for a value of shape ", y.shape()),
                         "the shapes must be equal");
    if (y.is_constant())
        fail<TapeError>("grad", "a y that was not recorded", "it does not depend on any leaf",
                        "Compute y after `Tape tape;`, from leaves made with leaf(array, \"name\").");
    auto found = tape->pull(y, upstream, xs);
    std::vector<Variable<T>> out;
    for (std::size_t k = 0; k < xs.size(); ++k)
        out.push_back(found[k] ? *found[k] : Variable<T>(Array<T>::zeros(xs[k].shape())));
    return out;
}

template <class T>
std::vector<Variable<T>> grad(const Variable<T>& y, const std::vector<Variable<T>>& xs) {
    if (y.size() != 1)
        fail<TapeError>("grad", text("a y of shape ", y.shape()), "without an upstream gradient y has one element",
                        "Reduce it with sum or mean, or pass the upstream gradient: grad(y, xs, dy).");
    return grad(y, xs, Variable<T>(Array<T>::ones(y.shape())));
}

// ---- anomalies

namespace {

template <class T>
std::string range(const Array<T>& a) {
    if (a.is_shape_only()) return text(a.shape());
    T low = std::numeric_limits<T>::infinity(), high = -low;
    std::size_t bad = 0;
    for (T v : a) {
        if (!std::isfinite(v))
            ++bad;
        else
            low = std::min(low, v), high = std::max(high, v);
    }
    std::string out = text(a.shape());
    if (low <= high) out += text(" from ", Array<T>(low), " to ", Array<T>(high));
    if (bad) out += text(", ", bad, " of ", a.size(), " not finite");
    return out;
}

template <class T>
bool finite(const Array<T>& a) {
    for (T v : a)
        if (!std::isfinite(v)) return false;
    return true;
}

}  // namespace

template <class T>
std::string Tape<T>::describe(std::uint32_t i) const {
    const std::string name = name_of(i);
    return text("step ", i, " (", nodes_[i].op ? nodes_[i].op->text().name : "leaf", name.empty() ? "" : " ", name,
                ")");
}

template <class T>
std::string Tape<T>::input_name(const Node<T>& node, std::size_t i) const {
    const std::uint32_t from = inputs(node)[i].node;
    const std::string name = from == Input<T>::constant ? std::string() : name_of(from);
    return name.empty() ? text("input ", i) : name;
}

template <class T>
void Tape<T>::check_forward(const Node<T>& node, std::span<const Variable<T>* const> xs, const Array<T>& y) const {
    if (finite(y)) return;
    std::string inputs;
    for (std::size_t i = 0; i < xs.size(); ++i)
        inputs += text(i ? "; " : "", input_name(node, i), ' ', range(xs[i]->value()));
    fail<AnomalyError>(
        "anomaly", text("forward, ", describe(static_cast<std::uint32_t>(nodes_.size() - 1)), ": ", range(y)),
        text("the first value that is not finite, from ", inputs), text("Its formula: ", node.op->text().formula, '.'));
}

template <class T>
void Tape<T>::check_backward(std::uint32_t i, const Array<T>& dy) const {
    const Node<T>& node = nodes_[i];
    for (const Input<T>& in : inputs(node)) {
        if (in.node == Input<T>::constant || !filled_[in.node] || finite(gradients_[in.node])) continue;
        std::string from = text("dy ", range(dy));
        for (std::size_t k = 0; k < node.count; ++k)
            if (keeps(node.op->saves(), k)) from += text("; ", input_name(node, k), ' ', range(inputs(node)[k].value));
        if (node.op->saves().output) from += text("; y ", range(node.output));
        fail<AnomalyError>(
            "anomaly",
            text("backward, ", describe(i), ": gradient for ", describe(in.node), ' ', range(gradients_[in.node])),
            text("the first gradient that is not finite, from ", from), text("Its rule: ", node.op->text().rule, '.'));
    }
}

template class Tape<float>;
template class Tape<double>;
template class Backward<float>;
template class Backward<double>;
template class Pullback<float>;
template class Pullback<double>;
template class Op<float>;
template class Op<double>;
template std::vector<Variable<float>> grad(const Variable<float>&, const std::vector<Variable<float>>&,
                                           const Variable<float>&);
template std::vector<Variable<double>> grad(const Variable<double>&, const std::vector<Variable<double>>&,
                                            const Variable<double>&);
template std::vector<Variable<float>> grad(const Variable<float>&, const std::vector<Variable<float>>&);
template std::vector<Variable<double>> grad(const Variable<double>&, const std::vector<Variable<double>>&);

}  // namespace sevenfold
