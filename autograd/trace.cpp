#include "sevenfold/autograd/trace.hpp"

#include "sevenfold/autograd/kernels/kernels.hpp"

namespace sevenfold {
namespace {

template <class T>
Array<T> one(const Variable<T>& loss) {
    if (loss.size() != 1)
        fail<TapeError>("trace", text("a value of shape ", loss.shape()), "a loss has one element",
                        "Reduce it with sum or mean, or pass the upstream gradient too.");
    return Array<T>::ones(loss.shape());
}

}  // namespace

template <class T>
Trace<T>::Trace(Tape<T>& tape, const Variable<T>& loss) : Trace(tape, loss, one(loss)) {}

template <class T>
Trace<T>::Trace(Tape<T>& tape, const Variable<T>& y, const Array<T>& upstream)
    : start_(tape.check_start(y, upstream, "trace")), gradients_(tape.size()), uses_(tape.size()) {
    NoTape<T> quiet;
    tape.walked_ = true;
    gradients_[start_] = upstream;
    for (std::uint32_t i = start_ + 1; i-- > 0;) {
        const Node<T>& node = tape.node(i);
        if (!node.op || !gradients_[i]) continue;
        tape.check_saved(node);
        // Each input becomes a place of its own, so that x * x hands back two gradients.
        std::vector<Node<T>> inputs;
        std::vector<Source> places;
        for (Source source : tape.sources(node)) {
            places.push_back(source.followed() ? Source(inputs.size()) : source);
            inputs.emplace_back(OpPtr<T>(), source.followed() ? tape.node(source.step()).output.share() : Array<T>(),
                                0u, std::size_t{0}, false);
        }
        Backward<T> step(tape, node, *gradients_[i], inputs.data(), places.data());
        node.op->backward(step);
        for (std::uint32_t k = 0; k < inputs.size(); ++k) {
            if (!inputs[k].has_gradient) continue;
            const std::uint32_t to = tape.sources(node)[k].step();
            uses_[to].push_back({i, k, std::move(inputs[k].gradient)});
            if (gradients_[to])
                kernels::accumulate(*gradients_[to], uses_[to].back().gradient);
            else
                gradients_[to] = uses_[to].back().gradient;
        }
    }
}

template <class T>
Jacobian<T>::Jacobian(Tape<T>& tape, std::uint32_t step, const Array<T>& dy) : dy_(leaf(Array<T>(dy))) {
    Pullback<T> rule(tape, step, dy_);
    // What was saved belongs to the other tape. Rules of fused ops differentiate with respect to inputs: these are leaves.
    for (auto& input : rule.inputs_)
        if (input.saved) input.x = input.wanted ? leaf(Array<T>(input.x.value())) : input.x.detach();
    if (rule.y_saved_) rule.y_ = rule.y_.detach();
    tape.node(step).op->pullback(rule);
    for (const auto& input : rule.inputs_) {
        dx_.push_back(input.dx);
        given_.push_back(input.given);
    }
}

template <class T>
Array<T> Jacobian<T>::column(std::uint32_t input, std::size_t entry) {
    if (!given_[input] || dx_[input].is_constant()) return Array<T>::zeros(dy_.shape());
    Array<T> pick = Array<T>::zeros(dx_[input].shape());
    pick.data()[entry] = 1;
    dy_.zero_grad();
    recorded_.backward_from(dx_[input], pick);
    return dy_.has_grad() ? dy_.grad() : Array<T>::zeros(dy_.shape());
}

template class Trace<float>;
template class Trace<double>;
template class Jacobian<float>;
template class Jacobian<double>;

}  // namespace sevenfold
