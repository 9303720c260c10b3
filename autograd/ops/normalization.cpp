// Layer and batch normalization.
#include "sevenfold/autograd/kernels/normalization.hpp"

#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/ops/composed.hpp"
#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold {
namespace ops {
namespace {

void check_scale(std::string_view op, const Shape& gamma, const Shape& beta) {
    if (gamma != beta)
        fail<ShapeError>(op, text("gamma ", gamma, " and beta ", beta), "scale and shift have the same shape");
}

void check_eps(std::string_view op, double eps) {
    if (!(eps >= 0)) fail<ValueError>(op, text("eps ", eps), "it is added to a variance and is not negative");
}

// γ x̂ over the axes that one mean is taken of; β only shifts and is left to the caller.
template <class T>
Variable<T> standardized(const Variable<T>& x, const Variable<T>& gamma, const Axes& axes, double eps) {
    const Variable<T> centered = x - mean(x, axes, true);
    return centered / sqrt(mean(centered * centered, axes, true) + eps) * gamma;
}

}  // namespace

template <class T>
class LayerNorm final : public Op<T> {
  public:
    explicit LayerNorm(double eps) : eps_(eps) {}
    static constexpr OpText words{"layer_norm", "y = γ x̂ + β, x̂ = (x − mean) / √(var + ε)",
                                  "dx = (g − mean(g) − x̂ mean(g x̂)) / √(var + ε) with g = dy γ, dγ = Σ dy x̂, dβ = Σ dy",
                                  "Mean and biased variance over the last axes, as many as γ has."};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_xy; }

    Array<T> forward(const Array<T>& x, const Array<T>& gamma, const Array<T>& beta) {
        check(x.shape(), gamma.shape(), beta.shape());
        rows_ = gamma.size() == 0 ? 0 : x.size() / gamma.size();
        mean_ = Array<T>(Shape{rows_});
        rstd_ = Array<T>(Shape{rows_});
        Array<T> y(x.shape());
        kernels::layer_norm(rows_, gamma.size(), x.data(), gamma.data(), beta.data(), static_cast<T>(eps_), y.data(),
                            mean_.data(), rstd_.data());
        return y;
    }

    void backward(Backward<T>& step) const override {
        const Array<T>&x = step.x(0), &gamma = step.x(1);
        const auto zeroed = [&](std::size_t i) -> T* {
            if (!step.wants(i)) return nullptr;
            const Target<T> to = step.target(i);
            if (to.first) std::fill_n(to.data, gamma.size(), T{0});
            return to.data;
        };
        const Target<T> dx = step.wants(0) ? step.target(0) : Target<T>{nullptr, true};
        T* dgamma = zeroed(1);
        kernels::layer_norm_backward(rows_, gamma.size(), x.data(), gamma.data(), mean_.data(), rstd_.data(),
                                     step.dy().data(), dx, dgamma, zeroed(2));
    }

    void pullback(Pullback<T>& step) const override {
        pull_composed(step, 2, [&](const std::vector<Variable<T>>& in) {
            Axes axes;
            for (std::size_t i = 1; i <= in[1].rank(); ++i) axes.push_back(-static_cast<std::ptrdiff_t>(i));
            return standardized(in[0], in[1], axes, eps_);
        });
        if (step.wants(2)) step.add(2, step.dy());
    }

  private:
    void check(const Shape& x, const Shape& gamma, const Shape& beta) const {
        check_scale("layer_norm", gamma, beta);
        check_eps("layer_norm", eps_);
        bool fits = gamma.rank() > 0 && gamma.rank() <= x.rank();
        for (std::size_t i = 1; fits && i <= gamma.rank(); ++i) fits = gamma[gamma.rank() - i] == x[x.rank() - i];
        if (!fits)
            fail<ShapeError>(
                "layer_norm", sevenfold::text("x ", x, " and gamma ", gamma), "gamma has the sizes of x's last axes",
                x.rank() ? sevenfold::text("To normalize the last axis give it shape ", Shape{x.back()}, '.') : "");
    }

    double eps_;
    std::size_t rows_ = 0;
    Array<T> mean_, rstd_;
};

