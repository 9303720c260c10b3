// Reductions over axes.
#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/ops/axes.hpp"
#include "sevenfold/autograd/ops/elementwise.hpp"
#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold {
namespace ops {

// Summing and repeating are each other's reverse.
template <class T>
class SumTo final : public Op<T> {
  public:
    static constexpr OpText words{"sum_to", "y = x summed over its broadcast axes", "dx = dy, repeated"};
    explicit SumTo(const Shape& shape) : shape_(shape) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        if (!broadcasts_to(shape_, x.shape()))
            fail<ShapeError>("sum_to", sevenfold::text(x.shape(), " to ", shape_),
                             "the target must broadcast to the array's shape");
        return kernels::sum_to(x, shape_);
    }
    void pullback(Pullback<T>& step) const override { step.add(0, broadcast_to(step.dy(), step.x_shape(0))); }

  private:
    Shape shape_;
};

template <class T>
class Sum final : public Op<T> {
  public:
    static constexpr OpText words{"sum", "y = Σ x", "dx = dy, repeated"};
    explicit Sum(const Reduced& axes) : axes_(axes) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const { return kernels::sum_to(x, axes_.kept).reshape(axes_.result); }
    void backward(Backward<T>& step) const override {
        step.add(0, kernels::broadcast_to(step.dy().reshape(axes_.kept), step.x_shape(0)));
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, broadcast_to(reshape(step.dy(), axes_.kept), step.x_shape(0)));
    }

  private:
    Reduced axes_;
};

template <class T>
Array<T> scaled(Array<T> x, T factor) {
    T* to = x.data();
    for (std::size_t i = 0, n = x.size(); i < n; ++i) to[i] *= factor;
    return x;
}

template <class T>
class Mean final : public Op<T> {
  public:
    static constexpr OpText words{"mean", "y = Σ x / n", "dx = dy / n, repeated"};
    explicit Mean(const Reduced& axes) : axes_(axes), share_(T{1} / static_cast<T>(axes.count)) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        return scaled(kernels::sum_to(x, axes_.kept), share_).reshape(axes_.result);
    }
    void backward(Backward<T>& step) const override {
        step.add(0, kernels::broadcast_to(scaled(step.dy(), share_).reshape(axes_.kept), step.x_shape(0)));
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, broadcast_to(reshape(step.dy() * share_, axes_.kept), step.x_shape(0)));
    }

  private:
    Reduced axes_;
    T share_;
};

struct SquaredDistance {
    static constexpr OpText text{"var", "(x − mean)²", ""};
    auto value(const auto& x, const auto& mean) const { return (x - mean) * (x - mean); }
};

template <class T>
class Var final : public Op<T> {
  public:
    static constexpr OpText words{"var", "y = Σ (x − mean(x))² / (n − c)", "dx = dy · 2 (x − mean(x)) / (n − c)",
                                  "c is 1 for the unbiased variance, else 0."};
    Var(const Reduced& axes, const Axes& over, bool unbiased)
        : axes_(axes), over_(over), share_(T{1} / static_cast<T>(axes.count - (unbiased ? 1 : 0))) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_x; }
    Array<T> forward(const Array<T>& x) const {
        const Array<T> mean = scaled(kernels::sum_to(x, axes_.kept), T{1} / static_cast<T>(axes_.count));
        return scaled(kernels::sum_to(pairwise_value(SquaredDistance{}, x, mean), axes_.kept), share_)
            .reshape(axes_.result);
    }
    void pullback(Pullback<T>& step) const override {
        const Variable<T> distance = step.x(0) - mean(step.x(0), over_, true);
        step.add(0, reshape(step.dy() * (2 * share_), axes_.kept) * distance);
    }

  private:
    Reduced axes_;
    Axes over_;
    T share_;
};

template <class T, bool largest>
class Extreme final : public Op<T> {
  public:
    static constexpr OpText words{largest ? "max" : "min", largest ? "y = max x" : "y = min x",
                                  "dx = dy · [x = y] / number of ties", "Ties share the gradient evenly."};
    explicit Extreme(const Reduced& axes) : axes_(axes) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return {1, true}; }
    Array<T> forward(const Array<T>& x) const {
        return (largest ? kernels::max_to(x, axes_.kept) : kernels::min_to(x, axes_.kept)).reshape(axes_.result);
    }
    void pullback(Pullback<T>& step) const override {
        const Variable<T> chosen = equal(step.x(0), reshape(step.y(), axes_.kept));
        step.add(0, reshape(step.dy(), axes_.kept) / sum_to(chosen, axes_.kept) * chosen);
    }

  private:
    Reduced axes_;
};

