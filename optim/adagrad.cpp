// Adagrad. Duchi, Hazan, Singer 2011, "Adaptive subgradient methods for online learning", the diagonal case (figure 1):
//     s = s + g²
//     w −= η / (1 + (t − 1) d) · g / (√s + ε)        or g / √(s + ε)
#include "sevenfold/optim/rule.hpp"

namespace sevenfold {

template <>
struct Rule<AdagradOptions> {
    static constexpr std::string_view name = "adagrad";

    static void check(const AdagradOptions& o) {
        require_not_negative(name, "lr_decay", o.lr_decay);
        require_not_negative(name, "initial_accumulator", o.initial_accumulator);
        require_not_negative(name, "eps", o.eps);
    }

    static Slots slots(const AdagradOptions& o) {
        return {{{"sum", true, o.initial_accumulator}, {.used = false}, {.used = false}}};
    }

    template <class T>
    static void update(const AdagradOptions& o, const Part<T>& p) {
        const T lr = static_cast<T>(o.lr / (1 + static_cast<double>(p.t - 1) * o.lr_decay));
        const T inside = static_cast<T>(o.eps_inside ? o.eps : 0), outside = static_cast<T>(o.eps_inside ? 0 : o.eps);
        const T decay = static_cast<T>(o.weight_decay);
        simd::run([=, s = p.slots[0]]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < p.size; ++i) {
                const T g = p.g[i] + decay * p.w[i];
                s[i] += g * g;
                p.w[i] -= lr * g / (std::sqrt(s[i] + inside) + outside);
            }
        });
    }
};

template class RuleOptimizer<float, AdagradOptions>;
template class RuleOptimizer<double, AdagradOptions>;

}  // namespace sevenfold
