// Softmax and what goes with it: exponentials that never overflow, for the largest one is factored out.
#include "sevenfold/autograd/kernels/softmax.hpp"

#include <cmath>

#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/ops/axes.hpp"
#include "sevenfold/autograd/ops/elementwise.hpp"
#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold {
namespace ops {

template <class T>
class Softmax final : public Op<T> {
  public:
    static constexpr OpText words{"softmax", "y = exp(x) / Σ exp(x)", "dx = y · (dy − Σ dy · y)"};
    explicit Softmax(std::size_t axis) : axis_(axis) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_output; }
    Array<T> forward(const Array<T>& x) const {
        const auto [outer, n, inner] = around(x.shape(), axis_);
        Array<T> y(x.shape());
        kernels::softmax(x.data(), outer, n, inner, y.data());
        return y;
    }
    void backward(Backward<T>& step) const override {
        const auto [outer, n, inner] = around(step.dy().shape(), axis_);
        Array<T> dx(step.dy().shape());
        kernels::softmax_backward(step.dy().data(), step.y().data(), outer, n, inner, dx.data());
        step.add(0, std::move(dx));
    }
    void pullback(Pullback<T>& step) const override {
        const Variable<T>&y = step.y(), &dy = step.dy();
        step.add(0, y * (dy - sum(dy * y, {static_cast<std::ptrdiff_t>(axis_)}, true)));
    }

  private:
    std::size_t axis_;
};

template <class T>
class LogSoftmax final : public Op<T> {
  public:
    static constexpr OpText words{"log_softmax", "y = x − log Σ exp(x)", "dx = dy − exp(y) · Σ dy"};
    explicit LogSoftmax(std::size_t axis) : axis_(axis) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_output; }
    Array<T> forward(const Array<T>& x) const {
        const auto [outer, n, inner] = around(x.shape(), axis_);
        Array<T> y(x.shape());
        kernels::log_softmax(x.data(), outer, n, inner, y.data());
        return y;
    }
    void backward(Backward<T>& step) const override {
        const auto [outer, n, inner] = around(step.dy().shape(), axis_);
        Array<T> dx(step.dy().shape());
        kernels::log_softmax_backward(step.dy().data(), step.y().data(), outer, n, inner, dx.data());
        step.add(0, std::move(dx));
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, step.dy() - exp(step.y()) * sum(step.dy(), {static_cast<std::ptrdiff_t>(axis_)}, true));
    }

  private:
    std::size_t axis_;
};

struct ExpOfDifference {
    static constexpr OpText text{"logsumexp", "exp(x − high)", ""};
    auto value(const auto& x, const auto& high) const { return exp(x - high); }
};

template <class T>
class LogSumExp final : public Op<T> {
  public:
    static constexpr OpText words{"logsumexp", "y = log Σ exp(x)", "dx = dy · exp(x − y)"};
    explicit LogSumExp(const Reduced& axes) : axes_(axes) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return {1, true}; }
    Array<T> forward(const Array<T>& x) const {
        Array<T> high = kernels::max_to(x, axes_.kept);
        for (T& v : high.flat())
            if (std::isinf(v)) v = 0;  // all of them −∞, or one +∞: nothing to factor out
        Array<T> y = kernels::sum_to(pairwise_value(ExpOfDifference{}, x, high), axes_.kept);
        for (std::size_t i = 0; i < y.size(); ++i) y.flat()[i] = std::log(y.flat()[i]) + high.flat()[i];
        return y.reshape(axes_.result);
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, reshape(step.dy(), axes_.kept) * exp(step.x(0) - reshape(step.y(), axes_.kept)));
    }

  private:
    Reduced axes_;
};

OpGroup softmax_group() {
    return {"Softmax", {Softmax<float>::words, LogSoftmax<float>::words, LogSumExp<float>::words}};
}

}  // namespace ops

// clang-format off
template <class T> Variable<T> softmax(const Variable<T>& x, std::ptrdiff_t axis) { return apply<T>(ops::Softmax<T>(normalize_axis("softmax", axis, x.rank())), x); }
template <class T> Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis) { return apply<T>(ops::LogSoftmax<T>(normalize_axis("log_softmax", axis, x.rank())), x); }
template <class T> Variable<T> logsumexp(const Variable<T>& x, const Axes& axes, bool keepdims) {
    return apply<T>(ops::LogSumExp<T>(ops::reduced("logsumexp", x.shape(), axes, keepdims)), x);
}

// float and double, instantiated once
using F = Variable<float>;
using D = Variable<double>;
template F softmax(const F&, std::ptrdiff_t); template D softmax(const D&, std::ptrdiff_t);
template F log_softmax(const F&, std::ptrdiff_t); template D log_softmax(const D&, std::ptrdiff_t);
template F logsumexp(const F&, const Axes&, bool); template D logsumexp(const D&, const Axes&, bool);
// clang-format on

}  // namespace sevenfold
