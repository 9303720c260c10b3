// Ops of one input, element by element.
#include "sevenfold/autograd/ops/elementwise.hpp"
#include "sevenfold/autograd/ops/squash.hpp"

#include <limits>
#include <numbers>

#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold {
namespace ops {

struct Neg {
    static constexpr OpText text{"neg", "y = −x", "dx = −dy"};
    static constexpr Saves saves = saves_nothing;
    auto value(const auto& x) const { return -x; }
    auto dx(const auto& dy, const auto&, const auto&) const { return -dy; }
};

struct Exp {
    static constexpr OpText text{"exp", "y = exp(x)", "dx = dy · y"};
    static constexpr Saves saves = saves_output;
    auto value(const auto& x) const { return exp(x); }
    auto dx(const auto& dy, const auto&, const auto& y) const { return dy * y; }
};

struct Log {
    static constexpr OpText text{"log", "y = log(x)", "dx = dy / x"};
    static constexpr Saves saves = saves_x;
    auto value(const auto& x) const { return log(x); }
    auto dx(const auto& dy, const auto& x, const auto&) const { return dy / x; }
};

struct Log1p {
    static constexpr OpText text{"log1p", "y = log(1 + x)", "dx = dy / (1 + x)"};
    static constexpr Saves saves = saves_x;
    auto value(const auto& x) const { return log1p(x); }
    auto dx(const auto& dy, const auto& x, const auto&) const { return dy / (1 + x); }
};

struct Sqrt {
    static constexpr OpText text{"sqrt", "y = √x", "dx = ½ dy / y"};
    static constexpr Saves saves = saves_output;
    auto value(const auto& x) const { return sqrt(x); }
    auto dx(const auto& dy, const auto&, const auto& y) const { return 0.5 * dy / y; }
};

struct Abs {
    static constexpr OpText text{"abs", "y = |x|", "dx = dy · sign(x)", "At x = 0 the gradient is 0."};
    static constexpr Saves saves = saves_x;
    auto value(const auto& x) const { return abs(x); }
    auto dx(const auto& dy, const auto& x, const auto&) const { return dy * ((x > 0) - (x < 0)); }
};

struct Sin {
    static constexpr OpText text{"sin", "y = sin(x)", "dx = dy · cos(x)"};
    static constexpr Saves saves = saves_x;
    auto value(const auto& x) const { return sin(x); }
    auto dx(const auto& dy, const auto& x, const auto&) const { return dy * cos(x); }
};

struct Cos {
    static constexpr OpText text{"cos", "y = cos(x)", "dx = −dy · sin(x)"};
    static constexpr Saves saves = saves_x;
    auto value(const auto& x) const { return cos(x); }
    auto dx(const auto& dy, const auto& x, const auto&) const { return -(dy * sin(x)); }
};

struct Erf {
    static constexpr OpText text{"erf", "y = erf(x)", "dx = dy · 2/√π · exp(−x²)"};
    static constexpr Saves saves = saves_x;
    auto value(const auto& x) const { return erf(x); }
    auto dx(const auto& dy, const auto& x, const auto&) const {
        return dy * (2 * std::numbers::inv_sqrtpi * exp(-(x * x)));
    }
};

struct LeakyRelu {
    static constexpr OpText text{"leaky_relu", "y = x if x > 0, else slope · x", "dx = dy · (1 if x > 0, else slope)",
                                 "At x = 0 the gradient is the slope."};
    static constexpr Saves saves = saves_x;
    double slope = 0.01;
    auto value(const auto& x) const { return where(x > 0, x, slope * x); }
    auto dx(const auto& dy, const auto& x, const auto&) const { return dy * where(x > 0, 1, slope); }
};

struct Silu {
    static constexpr OpText text{"silu", "y = x · σ(x)", "dx = dy · (σ(x) + x · σ(x) · (1 − σ(x)))"};
    static constexpr Saves saves = saves_x;
    auto value(const auto& x) const { return x * sigmoid(x); }
    auto dx(const auto& dy, const auto& x, const auto&) const {
        const auto s = sigmoid(x);
        return dy * (s + x * s * (1 - s));
    }
};

struct GeluErf {
    static constexpr OpText text{"gelu", "y = x · Φ(x)", "dx = dy · (Φ(x) + x · φ(x))",
                                 "Φ and φ are the normal distribution and its density."};
    static constexpr Saves saves = saves_x;
    auto value(const auto& x) const { return 0.5 * x * (1 + erf(x * (1 / std::numbers::sqrt2))); }
    auto dx(const auto& dy, const auto& x, const auto&) const {
        const auto density = std::numbers::inv_sqrtpi / std::numbers::sqrt2 * exp(-0.5 * x * x);
        return dy * (0.5 * (1 + erf(x * (1 / std::numbers::sqrt2))) + x * density);
    }
};

struct GeluTanh {
    static constexpr OpText text{"gelu_tanh", "y = ½ x (1 + t), t = tanh(√(2/π) (x + 0.044715 x³))",
                                 "dx = dy · (½ (1 + t) + ½ x (1 − t²) · √(2/π) (1 + 0.134145 x²))"};
    static constexpr Saves saves = saves_x;
    static constexpr double c = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    auto inner(const auto& x) const { return tanh(c * (x + 0.044715 * x * x * x)); }
    auto value(const auto& x) const { return 0.5 * x * (1 + inner(x)); }
    auto dx(const auto& dy, const auto& x, const auto&) const {
        const auto z = maximum(minimum(x, 20), -20);  // beyond, t is ±1 to the last bit, and x² could overflow
        const auto t = inner(z);
        return dy * (0.5 * (1 + t) + 0.5 * z * (1 - t * t) * (c * (1 + 0.134145 * z * z)));
    }
};

struct Softplus {
    static constexpr OpText text{"softplus", "y = log(1 + exp(βx)) / β", "dx = dy · σ(βx)"};
    static constexpr Saves saves = saves_x;
    double beta = 1;
    auto value(const auto& x) const {
        const auto z = beta * x;
        return (maximum(z, 0) + log1p(exp(-abs(z)))) / beta;
    }
    auto dx(const auto& dy, const auto& x, const auto&) const { return dy * sigmoid(beta * x); }
};

struct Clamp {
    static constexpr OpText text{"clamp", "y = min(max(x, low), high)", "dx = dy · [low ≤ x ≤ high]",
                                 "At the bounds themselves the gradient is 1."};
    static constexpr Saves saves = saves_x;
    double low = -std::numeric_limits<double>::infinity(), high = -low;
    auto value(const auto& x) const { return minimum(maximum(x, low), high); }
    auto dx(const auto& dy, const auto& x, const auto&) const { return dy * ((x >= low) * (x <= high)); }
};

struct PowScalar {
    static constexpr OpText text{"pow_scalar", "y = xᵖ", "dx = dy · p · xᵖ⁻¹",
                                 "For p = 0 the gradient is 0 everywhere."};
    static constexpr Saves saves = saves_x;
    double p = 1;
    auto value(const auto& x) const { return p == 2 ? x * x : p == 3 ? x * x * x : pow(x, p); }
    auto dx(const auto& dy, const auto& x, const auto&) const {
        if (p == 0) return dy * 0;
        return p == 2 ? dy * (2 * x) : dy * (p * pow(x, p - 1));
    }
};

OpGroup elementwise_group() {
    return {"Elementwise, one input",
            {Neg::text, Exp::text, Log::text, Log1p::text, Sqrt::text, Abs::text, Sin::text, Cos::text, Erf::text,
             Tanh::text, Sigmoid::text, Relu::text, LeakyRelu::text, Silu::text, GeluErf::text, GeluTanh::text,
             Softplus::text, Clamp::text, PowScalar::text}};
}

template <class Rule, class T>
Variable<T> unary(const Variable<T>& x, Rule rule = {}) {
    return apply<T>(Unary<Rule, T>(rule), x);
}

}  // namespace ops