template <class T>
class BatchNorm final : public Op<T> {
  public:
    explicit BatchNorm(double eps) : eps_(eps) {}
    static constexpr OpText words{"batch_norm", "y = γ x̂ + β, x̂ = (x − mean) / √(var + ε)",
                                  "dx = γ (dy − mean(dy) − x̂ mean(dy x̂)) / √(var + ε), dγ = Σ dy x̂, dβ = Σ dy",
                                  "Mean and biased variance over all axes but axis 1."};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_xy; }

    Array<T> forward(const Array<T>& x, const Array<T>& gamma, const Array<T>& beta) {
        check(x.shape(), gamma.shape(), beta.shape());
        mean_ = Array<T>(gamma.shape());
        rstd_ = Array<T>(gamma.shape());
        Array<T> y(x.shape());
        kernels::batch_norm(channels(x), x.data(), gamma.data(), beta.data(), static_cast<T>(eps_), y.data(),
                            mean_.data(), rstd_.data());
        return y;
    }

    void backward(Backward<T>& step) const override {
        const Array<T>&x = step.x(0), &gamma = step.x(1);
        Array<T> dgamma(gamma.shape()), dbeta(gamma.shape());
        const Target<T> dx = step.wants(0) ? step.target(0) : Target<T>{nullptr, true};
        kernels::batch_norm_backward(channels(x), x.data(), gamma.data(), mean_.data(), rstd_.data(), step.dy().data(),
                                     dx, dgamma.data(), dbeta.data());
        if (step.wants(1)) step.add(1, std::move(dgamma));
        if (step.wants(2)) step.add(2, std::move(dbeta));
    }

    void pullback(Pullback<T>& step) const override {
        Axes axes;
        Shape column{step.x_shape(1)[0]};  // gamma, aligned with axis 1
        for (std::size_t i = 0; i < step.x_shape(0).rank(); ++i) {
            if (i != 1) axes.push_back(static_cast<std::ptrdiff_t>(i));
            if (i > 1) column.append(1);
        }
        pull_composed(step, 2, [&](const std::vector<Variable<T>>& in) {
            return standardized(in[0], reshape(in[1], column), axes, eps_);
        });
        if (step.wants(2)) step.add(2, sum(step.dy(), axes));
    }

  private:
    static kernels::Channels channels(const Array<T>& x) {
        kernels::Channels s{x.shape()[0], x.shape()[1], 1};
        for (std::size_t i = 2; i < x.rank(); ++i) s.inner *= x.shape()[i];
        return s;
    }
    void check(const Shape& x, const Shape& gamma, const Shape& beta) const {
        check_scale("batch_norm", gamma, beta);
        check_eps("batch_norm", eps_);
        if (x.rank() < 2)
            fail<ShapeError>("batch_norm", sevenfold::text("x ", x), "x is (samples, channels, ..)",
                             "For a single channel reshape x to (n, 1).");
        if (gamma != Shape{x[1]})
            fail<ShapeError>("batch_norm", sevenfold::text("x ", x, " and gamma ", gamma),
                             "gamma has one number per channel, axis 1 of x",
                             sevenfold::text("Give it shape ", Shape{x[1]}, '.'));
        if (x[1] > 0 && x.elements() / x[1] < 2)
            fail<ShapeError>("batch_norm", sevenfold::text("x ", x),
                             "the variance of a channel needs two values or more",
                             "Give a larger batch; to run a trained model on one sample, use its running statistics.");
    }

    double eps_;
    Array<T> mean_, rstd_;
};

OpGroup normalization_group() { return {"Normalization", {LayerNorm<float>::words, BatchNorm<float>::words}}; }

}  // namespace ops

// clang-format off
template <class T> Variable<T> layer_norm(const Variable<T>& x, Also<T> gamma, Also<T> beta, double eps) { return apply<T>(ops::LayerNorm<T>(eps), x, gamma, beta); }
template <class T> Variable<T> batch_norm(const Variable<T>& x, Also<T> gamma, Also<T> beta, double eps) { return apply<T>(ops::BatchNorm<T>(eps), x, gamma, beta); }
using F = Variable<float>;
using D = Variable<double>;
template F layer_norm(const F&, Also<float>, Also<float>, double); template D layer_norm(const D&, Also<double>, Also<double>, double);
template F batch_norm(const F&, Also<float>, Also<float>, double); template D batch_norm(const D&, Also<double>, Also<double>, double);
// clang-format on

}  // namespace sevenfold
