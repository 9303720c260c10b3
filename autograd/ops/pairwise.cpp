// Ops of two inputs, element by element, with broadcasting; `where` has three.
#include "sevenfold/autograd/ops/elementwise.hpp"
#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold {
namespace ops {

// The gradient of a sum is dy itself, so it is handed on, not computed.
template <class T>
class Add final : public Op<T> {
  public:
    static constexpr OpText words{"add", "y = a + b", "da = dy, db = dy"};
    struct Value {
        static constexpr OpText text = words;
        static constexpr Saves saves = saves_nothing;
        auto value(const auto& a, const auto& b) const { return a + b; }
    };
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& a, const Array<T>& b) const { return pairwise_value(Value{}, a, b); }
    void backward(Backward<T>& step) const override {
        for (std::size_t i : {0u, 1u}) {
            if (!step.wants(i)) continue;
            if (step.dy().rank() == 0)
                step.add(i, *step.dy().data());
            else
                step.add(i, step.dy());
        }
    }
    void pullback(Pullback<T>& step) const override {
        for (std::size_t i : {0u, 1u})
            if (step.wants(i)) step.add(i, step.dy());
    }
};

struct Sub {
    static constexpr OpText text{"sub", "y = a − b", "da = dy, db = −dy"};
    static constexpr Saves saves = saves_nothing;
    auto value(const auto& a, const auto& b) const { return a - b; }
    auto da(const auto& dy, const auto&, const auto&, const auto&) const { return dy; }
    auto db(const auto& dy, const auto&, const auto&, const auto&) const { return -dy; }
};

struct Mul {
    static constexpr OpText text{"mul", "y = a · b", "da = dy · b, db = dy · a"};
    static constexpr Saves saves = saves_xy;
    auto value(const auto& a, const auto& b) const { return a * b; }
    auto da(const auto& dy, const auto&, const auto& b, const auto&) const { return dy * b; }
    auto db(const auto& dy, const auto& a, const auto&, const auto&) const { return dy * a; }
};

struct Div {
    static constexpr OpText text{"div", "y = a / b", "da = dy / b, db = −dy · y / b"};
    static constexpr Saves saves{2, true};
    auto value(const auto& a, const auto& b) const { return a / b; }
    auto da(const auto& dy, const auto&, const auto& b, const auto&) const { return dy / b; }
    auto db(const auto& dy, const auto&, const auto& b, const auto& y) const { return -(dy * y / b); }
};

struct Pow {
    static constexpr OpText text{"pow", "y = aᵇ", "da = dy · b · aᵇ⁻¹, db = dy · y · log(a)",
                                 "db is 0 where a = 0, and NaN where a < 0: there aᵇ is no function of a real b."};
    static constexpr Saves saves{3, true};
    auto value(const auto& a, const auto& b) const { return pow(a, b); }
    auto da(const auto& dy, const auto& a, const auto& b, const auto&) const {
        return dy * b * pow(a, where(b == 0, 1, b - 1));  // 0 for b = 0, also at a = 0
    }
    auto db(const auto& dy, const auto& a, const auto&, const auto& y) const {
        return dy * y * log(where(a == 0, 1, a));
    }
};

struct Maximum {
    static constexpr OpText text{"maximum", "y = max(a, b)", "da = dy · [a > b], db = dy · [b > a]",
                                 "Where a = b each gets half of dy."};
    static constexpr Saves saves = saves_xy;
    auto value(const auto& a, const auto& b) const { return maximum(a, b); }
    auto da(const auto& dy, const auto& a, const auto& b, const auto&) const { return dy * ((a > b) + 0.5 * (a == b)); }
    auto db(const auto& dy, const auto& a, const auto& b, const auto&) const { return dy * ((b > a) + 0.5 * (a == b)); }
};

struct Minimum {
    static constexpr OpText text{"minimum", "y = min(a, b)", "da = dy · [a < b], db = dy · [b < a]",
                                 "Where a = b each gets half of dy."};
    static constexpr Saves saves = saves_xy;
    auto value(const auto& a, const auto& b) const { return minimum(a, b); }
    auto da(const auto& dy, const auto& a, const auto& b, const auto&) const { return dy * ((a < b) + 0.5 * (a == b)); }
    auto db(const auto& dy, const auto& a, const auto& b, const auto&) const { return dy * ((b < a) + 0.5 * (a == b)); }
};

