// Convolution and pooling of images (N, C, H, W).
#include "sevenfold/autograd/kernels/convolution.hpp"

#include "sevenfold/autograd/ops/composed.hpp"
#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold {
namespace ops {
namespace {

using kernels::Windows;

// Fills in the sizes of input and output.
Windows windows(std::string_view op, const Shape& x, Windows at) {
    at.height = x[2];
    at.width = x[3];
    if (at.kernel_y == 0 || at.kernel_x == 0 || at.stride_y == 0 || at.stride_x == 0)
        fail<ValueError>(op,
                         text("kernel ", Shape{at.kernel_y, at.kernel_x}, ", stride ", Shape{at.stride_y, at.stride_x}),
                         "kernel and stride are at least 1");
    const std::size_t tall = at.height + 2 * at.padding_y, wide = at.width + 2 * at.padding_x;
    if (tall < at.kernel_y || wide < at.kernel_x)
        fail<ShapeError>(
            op, text("x ", x, ", padded to ", Shape{tall, wide}, ", and kernel ", Shape{at.kernel_y, at.kernel_x}),
            "the kernel fits into the padded image", "Use a smaller kernel or more padding.");
    at.rows = (tall - at.kernel_y) / at.stride_y + 1;
    at.columns = (wide - at.kernel_x) / at.stride_x + 1;
    return at;
}

void check_image(std::string_view op, const Shape& x) {
    if (x.rank() != 4)
        fail<ShapeError>(op, text("x ", x), "images are (samples, channels, height, width)",
                         x.rank() == 3   ? text("For one sample reshape x to ", Shape{1, x[0], x[1], x[2]}, '.')
                         : x.rank() == 2 ? text("For one image reshape x to ", Shape{1, 1, x[0], x[1]}, '.')
                                         : "");
}

// Where the windows' values stand in `planes` padded images that follow each other: (planes, kernel, outputs).
Indices window_index(const Windows& at, std::size_t planes, bool each_plane_apart) {
    const std::size_t wide = at.width + 2 * at.padding_x, plane = (at.height + 2 * at.padding_y) * wide;
    Indices index(Shape{planes, at.kernel(), at.outputs()});
    std::int64_t* to = index.data();
    for (std::size_t p = 0; p < planes; ++p)
        for (std::size_t ky = 0; ky < at.kernel_y; ++ky)
            for (std::size_t kx = 0; kx < at.kernel_x; ++kx)
                for (std::size_t r = 0; r < at.rows; ++r)
                    for (std::size_t c = 0; c < at.columns; ++c)
                        *to++ = static_cast<std::int64_t>((each_plane_apart ? 0 : p * plane) +
                                                          (r * at.stride_y + ky) * wide + c * at.stride_x + kx);
    return index;
}

}  // namespace

template <class T>
class Conv2d final : public Op<T> {
  public:
    explicit Conv2d(const Conv2dOptions& options) : options_(options) {}
    static constexpr OpText words{
        "conv2d", "y[n, o, r, c] = Σ w[o, i, ky, kx] x[n, i, r s + ky − p, c s + kx − p] + b[o]",
        "dw = Σ dy x, dx = Σ dy w over all windows, db = Σ dy", "Cross-correlation, zeros around the image."};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_xy; }

    Array<T> forward(const Array<T>& x, const Array<T>& w) const { return value(x, w, nullptr); }
    Array<T> forward(const Array<T>& x, const Array<T>& w, const Array<T>& b) const {
        if (w.rank() == 4 && b.shape() != Shape{w.shape()[0]})
            fail<ShapeError>("conv2d", sevenfold::text("bias ", b.shape(), " for weight ", w.shape()),
                             "a bias has one number per filter",
                             sevenfold::text("Give it shape ", Shape{w.shape()[0]}, '.'));
        return value(x, w, b.data());
    }

