// Momentum, the heavy ball. Polyak 1964, "Some methods of speeding up the convergence of iteration methods", equation 9:
//     v = μ v + (1 − τ) g        (v = g in the first step)
//     w −= η v
#include "sevenfold/optim/rule.hpp"

namespace sevenfold {

template <>
struct Rule<MomentumOptions> {
    static constexpr std::string_view name = "momentum";

    static void check(const MomentumOptions& o) {
        require_decay(name, "momentum", o.momentum);
        require(o.dampening >= 0 && o.dampening <= 1, name, "dampening", o.dampening, "is in [0, 1]");
    }

    static double& momentum(MomentumOptions& o) { return o.momentum; }

    static Slots slots(const MomentumOptions&) { return {{{"momentum_buffer"}, {.used = false}, {.used = false}}}; }

    template <class T>
    static void update(const MomentumOptions& o, const Part<T>& p) {
        const bool damp = p.t > 1 || o.damp_first;
        const T mu = static_cast<T>(o.momentum), decay = static_cast<T>(o.weight_decay);
        const T share = static_cast<T>((damp ? 1 - o.dampening : 1) * (o.lr_inside ? o.lr : 1));
        const T rate = static_cast<T>(o.lr_inside ? 1 : o.lr);
        simd::run([=, v = p.slots[0]]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < p.size; ++i) {
                v[i] = mu * v[i] + share * (p.g[i] + decay * p.w[i]);
                p.w[i] -= rate * v[i];
            }
        });
    }
};

template class RuleOptimizer<float, MomentumOptions>;
template class RuleOptimizer<double, MomentumOptions>;

}  // namespace sevenfold
