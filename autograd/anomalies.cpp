// The first NaN or infinity, where it comes from, and what led to it.
#include <cmath>
#include <limits>

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
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
    const Source from = sources(node)[i];
    const std::string name = from.followed() ? name_of(from.step()) : std::string();
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
    for (Source in : sources(node)) {
        if (!in.followed()) continue;
        const Node<T>& to = nodes_[in.step()];
        if (!to.has_gradient || finite(to.gradient)) continue;
        std::string from = text("dy ", range(dy));
        for (std::size_t k = 0; k < node.count; ++k)
            if (keeps(node.op->saves(), k))
                from += text("; ", input_name(node, k), ' ', range(saved_input(sources(node)[k]).value()));
        if (node.op->saves().output) from += text("; y ", range(node.output));
        fail<AnomalyError>(
            "anomaly", text("backward, ", describe(i), ": gradient for ", describe(in.step()), ' ', range(to.gradient)),
            text("the first gradient that is not finite, from ", from), text("Its rule: ", node.op->text().rule, '.'));
    }
}

template class Tape<float>;
template class Tape<double>;

}  // namespace sevenfold