// clang-format off
template <class T> Variable<T> neg(const Variable<T>& x) { return ops::unary<ops::Neg>(x); }
template <class T> Variable<T> exp(const Variable<T>& x) { return ops::unary<ops::Exp>(x); }
template <class T> Variable<T> log(const Variable<T>& x) { return ops::unary<ops::Log>(x); }
template <class T> Variable<T> log1p(const Variable<T>& x) { return ops::unary<ops::Log1p>(x); }
template <class T> Variable<T> sqrt(const Variable<T>& x) { return ops::unary<ops::Sqrt>(x); }
template <class T> Variable<T> abs(const Variable<T>& x) { return ops::unary<ops::Abs>(x); }
template <class T> Variable<T> sin(const Variable<T>& x) { return ops::unary<ops::Sin>(x); }
template <class T> Variable<T> cos(const Variable<T>& x) { return ops::unary<ops::Cos>(x); }
template <class T> Variable<T> erf(const Variable<T>& x) { return ops::unary<ops::Erf>(x); }
template <class T> Variable<T> tanh(const Variable<T>& x) { return ops::unary<ops::Tanh>(x); }
template <class T> Variable<T> sigmoid(const Variable<T>& x) { return ops::unary<ops::Sigmoid>(x); }
template <class T> Variable<T> relu(const Variable<T>& x) { return ops::unary<ops::Relu>(x); }
template <class T> Variable<T> silu(const Variable<T>& x) { return ops::unary<ops::Silu>(x); }
template <class T> Variable<T> leaky_relu(const Variable<T>& x, double slope) { return ops::unary(x, ops::LeakyRelu{slope}); }
template <class T> Variable<T> softplus(const Variable<T>& x, double beta) { return ops::unary(x, ops::Softplus{beta}); }
template <class T> Variable<T> pow(const Variable<T>& x, double p) { return ops::unary(x, ops::PowScalar{p}); }
template <class T> Variable<T> gelu(const Variable<T>& x, Gelu form) {
    return form == Gelu::erf ? ops::unary<ops::GeluErf>(x) : ops::unary<ops::GeluTanh>(x);
}
template <class T> Variable<T> clamp(const Variable<T>& x, std::optional<double> min, std::optional<double> max) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    return ops::unary(x, ops::Clamp{min.value_or(-inf), max.value_or(inf)});
}

// float and double, instantiated once
using F = Variable<float>;
using D = Variable<double>;
template F neg(const F&); template D neg(const D&);
template F exp(const F&); template D exp(const D&);
template F log(const F&); template D log(const D&);
template F log1p(const F&); template D log1p(const D&);
template F sqrt(const F&); template D sqrt(const D&);
template F abs(const F&); template D abs(const D&);
template F sin(const F&); template D sin(const D&);
template F cos(const F&); template D cos(const D&);
template F erf(const F&); template D erf(const D&);
template F tanh(const F&); template D tanh(const D&);
template F sigmoid(const F&); template D sigmoid(const D&);
template F relu(const F&); template D relu(const D&);
template F silu(const F&); template D silu(const D&);
template F leaky_relu(const F&, double); template D leaky_relu(const D&, double);
template F softplus(const F&, double); template D softplus(const D&, double);
template F pow(const F&, double); template D pow(const D&, double);
template F gelu(const F&, Gelu); template D gelu(const D&, Gelu);
template F clamp(const F&, std::optional<double>, std::optional<double>);
template D clamp(const D&, std::optional<double>, std::optional<double>);
// clang-format on

}  // namespace sevenfold
