// Higher derivatives of fused ops.
//
// A fused op computes in one kernel what a composition of plain ops computes in several. Its fast road has a kernel of
// its own; its functional road records the composition and differentiates that, so that derivatives of every order
// follow from the rules of the plain ops.
#pragma once

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold::ops {

/// y = x, at a new place on the tape. Gradients of a composition are walked back to the aliases of its inputs, however
/// far away the inputs themselves were recorded.
template <class T>
class Alias final : public Op<T> {
  public:
    static constexpr OpText words{"alias", "y = x", "dx = dy"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const { return x; }
    void backward(Backward<T>& step) const override { step.add(0, step.dy()); }
    void pullback(Pullback<T>& step) const override { step.add(0, step.dy()); }
};

/// Gives the gradients of the first `count` inputs, all of them saved, by way of compose(inputs), which must have the
/// op's value. Inputs that enter linearly need not be saved: leave them out and give their gradients directly.
template <class T, class Compose>
void pull_composed(Pullback<T>& step, std::size_t count, const Compose& compose) {
    std::vector<Variable<T>> xs, wanted;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < count; ++i) {
        xs.push_back(step.x(i));
        if (!step.wants(i)) continue;
        xs[i] = apply<T>(Alias<T>(), xs[i]);
        wanted.push_back(xs[i]);
        places.push_back(i);
    }
    if (wanted.empty()) return;
    const std::vector<Variable<T>> gradients = grad(compose(xs), wanted, step.dy());
    for (std::size_t k = 0; k < places.size(); ++k) step.add(places[k], gradients[k]);
}

}  // namespace sevenfold::ops
