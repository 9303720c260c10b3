// Ops that move elements and compute nothing.
#include <algorithm>

#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/kernels/views.hpp"
#include "sevenfold/autograd/ops/axes.hpp"
#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace ops {

using Order = std::array<std::size_t, Shape::max_rank>;
using Steps = std::array<std::ptrdiff_t, Shape::max_rank>;

template <class T>
class BroadcastTo final : public Op<T> {
  public:
    static constexpr OpText words{"broadcast_to", "y = x repeated to a shape", "dx = dy summed over the repeated axes"};
    explicit BroadcastTo(const Shape& shape) : shape_(shape) {}
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
    static constexpr OpText words{"reshape", "y = x under another shape", "dx = dy under x's shape"};
    explicit Reshape(const Shape& shape) : shape_(shape) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const { return x.reshape(shape_); }
    void backward(Backward<T>& step) const override { step.add(0, step.dy().reshape(step.x_shape(0))); }
    void pullback(Pullback<T>& step) const override { step.add(0, reshape(step.dy(), step.x_shape(0))); }

  private:
    Shape shape_;
};

template <class T>
class Permute final : public Op<T> {
  public:
    static constexpr OpText words{"permute", "y = x with its axes in another order", "dx = dy with its axes put back"};
    explicit Permute(const Order& order) : order_(order) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const { return kernels::permute(x, order_); }
    void backward(Backward<T>& step) const override {
        step.add(0, kernels::permute(step.dy(), back(step.dy().rank())));
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, apply<T>(Permute(back(step.dy().rank())), step.dy()));
    }

  private:
    Order back(std::size_t rank) const {
        Order out{};
        for (std::size_t i = 0; i < rank; ++i) out[order_[i]] = i;
        return out;
    }
    Order order_;
};

template <class T>
class Concat final : public Op<T> {
  public:
    static constexpr OpText words{"concat", "y = the x side by side along an axis", "dx = each one's part of dy"};
    explicit Concat(std::size_t axis) : axis_(axis) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }

    Array<T> forward(std::span<const Variable<T>> xs) {
        Shape shape = xs[0].shape();
        shape[axis_] = 0;
        for (const Variable<T>& x : xs) {
            starts_.push_back(static_cast<std::ptrdiff_t>(shape[axis_]));
            shape[axis_] += x.shape()[axis_];
        }
        Array<T> y(shape);
        for (std::size_t k = 0; k < xs.size(); ++k)
            kernels::write_view(xs[k].value().data(), part(shape, xs[k].shape(), k), y.data());
        return y;
    }

    void backward(Backward<T>& step) const override {
        for (std::size_t k = 0; k < step.inputs(); ++k) {
            if (!step.wants(k)) continue;
            Array<T> dx(step.x_shape(k));
            kernels::read_view(step.dy().data(), part(step.dy().shape(), dx.shape(), k), dx.data());
            step.add(k, std::move(dx));
        }
    }

    void pullback(Pullback<T>& step) const override {
        for (std::size_t k = 0; k < step.inputs(); ++k) {
            if (!step.wants(k)) continue;
            std::vector<Slice> slices(axis_ + 1);
            slices[axis_] = {starts_[k], starts_[k] + static_cast<std::ptrdiff_t>(step.x_shape(k)[axis_])};
            step.add(k, slice(step.dy(), slices));
        }
    }

  private:
    kernels::View part(const Shape& whole, const Shape& shape, std::size_t k) const {
        Steps start{}, step{};
        start[axis_] = starts_[k];
        step.fill(1);
        return kernels::view(whole, shape, start, step);
    }
    std::size_t axis_;
    pool::Vector<std::ptrdiff_t> starts_;
};

