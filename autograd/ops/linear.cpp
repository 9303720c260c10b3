// The affine map of a layer, alone and with the activation behind it.
#include <algorithm>

#include "sevenfold/autograd/kernels/linear.hpp"
#include "sevenfold/autograd/ops/elementwise.hpp"
#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/autograd/ops/squash.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace ops {
namespace {

void check_linear(const Shape& x, const Shape& w) {
    if (w.rank() != 2)
        fail<ShapeError>("linear", text("weight ", w), "a weight has two axes, (out, in)",
                         w.rank() == 1 ? "For a single output give it shape (1, in)." : "");
    if (x.rank() == 0)
        fail<ShapeError>("linear", text("x ", x, " and weight ", w), text("x has a last axis of ", w[1], " features"),
                         "For one feature give x the shape (n, 1).");
    if (x.back() == w[1]) return;
    fail<ShapeError>("linear", text("x ", x, " and weight ", w),
                     text("the last axis of x is ", x.back(), ", the weight (out, in) takes ", w[1]),
                     x.back() == w[0] ? "Did you mean linear(x, transpose(w))?"
                                      : text("Make the layer with ", x.back(), " inputs, or reshape x."));
}

template <class T>
std::size_t rows_of(const Array<T>& x) {
    std::size_t rows = 1;
    for (std::size_t i = 0; i + 1 < x.rank(); ++i) rows *= x.shape()[i];
    return rows;
}

template <class T>
Array<T> affine(const Array<T>& x, const Array<T>& w, const T* b) {
    check_linear(x.shape(), w.shape());
    Shape shape = x.shape();
    shape[x.rank() - 1] = w.shape()[0];
    Array<T> y(shape);
    kernels::linear(rows_of(x), w.shape()[1], w.shape()[0], x.data(), w.data(), b, y.data());
    return y;
}

template <class T>
Array<T> affine(const Array<T>& x, const Array<T>& w, const Array<T>& b) {
    if (b.rank() != 1 || w.rank() != 2 || b.size() != w.shape()[0]) {
        check_linear(x.shape(), w.shape());
        fail<ShapeError>("linear", text("bias ", b.shape(), " for weight ", w.shape()),
                         "a bias has one number per output", text("Give it shape ", Shape{w.shape()[0]}, '.'));
    }
    return affine(x, w, b.data());
}

template <class T>
void affine_backward(Backward<T>& step, const T* dz) {
    const Array<T>&x = step.x(0), &w = step.x(1);
    const std::size_t out = w.shape()[0], in = w.shape()[1], rows = rows_of(x);
    if (step.wants(0)) kernels::linear_dx(rows, in, out, dz, w.data(), step.target(0));
    if (step.wants(1)) kernels::linear_dw(rows, in, out, dz, x.data(), step.target(1));
    if (step.inputs() == 3 && step.wants(2)) kernels::column_sums(rows, out, dz, step.target(2));
}

template <class T>
void affine_pullback(Pullback<T>& step, const Variable<T>& dz) {
    const Variable<T>&x = step.x(0), &w = step.x(1);
    if (step.wants(0)) step.add(0, matmul(dz, w));
    if (step.wants(1)) {
        const std::size_t rows = rows_of(x.value());
        step.add(1, matmul(reshape(dz, Shape{rows, w.shape(0)}), true, reshape(x, Shape{rows, w.shape(1)}), false));
    }
    if (step.inputs() == 3 && step.wants(2)) step.add(2, dz);
}

}  // namespace

template <class T>
class Linear final : public Op<T> {
  public:
    static constexpr OpText words{"linear", "y = x wᵀ + b", "dx = dy w, dw = dyᵀ x, db = Σ dy",
                                  "Leading axes of x count as rows; the sums run over them."};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_xy; }
    Array<T> forward(const Array<T>& x, const Array<T>& w) const { return affine<T>(x, w, nullptr); }
    Array<T> forward(const Array<T>& x, const Array<T>& w, const Array<T>& b) const { return affine(x, w, b); }
    void backward(Backward<T>& step) const override { affine_backward(step, step.dy().data()); }
    void pullback(Pullback<T>& step) const override { affine_pullback(step, step.dy()); }
};

