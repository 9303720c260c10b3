// The loss of a classifier.
#include "sevenfold/autograd/kernels/cross_entropy.hpp"

#include <numeric>

#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace ops {
namespace {

// In double: single numbers lose digits in a long sum of floats.
template <class T>
double total(const Array<T>& x) {
    return std::accumulate(x.begin(), x.end(), 0.0);
}

template <class T>
void check_cross_entropy(const Shape& logits, const Labels& classes, const CrossEntropyOptions<T>& options) {
    if (logits.rank() < 2)
        fail<ShapeError>("cross_entropy", text("logits ", logits), "logits are (samples, classes, ..)",
                         logits.rank() == 1 ? text("For one sample reshape them to ", Shape{1, logits[0]}, '.') : "");
    Shape expected = logits;
    expected.erase(1);
    if (classes.shape() != expected)
        fail<ShapeError>("cross_entropy", text("logits ", logits, " and classes ", classes.shape()),
                         text("classes have the logits' shape without axis 1, ", expected),
                         classes.shape() == logits ? "One-hot rows become classes with argmax." : "");
    for (std::size_t i = 0; i < classes.size(); ++i)
        if (const std::int64_t c = classes.data()[i]; c < 0 || static_cast<std::size_t>(c) >= logits[1])
            fail<IndexError>("cross_entropy", text("class ", c, " at position ", i),
                             text("classes run from 0 to ", static_cast<std::int64_t>(logits[1]) - 1,
                                  " for logits of shape ", logits),
                             "Number the classes from 0, and give the last layer one output for each.");
    const double e = options.label_smoothing;
    if (!(e >= 0 && e <= 1))
        fail<ValueError>("cross_entropy", text("label_smoothing ", e), "it is a share, from 0 to 1");
    if (options.sample_weight && options.sample_weight->shape() != expected)
        fail<ShapeError>("cross_entropy",
                         text("sample_weight ", options.sample_weight->shape(), " for classes ", expected),
                         "there is one weight per class index");
    if (options.reduction == Reduction::mean && classes.empty())
        fail<ShapeError>("cross_entropy", text("logits ", logits), "there is no mean of no samples");
    if (options.reduction == Reduction::mean && options.sample_weight && total(*options.sample_weight) == 0)
        fail<ValueError>("cross_entropy", "sample weights that sum to 0", "the mean divides by their sum");
}

}  // namespace

template <class T>
class CrossEntropy final : public Op<T> {
  public:
    CrossEntropy(Labels classes, CrossEntropyOptions<T> options)
        : classes_(std::move(classes)), options_(std::move(options)) {}
    static constexpr OpText words{"cross_entropy", "y = mean of −log p[class], p = softmax(x) over axis 1",
                                  "dx = dy (p − onehot(class)) / n",
                                  "Label smoothing, sample weights, sum and none: see the options."};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_x; }

    Array<T> forward(const Array<T>& logits) {
        check_cross_entropy(logits.shape(), classes_, options_);
        const Array<T> x = rows_of(logits);
        Array<T> losses(classes_.shape());
        largest_ = Array<T>(classes_.shape());
        sums_ = Array<T>(classes_.shape());
        kernels::cross_entropy(classes_.size(), logits.shape()[1], x.data(), classes_.data(), smoothing(),
                               options_.sample_weight ? options_.sample_weight->data() : nullptr, losses.data(),
                               largest_.data(), sums_.data());
        if (options_.reduction == Reduction::none) return losses;
        return static_cast<T>(total(losses) / divisor());
    }

    void backward(Backward<T>& step) const override {
        const Array<T>&logits = step.x(0), &dy = step.dy();
        Array<T> factor = options_.sample_weight ? *options_.sample_weight : Array<T>::ones(classes_.shape());
        const bool each = options_.reduction == Reduction::none;
        const double n = divisor();
        for (std::size_t i = 0; T & f : factor.flat()) f *= static_cast<T>(dy.data()[each ? i++ : 0] / n);
        const auto run = [&](const Array<T>& x, Target<T> dx) {
            kernels::cross_entropy_backward(classes_.size(), logits.shape()[1], x.data(), classes_.data(), smoothing(),
                                            largest_.data(), sums_.data(), factor.data(), dx);
        };
        if (logits.rank() == 2) return run(logits, step.target(0));
        const Array<T> x = rows_of(logits);
        Array<T> dx(x.shape());
        run(x, {dx.data(), true});
        step.add(0, kernels::permute(dx, classes_second(logits.rank())));
    }

    void pullback(Pullback<T>& step) const override {
        const Shape& shape = step.x_shape(0);
        Shape column = classes_.shape();
        column.insert(1, 1);
        const T share = smoothing() / static_cast<T>(shape[1]);
        const Variable<T> hit = one_hot(shape) * (1 - smoothing()) + share;
        Variable<T> factor = options_.reduction == Reduction::none ? reshape(step.dy(), column) : step.dy() / divisor();
        if (options_.sample_weight) factor = factor * Variable<T>(options_.sample_weight->reshape(column));
        step.add(0, (softmax(step.x(0), 1) - hit) * factor);
    }

  private:
    using Order = std::array<std::size_t, Shape::max_rank>;
    static Order classes_last(std::size_t rank) {
        Order order{};
        for (std::size_t i = 1; i < rank; ++i) order[i] = i + 1 < rank ? i + 1 : 1;
        return order;
    }
    static Order classes_second(std::size_t rank) {
        Order order{};
        for (std::size_t i = 1; i < rank; ++i) order[i] = i == 1 ? rank - 1 : i - 1;
        return order;
    }
    static Array<T> rows_of(const Array<T>& logits) {
        return logits.rank() == 2 ? logits.share() : kernels::permute(logits, classes_last(logits.rank()));
    }
    // Of the logits' shape, 1 at each sample's class.
    Variable<T> one_hot(const Shape& shape) const {
        Array<T> out = Array<T>::zeros(shape);
        const std::size_t inner = shape[0] == 0 ? 0 : classes_.size() / shape[0], all = shape[1];
        for (std::size_t i = 0; i < classes_.size(); ++i)
            out.data()[(i / inner * all + static_cast<std::size_t>(classes_.data()[i])) * inner + i % inner] = 1;
        return Variable<T>(std::move(out));
    }
    T smoothing() const { return static_cast<T>(options_.label_smoothing); }
    // What the sum of the losses is divided by.
    double divisor() const {
        if (options_.reduction != Reduction::mean) return 1;
        if (!options_.sample_weight) return static_cast<double>(classes_.size());
        return total(*options_.sample_weight);
    }

    const Labels classes_;
    const CrossEntropyOptions<T> options_;
    Array<T> largest_, sums_;
};

OpGroup cross_entropy_group() { return {"Loss of a classifier", {CrossEntropy<float>::words}}; }

}  // namespace ops

template <class T>
Variable<T> cross_entropy(const Variable<T>& logits, const Labels& classes,
                          const std::type_identity_t<CrossEntropyOptions<T>>& options) {
    return apply<T>(ops::CrossEntropy<T>(classes, options), logits);
}

template Variable<float> cross_entropy(const Variable<float>&, const Labels&, const CrossEntropyOptions<float>&);
template Variable<double> cross_entropy(const Variable<double>&, const Labels&, const CrossEntropyOptions<double>&);

}  // namespace sevenfold
