// Ops that pick elements by integer positions, and their reverses, which add up what was picked more than once.
#include <algorithm>

#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/autograd/ops/axes.hpp"
#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace ops {
namespace {

void check_index(std::string_view op, const Indices& index, std::size_t n) {
    for (std::size_t i = 0; i < index.size(); ++i) {
        const std::int64_t at = index.flat()[i];
        if (at < 0 || static_cast<std::uint64_t>(at) >= n)
            fail<IndexError>(op, text("index ", at, " at position ", i, " of ", index.shape()),
                             n == 0 ? std::string("the axis is empty") : text("positions run from 0 to ", n - 1));
    }
}

// to[index[k]] += from[k], blocks of `inner` elements along the middle of (outer, n, inner).
template <class T>
void add_blocks(const T* from, const Indices& index, const Around& whole, T* to) {
    const std::size_t count = index.size();
    simd::run([=, at = index.data()]() SEVENFOLD_INLINE {
        for (std::size_t o = 0; o < whole.outer; ++o)
            for (std::size_t k = 0; k < count; ++k) {
                const T* block = from + (o * count + k) * whole.inner;
                T* sum = to + (o * whole.n + static_cast<std::size_t>(at[k])) * whole.inner;
                for (std::size_t i = 0; i < whole.inner; ++i) sum[i] += block[i];
            }
    });
}

// f(position in the whole, position among the picked) for every picked element, where each has an index of its own.
template <class F>
void for_picked(const Indices& index, std::size_t axis, std::size_t n, const F& f) {
    const auto [outer, count, inner] = around(index.shape(), axis);
    std::size_t picked = 0;
    for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t k = 0; k < count; ++k)
            for (std::size_t i = 0; i < inner; ++i, ++picked)
                f((o * n + static_cast<std::size_t>(index.flat()[picked])) * inner + i, picked);
}

// Shape `x` with the sizes of `index` in place of axis `axis`.
Shape taken(const Shape& x, std::size_t axis, const Shape& index) {
    Shape out;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        if (i != axis)
            out.append(x[i]);
        else
            for (std::size_t size : index) out.append(size);
    }
    return out;
}

}  // namespace

template <class T>
class TakeBack;

// Blocks picked along one axis by an index of any shape.
template <class T>
class Take final : public Op<T> {
  public:
    static constexpr OpText select{"index_select", "y[.., k, ..] = x[.., index[k], ..]",
                                   "dx = dy added up at the index"};
    static constexpr OpText embed{"embedding", "y[k] = weight[index[k]]", "dweight = rows of dy added up at the index"};
    Take(const OpText& text, std::size_t axis, const Indices& index) : text_(&text), axis_(axis), index_(index) {}
    const OpText& text() const override { return *text_; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        const auto [outer, n, inner] = around(x.shape(), axis_);
        check_index(text_->name, index_, n);
        Array<T> y(taken(x.shape(), axis_, index_.shape()));
        T* to = y.data();
        for (std::size_t o = 0; o < outer; ++o)
            for (std::int64_t at : index_) {
                std::copy_n(x.data() + (o * n + static_cast<std::size_t>(at)) * inner, inner, to);
                to += inner;
            }
        return y;
    }
    void backward(Backward<T>& step) const override {
        const Shape& whole = step.x_shape(0);
        const Target<T> dx = step.target(0);
        if (dx.first) std::fill_n(dx.data, whole.elements(), T{0});
        add_blocks(step.dy().data(), index_, around(whole, axis_), dx.data);
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, apply<T>(TakeBack<T>(axis_, index_, step.x_shape(0)), step.dy()));
    }

  private:
    const OpText* text_;
    std::size_t axis_;
    Indices index_;
};

template <class T>
class TakeBack final : public Op<T> {
  public:
    static constexpr OpText words{"index_add", "y = zeros, y[.., index[k], ..] += x[.., k, ..]",
                                  "dx[.., k, ..] = dy[.., index[k], ..]", "The reverse of index_select and embedding."};
    TakeBack(std::size_t axis, const Indices& index, const Shape& shape) : axis_(axis), index_(index), shape_(shape) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        Array<T> y = Array<T>::zeros(shape_);
        add_blocks(x.data(), index_, around(shape_, axis_), y.data());
        return y;
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, apply<T>(Take<T>(Take<T>::select, axis_, index_), step.dy()));
    }

  private:
    std::size_t axis_;
    Indices index_;
    Shape shape_;
};