template <class T>
class Where final : public Op<T> {
  public:
    static constexpr OpText words{"where", "y = a if the condition holds, else b",
                                  "da = dy · [condition], db = dy · [not condition]"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_x; }
    Array<T> forward(const Array<T>& condition, const Array<T>& a, const Array<T>& b) const {
        Array<T> y(broadcast_shape("where", condition.shape(), broadcast_shape("where", a.shape(), b.shape())));
        for_runs<T, 3>(y.shape(), {&condition, &a, &b}, y.data(),
                       [](std::size_t n, const std::array<const T*, 3>& in, T* to) {
                           simd::run([n, c = in[0], u = in[1], v = in[2], to]() SEVENFOLD_INLINE {
                               for (std::size_t i = 0; i < n; ++i) to[i] = c[i] != T{0} ? u[i] : v[i];
                           });
                       });
        return y;
    }
    void pullback(Pullback<T>& step) const override {
        if (step.wants(1)) step.add(1, where(step.x(0), step.dy(), 0));
        if (step.wants(2)) step.add(2, where(step.x(0), 0, step.dy()));
    }
};

// Comparisons have no gradient: they are computed on the values and stay constants.
struct Greater {
    static constexpr OpText text{"greater", "y = [a > b]", "none"};
    auto value(const auto& a, const auto& b) const { return a > b; }
};
struct GreaterEqual {
    static constexpr OpText text{"greater_equal", "y = [a ≥ b]", "none"};
    auto value(const auto& a, const auto& b) const { return a >= b; }
};
struct Equal {
    static constexpr OpText text{"equal", "y = [a = b]", "none"};
    auto value(const auto& a, const auto& b) const { return a == b; }
};

OpGroup pairwise_group() {
    return {"Elementwise, two inputs",
            {Add<float>::words, Sub::text, Mul::text, Div::text, Pow::text, Maximum::text, Minimum::text,
             Where<float>::words}};
}

template <class Rule, class T>
Variable<T> pairwise(const Variable<T>& a, const Variable<T>& b) {
    return apply<T>(Pairwise<Rule, T>(), a, b);
}

}  // namespace ops

// clang-format off
template <class T> Variable<T> add(const Variable<T>& a, Also<T> b) { return apply<T>(ops::Add<T>(), a, b); }
template <class T> Variable<T> sub(const Variable<T>& a, Also<T> b) { return ops::pairwise<ops::Sub>(a, b); }
template <class T> Variable<T> mul(const Variable<T>& a, Also<T> b) { return ops::pairwise<ops::Mul>(a, b); }
template <class T> Variable<T> div(const Variable<T>& a, Also<T> b) { return ops::pairwise<ops::Div>(a, b); }
template <class T> Variable<T> pow(const Variable<T>& a, Also<T> b) { return ops::pairwise<ops::Pow>(a, b); }
template <class T> Variable<T> maximum(const Variable<T>& a, Also<T> b) { return ops::pairwise<ops::Maximum>(a, b); }
template <class T> Variable<T> minimum(const Variable<T>& a, Also<T> b) { return ops::pairwise<ops::Minimum>(a, b); }
template <class T> Variable<T> greater(const Variable<T>& a, Also<T> b) { return ops::pairwise_value(ops::Greater{}, a.value(), b.value()); }
template <class T> Variable<T> greater_equal(const Variable<T>& a, Also<T> b) { return ops::pairwise_value(ops::GreaterEqual{}, a.value(), b.value()); }
template <class T> Variable<T> equal(const Variable<T>& a, Also<T> b) { return ops::pairwise_value(ops::Equal{}, a.value(), b.value()); }
template <class T> Variable<T> where(const Variable<T>& condition, Also<T> a, Also<T> b) {
    return apply<T>(ops::Where<T>(), condition.is_constant() ? condition : condition.detach(), a, b);
}

// float and double, instantiated once
using F = Variable<float>;
using D = Variable<double>;
template F add(const F&, Also<float>); template D add(const D&, Also<double>);
template F sub(const F&, Also<float>); template D sub(const D&, Also<double>);
template F mul(const F&, Also<float>); template D mul(const D&, Also<double>);
template F div(const F&, Also<float>); template D div(const D&, Also<double>);
template F pow(const F&, Also<float>); template D pow(const D&, Also<double>);
template F maximum(const F&, Also<float>); template D maximum(const D&, Also<double>);
template F minimum(const F&, Also<float>); template D minimum(const D&, Also<double>);
template F greater(const F&, Also<float>); template D greater(const D&, Also<double>);
template F greater_equal(const F&, Also<float>); template D greater_equal(const D&, Also<double>);
template F equal(const F&, Also<float>); template D equal(const D&, Also<double>);
template F where(const F&, Also<float>, Also<float>); template D where(const D&, Also<double>, Also<double>);
// clang-format on

}  // namespace sevenfold
