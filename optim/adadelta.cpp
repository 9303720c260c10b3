// Adadelta. Zeiler 2012, "ADADELTA: an adaptive learning rate method", Algorithm 1:
//     s = ρ s + (1 − ρ) g²
//     d = √(u + ε) / √(s + ε) · g
//     u = ρ u + (1 − ρ) d²
//     w −= η d        (the paper has no η; it scales d, and u does not see it)
#include "sevenfold/optim/rule.hpp"

namespace sevenfold {

template <>
struct Rule<AdadeltaOptions> {
    static constexpr std::string_view name = "adadelta";

    static void check(const AdadeltaOptions& o) {
        require_decay(name, "rho", o.rho);
        require(o.eps > 0 && std::isfinite(o.eps), name, "eps", o.eps,
                "is finite and above 0, or no step is ever made");
    }

    static Slots slots(const AdadeltaOptions&) { return {{{"square_avg"}, {"acc_delta"}, {.used = false}}}; }

    template <class T>
    static void update(const AdadeltaOptions& o, const Part<T>& p) {
        const T lr = static_cast<T>(o.lr), rho = static_cast<T>(o.rho), rest = static_cast<T>(1 - o.rho);
        const T eps = static_cast<T>(o.eps), decay = static_cast<T>(o.weight_decay);
        simd::run([=, s = p.slots[0], u = p.slots[1]]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < p.size; ++i) {
                const T g = p.g[i] + decay * p.w[i];
                s[i] = rho * s[i] + rest * g * g;
                const T d = std::sqrt((u[i] + eps) / (s[i] + eps)) * g;
                u[i] = rho * u[i] + rest * d * d;
                p.w[i] -= lr * d;
            }
        });
    }
};

template class RuleOptimizer<float, AdadeltaOptions>;
template class RuleOptimizer<double, AdadeltaOptions>;

}  // namespace sevenfold