// Slicing and filling up around a slice are each other's reverse.
template <class T>
class Fill final : public Op<T> {
  public:
    static constexpr OpText words{"pad", "y = x with a value around it", "dx = the part of dy that came from x",
                                  "The reverse of a slice with steps: the value also stands between x's elements."};
    Fill(const Shape& shape, const Steps& start, const Steps& step, T value)
        : shape_(shape), start_(start), step_(step), value_(value) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        Array<T> y = Array<T>::full(shape_, value_);
        kernels::write_view(x.data(), kernels::view(shape_, x.shape(), start_, step_), y.data());
        return y;
    }
    void backward(Backward<T>& step) const override {
        Array<T> dx(step.x_shape(0));
        kernels::read_view(step.dy().data(), kernels::view(shape_, dx.shape(), start_, step_), dx.data());
        step.add(0, std::move(dx));
    }
    void pullback(Pullback<T>& step) const override;

  private:
    Shape shape_;
    Steps start_, step_;
    T value_;
};

template <class T>
class Cut final : public Op<T> {
  public:
    static constexpr OpText words{"slice", "y = x[start:stop:step, ..]", "dx = dy at its places, 0 elsewhere"};
    Cut(const Shape& shape, const Steps& start, const Steps& step) : shape_(shape), start_(start), step_(step) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        Array<T> y(shape_);
        kernels::read_view(x.data(), kernels::view(x.shape(), shape_, start_, step_), y.data());
        return y;
    }
    void backward(Backward<T>& step) const override {
        const Shape& whole = step.x_shape(0);
        const Target<T> dx = step.target(0);
        if (dx.first) std::fill_n(dx.data, whole.elements(), T{0});
        kernels::add_view(step.dy().data(), kernels::view(whole, shape_, start_, step_), dx.data);
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, apply<T>(Fill<T>(step.x_shape(0), start_, step_, T{0}), step.dy()));
    }

  private:
    Shape shape_;
    Steps start_, step_;
};

template <class T>
void Fill<T>::pullback(Pullback<T>& step) const {
    step.add(0, apply<T>(Cut<T>(step.x_shape(0), start_, step_), step.dy()));
}

template <class T>
class Flip final : public Op<T> {
  public:
    static constexpr OpText words{"flip", "y = x backwards along axes", "dx = dy backwards along the same"};
    explicit Flip(const std::array<bool, Shape::max_rank>& flipped) : flipped_(flipped) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        Steps start{}, step{};
        for (std::size_t i = 0; i < x.rank(); ++i) {
            start[i] = flipped_[i] ? static_cast<std::ptrdiff_t>(x.shape()[i]) - 1 : 0;
            step[i] = flipped_[i] ? -1 : 1;
        }
        Array<T> y(x.shape());
        kernels::read_view(x.data(), kernels::view(x.shape(), x.shape(), start, step), y.data());
        return y;
    }
    void pullback(Pullback<T>& step) const override { step.add(0, apply<T>(Flip(flipped_), step.dy())); }

  private:
    std::array<bool, Shape::max_rank> flipped_;
};

OpGroup layout_group() {
    return {"Layout",
            {Reshape<float>::words, Permute<float>::words, BroadcastTo<float>::words, Concat<float>::words,
             Cut<float>::words, Fill<float>::words, Flip<float>::words}};
}

}  // namespace ops

template <class T>
Variable<T> reshape(const Variable<T>& x, const std::vector<std::ptrdiff_t>& sizes) {
    std::string asked;
    for (std::ptrdiff_t size : sizes) asked += text(asked.empty() ? "" : ", ", size);
    Shape shape;
    std::optional<std::size_t> open;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] < -1 || (sizes[i] == -1 && open))
            fail<ShapeError>("reshape", text(x.shape(), " to (", asked, ")"),
                             "sizes are positive or 0, and one of them may be -1");
        if (sizes[i] == -1) open = i;
        shape.append(sizes[i] == -1 ? 1 : static_cast<std::size_t>(sizes[i]));
    }
    if (open) {
        const std::size_t known = shape.elements();
        if (known == 0 || x.size() % known != 0)
            fail<ShapeError>("reshape", text(x.shape(), " to (", asked, ")"),
                             text("no size in place of -1 makes ", x.size(), " elements out of multiples of ", known));
        shape[*open] = x.size() / known;
    }
    return reshape(x, shape);
}

