// The affine map of a layer.
#include "sevenfold/autograd/kernels/linear.hpp"
#include "sevenfold/autograd/ops/register.hpp"
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

}  // namespace

template <class T>
class Linear final : public Op<T> {
  public:
    static constexpr OpText words{"linear", "y = x wᵀ + b", "dx = dy w, dw = dyᵀ x, db = Σ dy",
                                  "Leading axes of x count as rows; the sums run over them."};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_xy; }

    Array<T> forward(const Array<T>& x, const Array<T>& w) const { return value(x, w, nullptr); }
    Array<T> forward(const Array<T>& x, const Array<T>& w, const Array<T>& b) const {
        if (b.rank() != 1 || w.rank() != 2 || b.size() != w.shape()[0]) {
            check_linear(x.shape(), w.shape());
            fail<ShapeError>("linear", sevenfold::text("bias ", b.shape(), " for weight ", w.shape()),
                             "a bias has one number per output",
                             sevenfold::text("Give it shape ", Shape{w.shape()[0]}, '.'));
        }
        return value(x, w, b.data());
    }

    void backward(Backward<T>& step) const override {
        const Array<T>&x = step.x(0), &w = step.x(1), &dy = step.dy();
        const std::size_t out = w.shape()[0], in = w.shape()[1], rows = rows_of(x);
        if (step.wants(0)) kernels::linear_dx(rows, in, out, dy.data(), w.data(), step.target(0));
        if (step.wants(1)) kernels::linear_dw(rows, in, out, dy.data(), x.data(), step.target(1));
        if (step.inputs() == 3 && step.wants(2)) kernels::column_sums(rows, out, dy.data(), step.target(2));
    }

    void pullback(Pullback<T>& step) const override {
        const Variable<T>&x = step.x(0), &w = step.x(1), &dy = step.dy();
        if (step.wants(0)) step.add(0, matmul(dy, w));
        if (step.wants(1)) {
            const std::size_t rows = rows_of(x.value());
            step.add(1, matmul(reshape(dy, Shape{rows, w.shape(0)}), true, reshape(x, Shape{rows, w.shape(1)}), false));
        }
        if (step.inputs() == 3 && step.wants(2)) step.add(2, dy);
    }

  private:
    static std::size_t rows_of(const Array<T>& x) {
        std::size_t rows = 1;
        for (std::size_t i = 0; i + 1 < x.rank(); ++i) rows *= x.shape()[i];
        return rows;
    }
    static Array<T> value(const Array<T>& x, const Array<T>& w, const T* b) {
        check_linear(x.shape(), w.shape());
        Shape shape = x.shape();
        shape[x.rank() - 1] = w.shape()[0];
        Array<T> y(shape);
        kernels::linear(rows_of(x), w.shape()[1], w.shape()[0], x.data(), w.data(), b, y.data());
        return y;
    }
};

OpGroup linear_group() { return {"Affine map", {Linear<float>::words}}; }

}  // namespace ops

// clang-format off
template <class T> Variable<T> linear(const Variable<T>& x, Also<T> w, Also<T> b) { return apply<T>(ops::Linear<T>(), x, w, b); }
template <class T> Variable<T> linear(const Variable<T>& x, Also<T> w) { return apply<T>(ops::Linear<T>(), x, w); }
using F = Variable<float>;
using D = Variable<double>;
template F linear(const F&, Also<float>, Also<float>); template D linear(const D&, Also<double>, Also<double>);
template F linear(const F&, Also<float>); template D linear(const D&, Also<double>);
// clang-format on

}  // namespace sevenfold
