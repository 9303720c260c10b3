// Scaled dot-product attention over several heads.
#include "sevenfold/autograd/kernels/attention.hpp"

#include <cmath>
#include <limits>

#include "sevenfold/autograd/ops/composed.hpp"
#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold {
namespace ops {
namespace {

void check_attention(const Shape& qkv, const AttentionOptions& options) {
    if (qkv.rank() != 3)
        fail<ShapeError>("attention", text("qkv ", qkv), "qkv is (samples, length, 3 D)",
                         qkv.rank() == 2 ? "For one sample reshape it to (1, length, 3 D)." : "");
    if (options.heads == 0) fail<ValueError>("attention", "0 heads", "there is at least one head");
    if (qkv[2] == 0 || qkv[2] % (3 * options.heads) != 0)
        fail<ShapeError>("attention", text("qkv ", qkv, " for ", options.heads, " heads"),
                         text("the last axis holds q, k and v of ", options.heads, " equal heads, so 3 · ",
                              options.heads, " divides it; ", qkv[2], " it does not divide"),
                         "Choose a number of heads that divides the model's width.");
    if (options.key_padding_mask && options.key_padding_mask->shape() != Shape{qkv[0], qkv[1]})
        fail<ShapeError>("attention", text("key_padding_mask ", options.key_padding_mask->shape(), " for qkv ", qkv),
                         text("the mask has shape ", Shape{qkv[0], qkv[1]}, ", one number per sample and key"));
}

// 1 where query i may see key j, else 0, to be broadcast against (N, heads, T, T).
template <class T>
Array<T> allowed(const Shape& qkv, const AttentionOptions& options) {
    const std::size_t length = qkv[1], samples = options.key_padding_mask ? qkv[0] : 1;
    Array<T> out(Shape{samples, 1, length, length});
    T* to = out.data();
    for (std::size_t n = 0; n < samples; ++n) {
        const float* ignored = options.key_padding_mask ? options.key_padding_mask->data() + n * length : nullptr;
        for (std::size_t i = 0; i < length; ++i)
            for (std::size_t j = 0; j < length; ++j)
                *to++ = (options.causal && j > i) || (ignored && ignored[j] != 0) ? T{0} : T{1};
    }
    return out;
}

// q, k, v: each (N, heads, T, width).
template <class T>
std::vector<Variable<T>> heads_of(const Variable<T>& qkv, std::size_t heads) {
    const std::size_t samples = qkv.shape(0), length = qkv.shape(1), width = qkv.shape(2) / (3 * heads);
    const Variable<T> apart = permute(reshape(qkv, Shape{samples, length, 3, heads, width}), {2, 0, 3, 1, 4});
    std::vector<Variable<T>> out;
    for (std::ptrdiff_t i = 0; i < 3; ++i)
        out.push_back(reshape(slice(apart, {{i, i + 1}}), Shape{samples, heads, length, width}));
    return out;
}

template <class T>
Variable<T> weights_of(const Variable<T>& q, const Variable<T>& k, const Shape& qkv, const AttentionOptions& options) {
    const Variable<T> scores = matmul(q, false, k, true) * (1 / std::sqrt(static_cast<double>(q.shape(3))));
    if (!options.causal && !options.key_padding_mask) return softmax(scores);
    const Variable<T> seen = allowed<T>(qkv, options);
    // Far below any score, yet finite: a row without keys would turn into NaN before its weights are set to 0.
    return softmax(where(seen, scores, Variable<T>(std::numeric_limits<T>::lowest() / 2))) * seen;
}

}  // namespace

template <class T>
class Attention final : public Op<T> {
  public:
    explicit Attention(const AttentionOptions& options) : options_(options) {}
    static constexpr OpText words{"attention", "y = p v per head, p = softmax(q kᵀ / √d)",
                                  "dv = pᵀ dy, ds = p (dp − Σ p dp) / √d with dp = dy vᵀ, dq = ds k, dk = dsᵀ q",
                                  "A query that may see no key gets 0."};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_x; }

    Array<T> forward(const Array<T>& qkv) {
        check_attention(qkv.shape(), options_);
        const std::size_t samples = qkv.shape()[0], length = qkv.shape()[1], depth = qkv.shape()[2] / 3;
        weights_ = Array<T>(Shape{samples, options_.heads, length, length});
        Array<T> y(Shape{samples, length, depth});
        kernels::attention(shape(qkv), qkv.data(), weights_.data(), y.data());
        return y;
    }

    void backward(Backward<T>& step) const override {
        const Array<T>& qkv = step.x(0);
        kernels::attention_backward(shape(qkv), qkv.data(), weights_.data(), step.dy().data(), step.target(0));
    }

    void pullback(Pullback<T>& step) const override {
        pull_composed(step, 1, [&](const std::vector<Variable<T>>& in) {
            const std::vector<Variable<T>> parts = heads_of(in[0], options_.heads);
            const Variable<T> mixed = matmul(weights_of(parts[0], parts[1], in[0].shape(), options_), parts[2]);
            return reshape(permute(mixed, {0, 2, 1, 3}), step.dy().shape());
        });
    }

  private:
    kernels::AttentionShape shape(const Array<T>& qkv) const {
        return {qkv.shape()[0],  qkv.shape()[1],
                options_.heads,  qkv.shape()[2] / (3 * options_.heads),
                options_.causal, options_.key_padding_mask ? options_.key_padding_mask->data() : nullptr};
    }

    const AttentionOptions options_;
    Array<T> weights_;
};

OpGroup attention_group() { return {"Attention", {Attention<float>::words}}; }

}  // namespace ops

template <class T>
Variable<T> attention(const Variable<T>& qkv, const AttentionOptions& options) {
    return apply<T>(ops::Attention<T>(options), qkv);
}
template <class T>
Variable<T> attention_weights(const Variable<T>& qkv, const AttentionOptions& options) {
    ops::check_attention(qkv.shape(), options);
    const std::vector<Variable<T>> parts = ops::heads_of(qkv, options.heads);
    return ops::weights_of(parts[0], parts[1], qkv.shape(), options);
}

template Variable<float> attention(const Variable<float>&, const AttentionOptions&);
template Variable<double> attention(const Variable<double>&, const AttentionOptions&);
template Variable<float> attention_weights(const Variable<float>&, const AttentionOptions&);
template Variable<double> attention_weights(const Variable<double>&, const AttentionOptions&);

}  // namespace sevenfold