template <class T>
Variable<T> reshape(const Variable<T>& x, std::initializer_list<AxisSize> sizes) {
    std::vector<std::ptrdiff_t> plain;
    for (AxisSize size : sizes) plain.push_back(size.n);
    return reshape(x, plain);
}

template <class T>
Variable<T> permute(const Variable<T>& x, const Axes& axes) {
    if (axes.size() != x.rank())
        fail<ShapeError>("permute", text(axes.size(), " axes for ", x.shape()), "every axis is named once");
    mark_axes("permute", axes, x.rank());
    ops::Order order{};
    for (std::size_t i = 0; i < axes.size(); ++i) order[i] = normalize_axis("permute", axes[i], x.rank());
    return apply<T>(ops::Permute<T>(order), x);
}

template <class T>
Variable<T> swapaxes(const Variable<T>& x, std::ptrdiff_t axis0, std::ptrdiff_t axis1) {
    ops::Order order{};
    for (std::size_t i = 0; i < x.rank(); ++i) order[i] = i;
    std::swap(order[normalize_axis("swapaxes", axis0, x.rank())], order[normalize_axis("swapaxes", axis1, x.rank())]);
    return apply<T>(ops::Permute<T>(order), x);
}

template <class T>
Variable<T> transpose(const Variable<T>& x) {
    if (x.rank() < 2)
        fail<ShapeError>("transpose", text(x.shape()), "the last two axes are swapped, so there must be two",
                         "Use reshape to add an axis.");
    return swapaxes(x, -1, -2);
}

template <class T>
static Variable<T> concat_all(std::span<const Variable<T>> xs, std::ptrdiff_t axis) {
    if (xs.empty()) fail<ShapeError>("concat", "no arrays", "there must be at least one");
    const Shape& first = xs[0].shape();
    const std::size_t at = normalize_axis("concat", axis, first.rank());
    for (const Variable<T>& x : xs) {
        Shape rest = x.shape();
        if (rest.rank() == first.rank()) rest[at] = first[at];
        if (!(rest == first))
            fail<ShapeError>("concat", text(first, " and ", x.shape(), " along axis ", at),
                             "all other axes must agree");
    }
    return apply_many<T>(ops::Concat<T>(at), xs);
}
template <class T>
Variable<T> concat(const std::vector<Variable<T>>& xs, std::ptrdiff_t axis) {
    return concat_all<T>(xs, axis);
}
template <class T>
Variable<T> concat(std::initializer_list<Variable<T>> xs, std::ptrdiff_t axis) {
    return concat_all<T>({xs.begin(), xs.size()}, axis);
}

template <class T>
Variable<T> stack(const std::vector<Variable<T>>& xs, std::ptrdiff_t axis) {
    if (xs.empty()) fail<ShapeError>("stack", "no arrays", "there must be at least one");
    Shape shape = xs[0].shape();
    const std::size_t at = normalize_axis("stack", axis, shape.rank() + 1);
    shape.insert(at, 1);
    std::vector<Variable<T>> parts;
    for (const Variable<T>& x : xs) {
        if (!(x.shape() == xs[0].shape()))
            fail<ShapeError>("stack", text(xs[0].shape(), " and ", x.shape()), "all shapes must be equal",
                             "Use concat to join arrays of different lengths.");
        parts.push_back(reshape(x, shape));
    }
    return concat(parts, static_cast<std::ptrdiff_t>(at));
}

