// Stochastic gradient descent. Robbins and Monro 1951, "A stochastic approximation method", equation 6:
//     w −= η g
#include "sevenfold/optim/rule.hpp"

namespace sevenfold {

template <>
struct Rule<SgdOptions> {
    static constexpr std::string_view name = "sgd";

    static void check(const SgdOptions&) {}

    static Slots slots(const SgdOptions&) { return {{{.used = false}, {.used = false}, {.used = false}}}; }

    template <class T>
    static void update(const SgdOptions& o, const Part<T>& p) {
        const T lr = static_cast<T>(o.lr), decay = static_cast<T>(o.weight_decay);
        simd::run([=]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < p.size; ++i) p.w[i] -= lr * (p.g[i] + decay * p.w[i]);
        });
    }
};

template class RuleOptimizer<float, SgdOptions>;
template class RuleOptimizer<double, SgdOptions>;

}  // namespace sevenfold