    void backward(Backward<T>& step) const override {
        const Array<T>&x = step.x(0), &w = step.x(1), &dy = step.dy();
        const auto target = [&](std::size_t i) { return step.wants(i) ? step.target(i) : Target<T>{nullptr, true}; };
        // One after the other, for x and w may be the same variable.
        const auto run = [&](Target<T> dx, Target<T> dw) {
            kernels::conv2d_backward(at(x.shape(), w.shape()), x.shape()[0], x.shape()[1], w.shape()[0], x.data(),
                                     w.data(), dy.data(), dx, dw);
        };
        if (step.wants(0)) run(target(0), {nullptr, true});
        if (step.wants(1)) run({nullptr, true}, target(1));
        if (step.inputs() == 3 && step.wants(2)) step.add(2, sum(Variable<T>(dy), {0, 2, 3}).value());
    }

    void pullback(Pullback<T>& step) const override {
        const Windows s = at(step.x_shape(0), step.x_shape(1));
        pull_composed(step, 2, [&](const std::vector<Variable<T>>& in) {
            const std::size_t samples = in[0].shape(0), channels = in[0].shape(1), filters = in[1].shape(0);
            const std::size_t depth = channels * s.kernel(),
                              padded = (s.height + 2 * s.padding_y) * (s.width + 2 * s.padding_x);
            const Variable<T> around = pad(in[0], {{}, {}, {s.padding_y, s.padding_y}, {s.padding_x, s.padding_x}});
            const Indices index = window_index(s, channels, false).reshape(Shape{depth * s.outputs()});
            const Variable<T> columns = index_select(reshape(around, Shape{samples, channels * padded}), 1, index);
            return reshape(
                matmul(reshape(in[1], Shape{filters, depth}), reshape(columns, Shape{samples, depth, s.outputs()})),
                step.dy().shape());
        });
        if (step.inputs() == 3 && step.wants(2)) step.add(2, sum(step.dy(), {0, 2, 3}));
    }

  private:
    Windows at(const Shape& x, const Shape& w) const {
        return windows(
            "conv2d", x,
            {0, 0, w[2], w[3], options_.stride_y, options_.stride_x, options_.padding_y, options_.padding_x, 0, 0});
    }
    Array<T> value(const Array<T>& x, const Array<T>& w, const T* b) const {
        check_image("conv2d", x.shape());
        if (w.rank() != 4 || w.shape()[1] != x.shape()[1])
            fail<ShapeError>(
                "conv2d", sevenfold::text("x ", x.shape(), " and weight ", w.shape()),
                w.rank() != 4 ? "a weight is (filters, channels, height, width)"
                              : sevenfold::text("x has ", x.shape()[1], " channels, the weight takes ", w.shape()[1]),
                x.shape()[3] == (w.rank() == 4 ? w.shape()[1] : 0) ? "Did you mean conv2d(permute(x, {0, 3, 1, 2}), w)?"
                                                                   : "");
        const Windows s = at(x.shape(), w.shape());
        Array<T> y(Shape{x.shape()[0], w.shape()[0], s.rows, s.columns});
        kernels::conv2d(s, x.shape()[0], x.shape()[1], w.shape()[0], x.data(), w.data(), b, y.data());
        return y;
    }

    Conv2dOptions options_;
};

// What the two poolings share: the windows, and planes of images (N · C, ..).
template <class T>
class Pool : public Op<T> {
  public:
    Saves saves() const override { return saves_nothing; }

  protected:
    explicit Pool(const PoolOptions& o)
        : at_{0, 0, o.kernel_y, o.kernel_x, o.stride_y, o.stride_x, o.padding_y, o.padding_x, 0, 0} {}
    Array<T> result(std::string_view op, const Shape& x) {
        check_image(op, x);
        at_ = windows(op, x, at_);
        if (at_.padding_y >= at_.kernel_y || at_.padding_x >= at_.kernel_x)
            fail<ValueError>(op,
                             text("padding ", Shape{at_.padding_y, at_.padding_x}, " with kernel ",
                                  Shape{at_.kernel_y, at_.kernel_x}),
                             "the padding is smaller than the kernel, or windows would see nothing else");
        return Array<T>(Shape{x[0], x[1], at_.rows, at_.columns});
    }
    static std::size_t planes(const Shape& x) { return x[0] * x[1]; }

    Windows at_;
};

template <class T>
class MaxPool2d final : public Pool<T> {
  public:
    explicit MaxPool2d(const PoolOptions& options) : Pool<T>(options) {}
    static constexpr OpText words{"max_pool2d", "y = the largest x of each window",
                                  "dx = Σ dy of the windows whose largest x it is",
                                  "Ties: the first one of the window. Padding counts as −∞."};
    const OpText& text() const override { return words; }