// A linear layer and its activation in one op: z = x wᵀ + b is overwritten by y, from which the derivative follows.
struct LinearRelu : Relu {
    static constexpr OpText text{"linear_relu", "y = max(x wᵀ + b, 0)",
                                 "dz = dy · [y > 0], dx = dz w, dw = dzᵀ x, db = Σ dz"};
};
struct LinearTanh : Tanh {
    static constexpr OpText text{"linear_tanh", "y = tanh(x wᵀ + b)",
                                 "dz = dy · (1 − y²), dx = dz w, dw = dzᵀ x, db = Σ dz"};
};
struct LinearSigmoid : Sigmoid {
    static constexpr OpText text{"linear_sigmoid", "y = 1 / (1 + exp(−(x wᵀ + b)))",
                                 "dz = dy · y · (1 − y), dx = dz w, dw = dzᵀ x, db = Σ dz"};
};

template <class Rule, class T>
class LinearThen final : public Op<T> {
  public:
    const OpText& text() const override { return Rule::text; }
    Saves saves() const override { return {3, true}; }

    Array<T> forward(const Array<T>& x, const Array<T>& w, const Array<T>& b) const {
        Array<T> y = affine(x, w, b);
        simd::run([n = y.size(), z = y.data()]() SEVENFOLD_INLINE {
            constexpr std::size_t lanes = 64 / sizeof(T);
            const auto value = [](T at) SEVENFOLD_INLINE { return Rule().value(Lane<T>(at)).v; };
            if (n < lanes) {
                for (std::size_t i = 0; i < n; ++i) z[i] = value(z[i]);
                return;
            }
            // The last vector overlaps the one before: it is read first and written last.
            T last[lanes];
            for (std::size_t j = 0; j < lanes; ++j) last[j] = value(z[n - lanes + j]);
            for (std::size_t i = 0; i + lanes < n; i += lanes)
                for (std::size_t j = 0; j < lanes; ++j) z[i + j] = value(z[i + j]);
            std::copy_n(last, lanes, z + n - lanes);
        });
        return y;
    }

    void backward(Backward<T>& step) const override {
        Array<T> dz(step.dy().shape());
        simd::run([n = dz.size(), dy = step.dy().data(), y = step.y().data(), to = dz.data()]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < n; ++i) to[i] = Lane<T>(Rule().dx(Lane<T>(dy[i]), NotSaved{}, Lane<T>(y[i]))).v;
        });
        affine_backward(step, dz.data());
    }

    void pullback(Pullback<T>& step) const override {
        affine_pullback(step, Variable<T>(Rule().dx(step.dy(), NotSaved{}, step.y())));
    }
};

OpGroup linear_group() {
    return {"Affine map", {Linear<float>::words, LinearRelu::text, LinearTanh::text, LinearSigmoid::text}};
}

}  // namespace ops

// clang-format off
template <class T> Variable<T> linear(const Variable<T>& x, Also<T> w, Also<T> b) { return apply<T>(ops::Linear<T>(), x, w, b); }
template <class T> Variable<T> linear(const Variable<T>& x, Also<T> w) { return apply<T>(ops::Linear<T>(), x, w); }
template <class T> Variable<T> linear_relu(const Variable<T>& x, Also<T> w, Also<T> b) { return apply<T>(ops::LinearThen<ops::LinearRelu, T>(), x, w, b); }
template <class T> Variable<T> linear_tanh(const Variable<T>& x, Also<T> w, Also<T> b) { return apply<T>(ops::LinearThen<ops::LinearTanh, T>(), x, w, b); }
template <class T> Variable<T> linear_sigmoid(const Variable<T>& x, Also<T> w, Also<T> b) { return apply<T>(ops::LinearThen<ops::LinearSigmoid, T>(), x, w, b); }
using F = Variable<float>;
using D = Variable<double>;
template F linear(const F&, Also<float>, Also<float>); template D linear(const D&, Also<double>, Also<double>);
template F linear_relu(const F&, Also<float>, Also<float>); template D linear_relu(const D&, Also<double>, Also<double>);
template F linear_tanh(const F&, Also<float>, Also<float>); template D linear_tanh(const D&, Also<double>, Also<double>);
template F linear_sigmoid(const F&, Also<float>, Also<float>); template D linear_sigmoid(const D&, Also<double>, Also<double>);
template F linear(const F&, Also<float>); template D linear(const D&, Also<double>);
// clang-format on

}  // namespace sevenfold