template <class T>
static Variable<T> cut(const Variable<T>& x, std::span<const Slice> slices) {
    if (slices.size() > x.rank())
        fail<ShapeError>("slice", text(slices.size(), " slices of ", x.shape()), "there is at most one for each axis");
    Shape shape = x.shape();
    ops::Steps start{}, step{};
    step.fill(1);
    for (std::size_t i = 0; i < slices.size(); ++i) {
        const auto n = static_cast<std::ptrdiff_t>(shape[i]);
        if (slices[i].step <= 0)
            fail<ValueError>("slice", text("step ", slices[i].step), "steps are positive", "Use flip to go backwards.");
        const auto within = [n](std::ptrdiff_t at) { return std::clamp(at < 0 ? at + n : at, std::ptrdiff_t{0}, n); };
        start[i] = within(slices[i].start.value_or(0));
        step[i] = slices[i].step;
        const std::ptrdiff_t length = within(slices[i].stop.value_or(n)) - start[i];
        shape[i] = length > 0 ? static_cast<std::size_t>((length - 1) / step[i] + 1) : 0;
    }
    return apply<T>(ops::Cut<T>(shape, start, step), x);
}
template <class T>
Variable<T> slice(const Variable<T>& x, const std::vector<Slice>& slices) {
    return cut<T>(x, slices);
}
template <class T>
Variable<T> slice(const Variable<T>& x, std::initializer_list<Slice> slices) {
    return cut<T>(x, {slices.begin(), slices.size()});
}

template <class T>
Variable<T> flip(const Variable<T>& x, const Axes& axes) {
    return apply<T>(ops::Flip<T>(mark_axes("flip", axes, x.rank())), x);
}

template <class T>
Variable<T> pad(const Variable<T>& x, const std::vector<Pad>& pads, double value) {
    if (pads.size() != x.rank())
        fail<ShapeError>("pad", text(pads.size(), " pads for ", x.shape()), "there is one for each axis");
    Shape shape = x.shape();
    ops::Steps start{}, step{};
    step.fill(1);
    for (std::size_t i = 0; i < pads.size(); ++i) {
        start[i] = static_cast<std::ptrdiff_t>(pads[i].before);
        shape[i] += pads[i].before + pads[i].after;
    }
    return apply<T>(ops::Fill<T>(shape, start, step, static_cast<T>(value)), x);
}

// clang-format off
template <class T> Variable<T> broadcast_to(const Variable<T>& x, const Shape& shape) { return apply<T>(ops::BroadcastTo<T>(shape), x); }
template <class T> Variable<T> reshape(const Variable<T>& x, const Shape& shape) { return apply<T>(ops::Reshape<T>(shape), x); }

// float and double, instantiated once
using F = Variable<float>;
using D = Variable<double>;
template F broadcast_to(const F&, const Shape&); template D broadcast_to(const D&, const Shape&);
template F reshape(const F&, const Shape&); template D reshape(const D&, const Shape&);
template F reshape(const F&, const std::vector<std::ptrdiff_t>&); template D reshape(const D&, const std::vector<std::ptrdiff_t>&);
template F reshape(const F&, std::initializer_list<AxisSize>); template D reshape(const D&, std::initializer_list<AxisSize>);
template F permute(const F&, const Axes&); template D permute(const D&, const Axes&);
template F swapaxes(const F&, std::ptrdiff_t, std::ptrdiff_t); template D swapaxes(const D&, std::ptrdiff_t, std::ptrdiff_t);
template F transpose(const F&); template D transpose(const D&);
template F concat(const std::vector<F>&, std::ptrdiff_t); template D concat(const std::vector<D>&, std::ptrdiff_t);
template F concat(std::initializer_list<F>, std::ptrdiff_t); template D concat(std::initializer_list<D>, std::ptrdiff_t);
template F stack(const std::vector<F>&, std::ptrdiff_t); template D stack(const std::vector<D>&, std::ptrdiff_t);
template F slice(const F&, const std::vector<Slice>&); template D slice(const D&, const std::vector<Slice>&);
template F slice(const F&, std::initializer_list<Slice>); template D slice(const D&, std::initializer_list<Slice>);
template F flip(const F&, const Axes&); template D flip(const D&, const Axes&);
template F pad(const F&, const std::vector<Pad>&, double); template D pad(const D&, const std::vector<Pad>&, double);
// clang-format on

}  // namespace sevenfold
