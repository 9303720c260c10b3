// The functional road: gradients as variables, recorded again.
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {

template <class T>
Variable<T> Tape<T>::saved_input(Source source) const {
    if (!source.followed()) return Variable<T>(constants_[source.place()].share());
    const Node<T>& from = nodes_[source.step()];
    return from.op ? saved_output(source.step()) : Variable<T>(leaves_[from.first].leaf);
}

template <class T>
Variable<T> Tape<T>::saved_output(std::size_t step) const {
    return Variable<T>(nodes_[step].output.share(), id_, static_cast<std::uint32_t>(step));
}

template <class T>
Pullback<T>::Pullback(Tape<T>& tape, std::size_t at, Variable<T> dy) : dy_(std::move(dy)) {
    const Node<T>& node = tape.nodes_[at];
    const Saves saves = node.op->saves();
    op_ = node.op->text().name;
    y_saved_ = saves.output;
    if (y_saved_) y_ = tape.saved_output(at);
    std::size_t i = 0;
    for (Source source : tape.sources(node)) {
        const bool saved = keeps(saves, i++);
        const Variable<T> x = saved ? tape.saved_input(source) : Variable<T>();
        const Shape& shape = source.followed() ? tape.nodes_[source.step()].output.shape() : x.shape();
        inputs_.push_back({x, Variable<T>(), shape, saved, source.followed()});
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
    Pullback<T> functional(tape_, static_cast<std::size_t>(node_ - tape_.nodes_.data()), Variable<T>(*dy_));
    node_->op->pullback(functional);
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
    std::vector<std::optional<Variable<T>>> out(xs.size());
    const Source start = place(y, "grad");
    if (!start.followed()) return out;  // a frozen leaf
    const std::uint32_t from = start.step();
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
            for (const LeafUse<T>& use : leaves_)
                if (use.leaf == xs[k].leaf_) places[k].push_back(use.step);
        } else {
            places[k].push_back(place(xs[k], "grad").step());
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
        for (Source in : sources(nodes_[i]))
            if (in.followed() && in.step() >= low && leads[in.step() - low]) leads[i - low] = 1;

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
            const Source to = sources_[nodes_[i].first + k];
            step.inputs_[k].wanted = to.followed() && to.step() >= low && leads[to.step() - low];
        }
        op.pullback(step);  // records: nodes_ and sources_ may move
        for (std::size_t k = 0; k < step.inputs_.size(); ++k) {
            if (!step.inputs_[k].given || !step.inputs_[k].wanted) continue;
            std::optional<Variable<T>>& g = gradients[sources_[nodes_[i].first + k].step() - low];
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
