// Adam. Kingma and Ba 2015, "Adam: a method for stochastic optimization", Algorithm 1:
//     m = β₁ m + (1 − β₁) g        m̂ = m / (1 − β₁ᵗ)
//     v = β₂ v + (1 − β₂) g²       v̂ = v / (1 − β₂ᵗ)
//     w −= η m̂ / (√v̂ + ε)
// The folded form, η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε), is the same with ε / √(1 − β₂ᵗ) in place of ε.
#include "sevenfold/optim/rule.hpp"

namespace sevenfold {

template <>
struct Rule<AdamOptions> {
    static constexpr std::string_view name = "adam";

    static void check(const AdamOptions& o) {
        require_decay(name, "beta1", o.beta1);
        require_decay(name, "beta2", o.beta2);
        require_not_negative(name, "eps", o.eps);
    }

    static double& momentum(AdamOptions& o) { return o.beta1; }

    static Slots slots(const AdamOptions& o) { return {{{"exp_avg"}, {"exp_avg_sq"}, {"max_exp_avg_sq", o.amsgrad}}}; }

    template <class T>
    static void update(const AdamOptions& o, const Part<T>& p) {
        const double t = static_cast<double>(p.t), root = std::sqrt(1 - std::pow(o.beta2, t));
        const T b1 = static_cast<T>(o.beta1), a1 = static_cast<T>(1 - o.beta1);
        const T b2 = static_cast<T>(o.beta2), a2 = static_cast<T>(1 - o.beta2);
        const T rate = static_cast<T>(o.lr / (1 - std::pow(o.beta1, t))), scale = static_cast<T>(1 / root);
        const T eps = static_cast<T>(o.folded ? o.eps / root : o.eps);
        const T decay = static_cast<T>(o.decoupled ? 0 : o.weight_decay);
        const T keep = static_cast<T>(o.decoupled ? 1 - o.lr * o.weight_decay : 1);
        simd::run([=, m = p.slots[0], v = p.slots[1], top = p.slots[2]]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < p.size; ++i) {
                const T g = p.g[i] + decay * p.w[i];
                m[i] = b1 * m[i] + a1 * g;
                v[i] = b2 * v[i] + a2 * g * g;
                T second = v[i];
                if (top) second = top[i] = top[i] > v[i] ? top[i] : v[i];
                p.w[i] = keep * p.w[i] - rate * m[i] / (std::sqrt(second) * scale + eps);
            }
        });
    }
};

template class RuleOptimizer<float, AdamOptions>;
template class RuleOptimizer<double, AdamOptions>;

}  // namespace sevenfold
