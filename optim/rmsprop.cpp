// RMSprop. Tieleman and Hinton 2012, "Neural networks for machine learning", lecture 6.5:
//     s = α s + (1 − α) g²
//     w −= η g / (√s + ε)        or g / √(s + ε)
// Centered (Graves 2013, "Generating sequences with recurrent neural networks", equations 38 to 41):
//     m = α m + (1 − α) g,  and s − m² in place of s under the root
#include "sevenfold/optim/rule.hpp"

namespace sevenfold {

template <>
struct Rule<RmspropOptions> {
    static constexpr std::string_view name = "rmsprop";

    static void check(const RmspropOptions& o) {
        require_decay(name, "alpha", o.alpha);
        require_decay(name, "momentum", o.momentum);
        require_not_negative(name, "eps", o.eps);
    }

    static double& momentum(RmspropOptions& o) { return o.momentum; }

    static Slots slots(const RmspropOptions& o) {
        return {{{"square_avg"}, {"grad_avg", o.centered}, {"momentum_buffer", o.momentum > 0}}};
    }

    template <class T>
    static void update(const RmspropOptions& o, const Part<T>& p) {
        const T lr = static_cast<T>(o.lr), alpha = static_cast<T>(o.alpha), rest = static_cast<T>(1 - o.alpha);
        const T inside = static_cast<T>(o.eps_inside ? o.eps : 0), outside = static_cast<T>(o.eps_inside ? 0 : o.eps);
        const T mu = static_cast<T>(o.momentum), decay = static_cast<T>(o.weight_decay);
        simd::run([=, s = p.slots[0], m = p.slots[1], v = p.slots[2]]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < p.size; ++i) {
                const T g = p.g[i] + decay * p.w[i];
                s[i] = alpha * s[i] + rest * g * g;
                T square = s[i];
                if (m) {
                    m[i] = alpha * m[i] + rest * g;
                    square -= m[i] * m[i];
                    square = square > 0 ? square : 0;  // a variance, were it not for rounding
                }
                T d = g / (std::sqrt(square + inside) + outside);
                if (v) d = v[i] = mu * v[i] + d;
                p.w[i] -= lr * d;
            }
        });
    }
};

template class RuleOptimizer<float, RmspropOptions>;
template class RuleOptimizer<double, RmspropOptions>;

}  // namespace sevenfold