    Array<T> forward(const Array<T>& x) {
        Array<T> y = this->result("max_pool2d", x.shape());
        places_ = Indices(Shape{this->planes(x.shape()), this->at_.outputs()});
        kernels::max_pool2d(this->at_, this->planes(x.shape()), x.data(), y.data(), places_.data());
        return y;
    }
    void pullback(Pullback<T>& step) const override {
        const Shape planes{places_.shape()[0], this->at_.inputs()};
        step.add(0, reshape(scatter_add(reshape(step.dy(), places_.shape()), 1, places_, planes), step.x_shape(0)));
    }

  private:
    Indices places_;
};

template <class T>
class AvgPool2d final : public Pool<T> {
  public:
    explicit AvgPool2d(const PoolOptions& options) : Pool<T>(options) {}
    static constexpr OpText words{"avg_pool2d", "y = the mean of each window",
                                  "dx = Σ dy / kernel size of the windows it is in", "Padded zeros count."};
    const OpText& text() const override { return words; }

    Array<T> forward(const Array<T>& x) {
        Array<T> y = this->result("avg_pool2d", x.shape());
        kernels::avg_pool2d(this->at_, this->planes(x.shape()), x.data(), y.data());
        return y;
    }
    void backward(Backward<T>& step) const override {
        const Target<T> dx = step.target(0);
        const Shape& shape = step.x_shape(0);
        if (dx.first) std::fill_n(dx.data, shape.elements(), T{0});
        kernels::avg_pool2d_backward(this->at_, this->planes(shape), step.dy().data(), dx.data);
    }
    void pullback(Pullback<T>& step) const override {
        const Windows& s = this->at_;
        const Shape& x = step.x_shape(0);
        const std::size_t planes = this->planes(x), tall = s.height + 2 * s.padding_y, wide = s.width + 2 * s.padding_x;
        const Shape shares{planes, s.kernel() * s.outputs()};
        const Variable<T> each = reshape(step.dy(), Shape{planes, 1, s.outputs()}) / static_cast<double>(s.kernel());
        const Variable<T> all =
            scatter_add(reshape(broadcast_to(each, Shape{planes, s.kernel(), s.outputs()}), shares), 1,
                        window_index(s, planes, true).reshape(shares), Shape{planes, tall * wide});
        const auto inner = [](std::size_t padding, std::size_t size) {
            return Slice{static_cast<std::ptrdiff_t>(padding), static_cast<std::ptrdiff_t>(padding + size)};
        };
        step.add(0, slice(reshape(all, Shape{x[0], x[1], tall, wide}),
                          {{}, {}, inner(s.padding_y, s.height), inner(s.padding_x, s.width)}));
    }
};

OpGroup convolution_group() {
    return {"Convolution and pooling", {Conv2d<float>::words, MaxPool2d<float>::words, AvgPool2d<float>::words}};
}

}  // namespace ops

template <class T>
Variable<T> conv2d(const Variable<T>& x, Also<T> weight, const std::optional<std::type_identity_t<Variable<T>>>& bias,
                   const Conv2dOptions& options) {
    return bias ? apply<T>(ops::Conv2d<T>(options), x, weight, *bias) : apply<T>(ops::Conv2d<T>(options), x, weight);
}
// clang-format off
template <class T> Variable<T> max_pool2d(const Variable<T>& x, const PoolOptions& options) { return apply<T>(ops::MaxPool2d<T>(options), x); }
template <class T> Variable<T> avg_pool2d(const Variable<T>& x, const PoolOptions& options) { return apply<T>(ops::AvgPool2d<T>(options), x); }
using F = Variable<float>;
using D = Variable<double>;
template F conv2d(const F&, Also<float>, const std::optional<F>&, const Conv2dOptions&);
template D conv2d(const D&, Also<double>, const std::optional<D>&, const Conv2dOptions&);
template F max_pool2d(const F&, const PoolOptions&); template D max_pool2d(const D&, const PoolOptions&);
template F avg_pool2d(const F&, const PoolOptions&); template D avg_pool2d(const D&, const PoolOptions&);
// clang-format on

}  // namespace sevenfold