template <class T>
class Gather final : public Op<T> {
  public:
    static constexpr OpText words{"gather", "y[.., k, ..] = x[.., index[.., k, ..], ..]",
                                  "dx = dy added up at the index"};
    Gather(std::size_t axis, const Indices& index) : axis_(axis), index_(index) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        check_index("gather", index_, x.shape()[axis_]);
        Array<T> y(index_.shape());
        for_picked(
            index_, axis_, x.shape()[axis_],
            [from = x.data(), to = y.data()](std::size_t whole, std::size_t picked) { to[picked] = from[whole]; });
        return y;
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, scatter_add(step.dy(), static_cast<std::ptrdiff_t>(axis_), index_, step.x_shape(0)));
    }

  private:
    std::size_t axis_;
    Indices index_;
};

template <class T>
class ScatterAdd final : public Op<T> {
  public:
    static constexpr OpText words{"scatter_add", "y = zeros, y[.., index[.., k, ..], ..] += x[.., k, ..]",
                                  "dx = dy picked at the index"};
    ScatterAdd(std::size_t axis, const Indices& index, const Shape& shape)
        : axis_(axis), index_(index), shape_(shape) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_nothing; }
    Array<T> forward(const Array<T>& x) const {
        check_index("scatter_add", index_, shape_[axis_]);
        Array<T> y = Array<T>::zeros(shape_);
        for_picked(
            index_, axis_, shape_[axis_],
            [from = x.data(), to = y.data()](std::size_t whole, std::size_t picked) { to[whole] += from[picked]; });
        return y;
    }
    void pullback(Pullback<T>& step) const override {
        step.add(0, gather(step.dy(), static_cast<std::ptrdiff_t>(axis_), index_));
    }

  private:
    std::size_t axis_;
    Indices index_;
    Shape shape_;
};

OpGroup indexing_group() {
    return {"Indexing",
            {Take<float>::select, Take<float>::embed, TakeBack<float>::words, Gather<float>::words,
             ScatterAdd<float>::words}};
}

// The axis, after checking that the index has the array's shape but for the length of that axis.
std::size_t axis_of_index(std::string_view op, const Shape& whole, std::ptrdiff_t axis, const Shape& index) {
    const std::size_t at = normalize_axis(op, axis, whole.rank());
    Shape same = index;
    if (same.rank() == whole.rank()) same[at] = whole[at];
    if (!(same == whole))
        fail<ShapeError>(op, text("an index ", index, " for ", whole, " along axis ", at),
                         "both have the same rank and the same sizes on all other axes");
    return at;
}

}  // namespace ops

template <class T>
Variable<T> index_select(const Variable<T>& x, std::ptrdiff_t axis, const Indices& index) {
    if (index.rank() != 1)
        fail<ShapeError>("index_select", text("an index of shape ", index.shape()), "it has one axis",
                         "Use gather for an index of the array's own rank.");
    return apply<T>(ops::Take<T>(ops::Take<T>::select, normalize_axis("index_select", axis, x.rank()), index), x);
}

template <class T>
Variable<T> embedding(const Variable<T>& weight, const Indices& index) {
    if (weight.rank() != 2)
        fail<ShapeError>("embedding", text("a weight ", weight.shape()), "it is a matrix, one row for each index");
    return apply<T>(ops::Take<T>(ops::Take<T>::embed, 0, index), weight);
}

template <class T>
Variable<T> gather(const Variable<T>& x, std::ptrdiff_t axis, const Indices& index) {
    return apply<T>(ops::Gather<T>(ops::axis_of_index("gather", x.shape(), axis, index.shape()), index), x);
}

template <class T>
Variable<T> scatter_add(const Variable<T>& x, std::ptrdiff_t axis, const Indices& index, const Shape& shape) {
    const std::size_t at = ops::axis_of_index("scatter_add", shape, axis, index.shape());
    if (!(x.shape() == index.shape()))
        fail<ShapeError>("scatter_add", text(x.shape(), " and an index ", index.shape()),
                         "each element needs an index of its own");
    return apply<T>(ops::ScatterAdd<T>(at, index, shape), x);
}

// clang-format off
// float and double, instantiated once
using F = Variable<float>;
using D = Variable<double>;
template F index_select(const F&, std::ptrdiff_t, const Indices&); template D index_select(const D&, std::ptrdiff_t, const Indices&);
template F embedding(const F&, const Indices&); template D embedding(const D&, const Indices&);
template F gather(const F&, std::ptrdiff_t, const Indices&); template D gather(const D&, std::ptrdiff_t, const Indices&);
template F scatter_add(const F&, std::ptrdiff_t, const Indices&, const Shape&); template D scatter_add(const D&, std::ptrdiff_t, const Indices&, const Shape&);
// clang-format on

}  // namespace sevenfold
