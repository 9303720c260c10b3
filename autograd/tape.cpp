#include "sevenfold/autograd/tape.hpp"

#include <cstdio>

#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/step_clock.hpp"

namespace sevenfold {
namespace {

std::atomic<std::uint64_t> tapes_made{0};
std::atomic<std::uint32_t> tapes_alive{0};

// The vectors of the last tape of this thread, emptied: a tape per training step allocates nothing.
template <class T>
struct Spare {
    Stack<Node<T>> nodes;
    Stack<Source> sources;
    Stack<Array<T>> constants;
    Stack<LeafUse<T>> leaves;
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
Tape<T>::Tape()
    : id_(add_to<std::uint64_t>(tapes_made, 1)), outer_(current_slot()), among_others_(add_to(tapes_alive, 1u) > 1) {
    Spare<T>& s = spare<T>();
    nodes_.swap(s.nodes);
    sources_.swap(s.sources);
    constants_.swap(s.constants);
    leaves_.swap(s.leaves);
    current_slot() = this;
}

template <class T>
Tape<T>::~Tape() {
    forget_all();
    add_to(tapes_alive, ~0u);
    Spare<T>& s = spare<T>();
    if (nodes_.capacity() > s.nodes.capacity()) {
        nodes_.swap(s.nodes);
        sources_.swap(s.sources);
        constants_.swap(s.constants);
        leaves_.swap(s.leaves);
    }
    for (Tape** tape = &current_slot(); *tape; tape = &(*tape)->outer_)
        if (*tape == this) {
            *tape = outer_;
            break;
        }
}

template <class T>
void Tape<T>::clear() {
    forget_all();
    id_ = add_to<std::uint64_t>(tapes_made, 1);
    among_others_ = tapes_alive > 1;
}

template <class T>
void Tape<T>::forget_all() {
    if (nodes_own_memory_ || retained_)
        nodes_.clear();
    else
        nodes_.forget();
    sources_.clear();
    constants_.clear();
    leaves_.clear();
    names_.clear();
    scopes_.clear();
    open_scope_ = -1;
    nodes_own_memory_ = released_ = walked_ = retained_ = false;
}

template <class T>
void Tape<T>::forget_gradients() {
    for (Node<T>& node : nodes_) node.forget_gradient();
    retained_ = false;
}

// ---- recording

template <class T>
Source Tape<T>::place_stranger(const Variable<T>& x, std::string_view op) const {
    for (const Tape* t = current_slot(); t; t = t->outer_)
        if (x.tape_ == t->id_)
            fail<TapeError>(op, text("a variable ", x.shape(), " of another tape, which has not ended"),
                            "a tape works with leaves, constants and its own variables",
                            "Pass x.detach() to use its value as a constant, or compute it on this tape.");
    fail<TapeError>(op, text("a variable ", x.shape(), " of a tape that has ended or was cleared"),
                    "what was recorded is gone with its tape",
                    "Compute it again on this tape, or pass x.detach() to use its value as a constant.");
}

// A leaf that is here already is found even when another tape, perhaps another thread's, has overwritten the hint: it has
// one step on every tape, and gradients add up in an order that does not depend on what else runs.
template <class T>
Source Tape<T>::place_without_hint(const std::shared_ptr<Leaf<T>>& leaf) {
    if (among_others_ || tapes_made != id_)
        for (const LeafUse<T>& use : leaves_)
            if (use.leaf == leaf && use.version == leaf->version) return Source(use.step);
    const std::uint32_t at = nodes_.size();
    nodes_own_memory_ |= !leaf->value.is_inline();
    nodes_.push(OpPtr<T>(), leaf->value.share(), leaves_.size(), std::size_t{0}, false);
    leaves_.push(LeafUse<T>{leaf, at, leaf->version});
    leaf->node_hint.store(at, std::memory_order_release);
    return Source(at);
}

template <class T>
std::vector<Variable<T>> Tape<T>::leaves() const {
    std::vector<Variable<T>> out;
    for (const LeafUse<T>& use : leaves_) out.push_back(Variable<T>(use.leaf));
    return out;
}

template <class T>
void Tape<T>::recorded_much_or_watched(std::span<const Variable<T>* const> xs, const Array<T>& y) {
    if (nodes_.size() == suspicious_size + 1 && !walked_)
        std::fprintf(stderr,
                     "[tape] 10 million operations recorded, never used or cleared: "
                     "does a Tape stand outside the loop that it belongs into?\n");
    if (find_anomalies_) check_forward(nodes_.back(), xs, y);
    if (!keep_values_) return;
    if (StepClock* clock = StepClock::current()) clock->tick(nodes_.size() - 1);
    Source* const sources = sources_.data() + nodes_.back().first;
    for (std::size_t i = 0; i < xs.size(); ++i)
        if (!sources[i].followed() && !sources[i].kept()) {
            constants_.push(xs[i]->value());
            sources[i] = Source::kept_constant(constants_.size() - 1);
        }
}

template <class T>
void Scope<T>::open(std::string_view name) {
    tape_id_ = tape_->id_;
    place_ = static_cast<std::int32_t>(tape_->scopes_.size());
    const std::uint32_t at = tape_->nodes_.size();
    tape_->scopes_.push_back({std::string(name), at, at, std::exchange(tape_->open_scope_, place_)});
}

template <class T>
void Scope<T>::close() {
    if (tape_->id_ != tape_id_) return;
    TapeScope& scope = tape_->scopes_[static_cast<std::size_t>(place_)];
    scope.last = tape_->nodes_.size();
    tape_->open_scope_ = scope.parent;
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
std::uint32_t Tape<T>::check_start(const Variable<T>& y, const Array<T>& upstream, std::string_view who) {
    if (y.is_constant())
        fail<TapeError>(who, "a value that was not recorded", "it was computed without a tape, or from constants alone",
                        "Write `Tape tape;` before the forward pass, and make parameters with leaf(array, \"name\").");
    if (upstream.shape() != y.shape())
        fail<ShapeError>(who, text("upstream gradient ", upstream.shape(), " for a value of shape ", y.shape()),
                         "the shapes must be equal");
    const Source start = place(y, who);
    if (released_)
        fail<TapeError>(who, "a tape whose saved values were freed", "backward(.., {.release = true}) can run once",
                        "Leave `release` off to walk a tape several times.");
    if (!start.followed())
        fail<TapeError>(who, "a frozen leaf", "it is not trainable, so no gradient is kept",
                        "Call set_trainable(true) on it.");
    return start.step();
}

template <class T>
void Tape<T>::backward_from(const Variable<T>& y, const Array<T>& upstream, BackwardOptions options) {
    propagate(y, upstream, options);
    for (const LeafUse<T>& use : leaves_)
        if (nodes_[use.step].has_gradient) use.leaf->add_gradient(take_gradient(nodes_[use.step]));
}

template <class T>
void Tape<T>::backward_into(std::vector<LeafGradient<T>>& gradients, const Variable<T>& y, const Array<T>& upstream,
                            BackwardOptions options) {
    propagate(y, upstream, options);
    std::size_t count = 0;
    for (const LeafUse<T>& use : leaves_) {
        if (!nodes_[use.step].has_gradient) continue;
        if (count == gradients.size()) gradients.emplace_back();
        gradients[count].leaf = Variable<T>(use.leaf);
        gradients[count++].gradient = take_gradient(nodes_[use.step]);
    }
    gradients.resize(count);
}

template <class T>
void Tape<T>::backward_each(const LeafSink<T>& sink, const Variable<T>& y, const Array<T>& upstream,
                            BackwardOptions options) {
    propagate(y, upstream, options, &sink);
}

template <class T>
Array<T> Tape<T>::take_gradient(Node<T>& leaf_step) {
    if (retained_) return leaf_step.gradient;
    leaf_step.has_gradient = 0;
    return std::move(leaf_step.gradient);
}

// Everything but the leaves: they are touched when nothing can go wrong any more.
template <class T>
void Tape<T>::propagate(const Variable<T>& y, const Array<T>& upstream, BackwardOptions options,
                        const LeafSink<T>* sink) {
    const std::uint32_t start = check_start(y, upstream, "backward");
    walked_ = true;
    if (retained_) forget_gradients();
    retained_ = options.retain;
    nodes_[start].gradient = upstream;
    nodes_[start].has_gradient = 1;
    try {
        walk(start, options, sink);
    } catch (...) {  // the step can be repeated
        forget_gradients();
        throw;
    }
}

template <class T>
void Tape<T>::walk(std::uint32_t from, BackwardOptions options, const LeafSink<T>* sink) {
    NoTape<T> quiet;
    if (options.release) released_ = true;
    const bool changed = leaves_changed();
    Node<T>* const nodes = nodes_.data();  // nothing is recorded here, so nothing moves
    Backward<T> step(*this);
    for (std::uint32_t i = from + 1; i-- > 0;) {
        if (i >= 32) __builtin_prefetch(nodes + (i - 32));  // processors guess worse backwards
        Node<T>& node = nodes[i];
        if (!node.has_gradient) continue;
        if (!node.op) {
            if (sink) (*sink)(Variable<T>(leaves_[node.first].leaf), take_gradient(node));
            continue;
        }
        if (changed && node.reads_leaf) check_saved(node);
        step.at(node, node.gradient);
        node.op->backward(step);
        if (find_anomalies_) check_backward(i, node.gradient);
        if (!options.retain) node.forget_gradient();
        if (options.release) {
            for (Source source : sources(node))
                if (source.kept()) constants_[source.place()] = Array<T>();
            if (!is_short(node.output)) node.output = node.output.shape_only();
            if (!node.op->immortal) node.op = OpPtr<T>(new Freed<T>(node.op->text()));
        }
    }
}

template <class T>
bool Tape<T>::leaves_changed() const {
    for (const LeafUse<T>& use : leaves_)
        if (use.leaf->version != use.version) return true;
    return false;
}

template <class T>
void Tape<T>::check_saved(const Node<T>& node) const {
    for (std::size_t i = 0; i < node.count; ++i) {
        const Source source = sources_[node.first + i];
        if (!source.followed() || nodes_[source.step()].op || !keeps(node.op->saves(), i)) continue;
        const LeafUse<T>& use = leaves_[nodes_[source.step()].first];
        const Leaf<T>& leaf = *use.leaf;
        if (leaf.version != use.version)
            fail<InPlaceError>("backward",
                               text(leaf.name.empty() ? "a leaf" : leaf.name, ' ', leaf.value.shape(), ", saved by ",
                                    node.op->text().name, ", was changed by ", leaf.changed_by, " since"),
                               "backward needs the value as it was (version " + std::to_string(use.version) +
                                   ", it is at " + std::to_string(leaf.version) + ")",
                               "Run backward before the change, or compute the loss again after it.");
    }
}

template <class T>
Array<T> Tape<T>::gradient(const Variable<T>& v) const {
    if (!v.leaf_ && v.tape_ != id_)
        fail<TapeError>("gradient", "a variable that is not on this tape",
                        "only what this tape recorded has a gradient here");
    if (!retained_)
        fail<TapeError>("gradient", "no gradients on this tape", "they are freed while backward walks",
                        "Ask for them: tape.backward(loss, {.retain = true}).");
    if (!v.leaf_) return gradient_of(v.node_) ? *gradient_of(v.node_) : Array<T>::zeros(v.shape());
    Array<T> sum = Array<T>::zeros(v.shape());
    for (const LeafUse<T>& use : leaves_)  // a leaf can have several places
        if (use.leaf == v.leaf_ && gradient_of(use.step)) kernels::accumulate(sum, *gradient_of(use.step));
    return sum;
}

template <class T>
Backward<T>::Backward(Tape<T>& tape)
    : tape_(tape), nodes_(tape.nodes_.data()), all_sources_(tape.sources_.data()), constants_(tape.constants_.data()) {}

template <class T>
Backward<T>::Backward(Tape<T>& tape, const Node<T>& node, const Array<T>& dy, Node<T>* inputs, const Source* sources)
    : tape_(tape),
      nodes_(inputs),
      all_sources_(sources),
      constants_(tape.constants_.data()),
      node_(&node),
      sources_(sources),
      dy_(&dy) {}

template <class T>
void Backward<T>::add(std::size_t i, Array<T> dx) {
    Node<T>& to = nodes_[sources_[i].step()];
    if (dx.shape() != to.output.shape()) dx = kernels::sum_to(dx, to.output.shape());
    if (to.has_gradient) {
        kernels::accumulate(to.gradient, dx);
    } else {
        to.gradient = std::move(dx);
        to.has_gradient = 1;
    }
}

template <class T>
Target<T> Backward<T>::target(std::size_t i) {
    Node<T>& to = nodes_[sources_[i].step()];
    const bool first = !to.has_gradient;
    if (first) {
        to.gradient = Array<T>(to.output.shape());
        to.has_gradient = 1;
    }
    return {to.gradient.data(), first};
}

template class Tape<float>;
template class Tape<double>;
template class Scope<float>;
template class Scope<double>;
template class Backward<float>;
template class Backward<double>;

}  // namespace sevenfold
