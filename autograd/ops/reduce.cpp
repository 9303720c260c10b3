// Reductions over axes.
#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace ops {
namespace {

// x's shape with the marked axes of size 1.
Shape kept(const Shape& x, const std::array<bool, Shape::max_rank>& marked) {
    Shape out = x;
    for (std::size_t i = 0; i < x.rank(); ++i)
        if (marked[i]) out[i] = 1;
    return out;
}
Shape dropped(const Shape& x, const std::array<bool, Shape::max_rank>& marked) {
    Shape out;
    for (std::size_t i = 0; i < x.rank(); ++i)
        if (!marked[i]) out.append(x[i]);
    return out;
}

}  // namespace

// Summing and repeating are each other's reverse.
template <class T>
class SumTo final : public Op<T> {
  public:
    explicit SumTo(Shape shape) : shape_(shape) {}
    static constexpr OpText words{"sum_to", "y = x summed over its broadcast axes", "dx = dy, repeated"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        if (!broadcasts_to(shape_, x.shape()))
            fail<ShapeError>("sum_to", sevenfold::text(x.shape(), " to ", shape_), "the target must broadcast to the array's shape");
        return kernels::sum_to(x, shape_);
    }
    void pullback(Pullback<T>& step) const override { step.add(0, broadcast_to(step.dy(), step.x_shape(0))); }

  private:
    Shape shape_;
};

template <class T>
class BroadcastTo final : public Op<T> {
  public:
    explicit BroadcastTo(Shape shape) : shape_(shape) {}
    static constexpr OpText words{"broadcast_to", "y = x repeated to a shape", "dx = dy summed over the repeated axes"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        if (!broadcasts_to(x.shape(), shape_))
            fail<ShapeError>("broadcast_to", sevenfold::text(x.shape(), " to ", shape_),
                             "sizes are aligned at the last axis and must be equal or 1");
        return kernels::broadcast_to(x, shape_);
    }
    void pullback(Pullback<T>& step) const override { step.add(0, step.dy()); }  // add sums it back

  private:
    Shape shape_;
};

template <class T>
class Reshape final : public Op<T> {
  public:
    explicit Reshape(Shape shape) : shape_(shape) {}
    static constexpr OpText words{"reshape", "y = x under another shape", "dx = dy under x's shape"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const { return x.reshape(shape_); }
    void pullback(Pullback<T>& step) const override { step.add(0, reshape(step.dy(), step.x_shape(0))); }

  private:
    Shape shape_;
};

}  // namespace ops

// clang-format off
template <class T> Variable<T> sum_to(const Variable<T>& x, const Shape& shape) { return apply<T>(ops::SumTo<T>(shape), x); }
template <class T> Variable<T> broadcast_to(const Variable<T>& x, const Shape& shape) { return apply<T>(ops::BroadcastTo<T>(shape), x); }
template <class T> Variable<T> reshape(const Variable<T>& x, const Shape& shape) { return apply<T>(ops::Reshape<T>(shape), x); }
template <class T> Variable<T> sum(const Variable<T>& x, const Axes& axes, bool keepdims) {
    const auto marked = mark_axes("sum", axes, x.rank());
    const Variable<T> y = sum_to(x, ops::kept(x.shape(), marked));
    return keepdims ? y : reshape(y, ops::dropped(x.shape(), marked));
}
using F = Variable<float>;
using D = Variable<double>;
template F sum_to(const F&, const Shape&); template D sum_to(const D&, const Shape&);
template F broadcast_to(const F&, const Shape&); template D broadcast_to(const D&, const Shape&);
template F reshape(const F&, const Shape&); template D reshape(const D&, const Shape&);
template F sum(const F&, const Axes&, bool); template D sum(const D&, const Axes&, bool);
// clang-format on

}  // namespace sevenfold
