// Nesterov's accelerated gradient. Nesterov 1983; as momentum: Sutskever et al. 2013, "On the importance of
// initialization and momentum in deep learning", equations 3 and 4:
//     v = μ v + g(w − η μ v)
//     w −= η v
// The gradient is taken ahead of w, at x = w − η μ v. Written for x, which is what the parameters hold by default:
//     v = μ v + g(x)
//     x −= η (g + μ v)
// Both walk the same path (as long as η and μ stay the same), one seen at w, the other at x.
#include "sevenfold/optim/rule.hpp"

namespace sevenfold {

template <>
struct Rule<NesterovOptions> {
    static constexpr std::string_view name = "nesterov";

    static void check(const NesterovOptions& o) { require_decay(name, "momentum", o.momentum); }

    static double& momentum(NesterovOptions& o) { return o.momentum; }

    static Slots slots(const NesterovOptions&) { return {{{"momentum_buffer"}, {.used = false}, {.used = false}}}; }

    template <class T>
    static void update(const NesterovOptions& o, const Part<T>& p) {
        const T mu = static_cast<T>(o.momentum), decay = static_cast<T>(o.weight_decay);
        const T to_v = static_cast<T>(o.look_ahead ? o.lr : o.lr * o.momentum);
        const T to_g = static_cast<T>(o.look_ahead ? 0 : o.lr);
        const T ahead =
            static_cast<T>(o.look_ahead ? o.lr * o.momentum : 0);  // weights decay where the gradient is taken
        simd::run([=, v = p.slots[0]]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < p.size; ++i) {
                const T g = p.g[i] + decay * (p.w[i] - ahead * v[i]);
                v[i] = mu * v[i] + g;
                p.w[i] -= to_g * g + to_v * v[i];
            }
        });
    }
};

template <class T>
void Nesterov<T>::look_ahead() {
    if (!home_.empty())
        fail<TapeError>(this->rule(), "look_ahead() for the second time", "each step looks ahead once",
                        "Call step() in between.");
    for (auto& e : this->entries_) {
        home_.push_back(e.parameter.value());
        const NesterovOptions& o = this->options(e.group);
        if (!o.look_ahead || !e.made[0] || !e.parameter.trainable()) continue;
        const T distance = static_cast<T>(o.lr * o.momentum);
        const T* v = std::as_const(e.slots[0]).data();
        for (T& w : e.parameter.change("look_ahead")) w -= distance * *v++;
    }
}

template <class T>
void Nesterov<T>::step() {
    bool asked = false;
    for (std::size_t group = 0; group < this->groups(); ++group) asked |= this->options(group).look_ahead;
    if (asked && home_.empty())
        fail<TapeError>(this->rule(), "step() without look_ahead()",
                        "in the look-ahead form the gradient is taken ahead of the parameters",
                        "Call optimizer.look_ahead() before the forward pass.");
    for (std::size_t i = 0; i < home_.size(); ++i) this->entries_[i].parameter.assign(home_[i], this->rule());
    home_.clear();
    RuleOptimizer<T, NesterovOptions>::step();
}

template class RuleOptimizer<float, NesterovOptions>;
template class RuleOptimizer<double, NesterovOptions>;
template class Nesterov<float>;
template class Nesterov<double>;

}  // namespace sevenfold
