// Losses, from rules like the elementwise ops; mean and sum are one step, without an array in between.
#include "sevenfold/autograd/ops/elementwise.hpp"
#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold {
namespace ops {

struct Mse {
    static constexpr OpText text{"mse", "y = mean (p − t)²", "dp = dy · 2 (p − t) / n, dt = −dp"};
    static constexpr Saves saves = saves_xy;
    auto value(const auto& p, const auto& t) const { return (p - t) * (p - t); }
    auto da(const auto& dy, const auto& p, const auto& t, const auto&) const { return dy * (2 * (p - t)); }
    auto db(const auto& dy, const auto& p, const auto& t, const auto&) const { return dy * (2 * (t - p)); }
};

struct L1 {
    static constexpr OpText text{"l1", "y = mean |p − t|", "dp = dy · sign(p − t) / n, dt = −dp",
                                 "At p = t the gradient is 0."};
    static constexpr Saves saves = saves_xy;
    auto value(const auto& p, const auto& t) const { return abs(p - t); }
    auto da(const auto& dy, const auto& p, const auto& t, const auto&) const { return dy * ((p > t) - (p < t)); }
    auto db(const auto& dy, const auto& p, const auto& t, const auto&) const { return dy * ((p < t) - (p > t)); }
};

struct Huber {
    static constexpr OpText text{"huber", "y = mean (½ d² if |d| ≤ δ, else δ (|d| − ½ δ)), d = p − t",
                                 "dp = dy · d, kept between −δ and δ, / n; dt = −dp"};
    static constexpr Saves saves = saves_xy;
    double delta = 1;
    auto value(const auto& p, const auto& t) const {
        const auto d = abs(p - t), inner = minimum(d, delta);
        return inner * (d - 0.5 * inner);
    }
    auto da(const auto& dy, const auto& p, const auto& t, const auto&) const {
        return dy * minimum(maximum(p - t, -delta), delta);
    }
    auto db(const auto& dy, const auto& p, const auto& t, const auto&) const {
        return dy * minimum(maximum(t - p, -delta), delta);
    }
};

struct BceWithLogits {
    static constexpr OpText text{"bce_with_logits", "y = mean (max(z, 0) − z t + log(1 + exp(−|z|)))",
                                 "dz = dy · (σ(z) − t) / n, dt = −dy · z / n", "Finite for logits of any size."};
    static constexpr Saves saves = saves_xy;
    auto value(const auto& z, const auto& t) const { return maximum(z, 0) - z * t + log1p(exp(-abs(z))); }
    auto da(const auto& dy, const auto& z, const auto& t, const auto&) const { return dy * (sigmoid(z) - t); }
    auto db(const auto& dy, const auto& z, const auto&, const auto&) const { return -(dy * z); }
};

// A pairwise rule, summed over all pairs and scaled.
template <class Rule, class T>
class PairwiseSum final : public Op<T> {
  public:
    PairwiseSum(Rule rule, T scale) : rule_(rule), scale_(scale) {}
    const OpText& text() const override { return Rule::text; }
    Saves saves() const override { return Rule::saves; }

    Array<T> forward(const Array<T>& a, const Array<T>& b) const {
        T total{0};
        simd::run([rule = rule_, n = a.size(), u = a.data(), v = b.data(), &total]() SEVENFOLD_INLINE {
            T sum{0};
            for (std::size_t i = 0; i < n; ++i) sum += rule.value(Lane<T>(u[i]), Lane<T>(v[i])).v;
            total = sum;
        });
        return total * scale_;
    }

    void backward(Backward<T>& step) const override {
        if (step.wants(0))
            step.add(0, derivative(step, [](const Rule& rule, auto dy, auto a, auto b)
                                             SEVENFOLD_INLINE { return rule.da(dy, a, b, NotSaved{}); }));
        if (step.wants(1))
            step.add(1, derivative(step, [](const Rule& rule, auto dy, auto a, auto b)
                                             SEVENFOLD_INLINE { return rule.db(dy, a, b, NotSaved{}); }));
    }

    void pullback(Pullback<T>& step) const override {
        const Variable<T> dy = step.dy() * scale_;
        if (step.wants(0)) step.add(0, rule_.da(dy, step.x(0), step.x(1), NotSaved{}));
        if (step.wants(1)) step.add(1, rule_.db(dy, step.x(0), step.x(1), NotSaved{}));
    }

  private:
    template <class Derivative>
    Array<T> derivative(Backward<T>& step, const Derivative& d) const {
        const Array<T>&a = step.x(0), &b = step.x(1);
        Array<T> out(a.shape());
        simd::run([d, rule = rule_, dy = step.dy().item() * scale_, n = a.size(), u = a.data(), v = b.data(),
                   to = out.data()]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < n; ++i) to[i] = d(rule, Lane<T>(dy), Lane<T>(u[i]), Lane<T>(v[i])).v;
        });
        return out;
    }

    Rule rule_;
    T scale_;
};

OpGroup losses_group() { return {"Losses", {Mse::text, L1::text, Huber::text, BceWithLogits::text}}; }

template <class Rule, class T>
Variable<T> loss(const Variable<T>& prediction, const Variable<T>& target, Reduction reduction, Rule rule = {}) {
    const Shape &p = prediction.shape(), &t = target.shape();
    if (!(p == t))
        fail<ShapeError>(Rule::text.name, text("prediction ", p, " and target ", t),
                         "a loss does not broadcast, so both have one shape",
                         p.elements() == t.elements()
                             ? text("Reshape the target to ", p, ": reshape(target, prediction.shape()).")
                             : std::string("Reshape the target, or give one for each prediction."));
    if (reduction == Reduction::none) return apply<T>(Pairwise<Rule, T>(rule), prediction, target);
    if (reduction == Reduction::mean && prediction.size() == 0)
        fail<ValueError>(Rule::text.name, text("an empty reduction of ", p), "of no elements there is no mean",
                         "Leave empty batches out.");
    const T scale = reduction == Reduction::mean ? T{1} / static_cast<T>(prediction.size()) : T{1};
    return apply<T>(PairwiseSum<Rule, T>(rule, scale), prediction, target);
}

}  // namespace ops

template <class T>
Variable<T> mse(const Variable<T>& prediction, Also<T> target, Reduction reduction) {
    return ops::loss<ops::Mse>(prediction, target, reduction);
}
template <class T>
Variable<T> l1(const Variable<T>& prediction, Also<T> target, Reduction reduction) {
    return ops::loss<ops::L1>(prediction, target, reduction);
}
template <class T>
Variable<T> huber(const Variable<T>& prediction, Also<T> target, double delta, Reduction reduction) {
    if (!(delta > 0)) fail<ValueError>("huber", text("delta ", delta), "it is positive");
    return ops::loss(prediction, target, reduction, ops::Huber{delta});
}
template <class T>
Variable<T> bce_with_logits(const Variable<T>& logits, Also<T> target, Reduction reduction) {
    return ops::loss<ops::BceWithLogits>(logits, target, reduction);
}

// clang-format off
// float and double, instantiated once
using F = Variable<float>;
using D = Variable<double>;
template F mse(const F&, Also<float>, Reduction); template D mse(const D&, Also<double>, Reduction);
template F l1(const F&, Also<float>, Reduction); template D l1(const D&, Also<double>, Reduction);
template F huber(const F&, Also<float>, double, Reduction); template D huber(const D&, Also<double>, double, Reduction);
template F bce_with_logits(const F&, Also<float>, Reduction); template D bce_with_logits(const D&, Also<double>, Reduction);
// clang-format on

}  // namespace sevenfold