OpGroup reduce_group() {
    return {"Reductions",
            {SumTo<float>::words, Sum<float>::words, Mean<float>::words, Var<float>::words, Extreme<float, true>::words,
             Extreme<float, false>::words}};
}

template <bool largest, class T>
Variable<T> extreme(const Variable<T>& x, std::optional<std::ptrdiff_t> axis, bool keepdims) {
    const Axes axes = axis ? Axes{*axis} : Axes{};
    return apply<T>(Extreme<T, largest>(reduced_not_empty(largest ? "max" : "min", x.shape(), axes, keepdims)), x);
}

}  // namespace ops

template <class T>
Variable<T> var(const Variable<T>& x, const Axes& axes, bool keepdims, bool unbiased) {
    const ops::Reduced over = ops::reduced_not_empty("var", x.shape(), axes, keepdims);
    if (unbiased && over.count == 1)
        fail<ValueError>("var", text("one element of ", x.shape()), "the unbiased variance divides by n - 1 = 0",
                         "Pass unbiased = false: then it divides by n.");
    return apply<T>(ops::Var<T>(over, axes, unbiased), x);
}

template <class T>
Indices argmax(const Array<T>& x, std::ptrdiff_t axis) {
    const std::size_t at = normalize_axis("argmax", axis, x.rank());
    const auto [outer, n, inner] = ops::around(x.shape(), at);
    Indices out(ops::reduced_not_empty("argmax", x.shape(), {axis}, false).result);
    std::int64_t* to = out.data();
    for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t i = 0; i < inner; ++i) {
            const T* from = x.data() + o * n * inner + i;
            std::size_t best = 0;
            T high = *from;
            // The first NaN counts as the largest, as in NumPy. Without branches, which nobody foretells.
            for (std::size_t k = 1; k < n; ++k) {
                const T v = from[k * inner];
                const bool higher = (v > high) | ((v != v) & (high == high));
                best = higher ? k : best;
                high = higher ? v : high;
            }
            *to++ = static_cast<std::int64_t>(best);
        }
    return out;
}

// clang-format off
template <class T> Variable<T> sum_to(const Variable<T>& x, const Shape& shape) { return apply<T>(ops::SumTo<T>(shape), x); }
template <class T> Variable<T> sum(const Variable<T>& x, const Axes& axes, bool keepdims) {
    return apply<T>(ops::Sum<T>(ops::reduced("sum", x.shape(), axes, keepdims)), x);
}
template <class T> Variable<T> mean(const Variable<T>& x, const Axes& axes, bool keepdims) {
    return apply<T>(ops::Mean<T>(ops::reduced_not_empty("mean", x.shape(), axes, keepdims)), x);
}
template <class T> Variable<T> max(const Variable<T>& x, std::optional<std::ptrdiff_t> axis, bool keepdims) { return ops::extreme<true>(x, axis, keepdims); }
template <class T> Variable<T> min(const Variable<T>& x, std::optional<std::ptrdiff_t> axis, bool keepdims) { return ops::extreme<false>(x, axis, keepdims); }

// float and double, instantiated once
using F = Variable<float>;
using D = Variable<double>;
template F sum_to(const F&, const Shape&); template D sum_to(const D&, const Shape&);
template F sum(const F&, const Axes&, bool); template D sum(const D&, const Axes&, bool);
template F mean(const F&, const Axes&, bool); template D mean(const D&, const Axes&, bool);
template F var(const F&, const Axes&, bool, bool); template D var(const D&, const Axes&, bool, bool);
template F max(const F&, std::optional<std::ptrdiff_t>, bool); template D max(const D&, std::optional<std::ptrdiff_t>, bool);
template F min(const F&, std::optional<std::ptrdiff_t>, bool); template D min(const D&, std::optional<std::ptrdiff_t>, bool);
template Indices argmax(const Array<float>&, std::ptrdiff_t); template Indices argmax(const Array<double>&, std::ptrdiff_t);
// clang-format on

}  // namespace sevenfold
