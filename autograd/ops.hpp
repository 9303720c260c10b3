// The ops: everything that can be computed, recorded and differentiated. Each is declared in one place under ops/;
// docs/ops.md, made from their register, lists formula and rule of each.
//
// x, a, b are variables (numbers and arrays convert to constants). Shapes follow NumPy: elementwise ops broadcast,
// axes may be negative, rank 0 is a scalar. Errors: ShapeError, IndexError, ValueError, with both shapes in the text.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sevenfold/autograd/variable.hpp"

namespace sevenfold {

/// A second argument: takes whatever converts to a variable of the first one's type.
template <class T>
using Also = std::type_identity_t<const Variable<T>&>;

// clang-format off

// ---- elementwise (ops/elementwise.cpp, ops/pairwise.cpp)

template <class T> Variable<T> add(const Variable<T>& a, Also<T> b);      ///< a + b
template <class T> Variable<T> sub(const Variable<T>& a, Also<T> b);      ///< a − b
template <class T> Variable<T> mul(const Variable<T>& a, Also<T> b);      ///< a · b
template <class T> Variable<T> div(const Variable<T>& a, Also<T> b);      ///< a / b
template <class T> Variable<T> pow(const Variable<T>& a, Also<T> b);      ///< aᵇ, for a > 0 (or b constant)
template <class T> Variable<T> pow(const Variable<T>& x, double exponent);
template <class T> Variable<T> maximum(const Variable<T>& a, Also<T> b);  ///< ties: half the gradient to each
template <class T> Variable<T> minimum(const Variable<T>& a, Also<T> b);  ///< ties: half the gradient to each
/// a where the condition is not 0, else b; all three broadcast. No gradient for the condition.
template <class T> Variable<T> where(const Variable<T>& condition, Also<T> a, Also<T> b);

template <class T> Variable<T> greater(const Variable<T>& a, Also<T> b);        ///< 1 where a > b, else 0: a constant
template <class T> Variable<T> greater_equal(const Variable<T>& a, Also<T> b);  ///< 1 where a ≥ b, else 0: a constant
template <class T> Variable<T> equal(const Variable<T>& a, Also<T> b);          ///< 1 where a = b, else 0: a constant

template <class T> Variable<T> neg(const Variable<T>& x);
template <class T> Variable<T> exp(const Variable<T>& x);
template <class T> Variable<T> log(const Variable<T>& x);
template <class T> Variable<T> log1p(const Variable<T>& x);  ///< log(1 + x), exact near 0
template <class T> Variable<T> sqrt(const Variable<T>& x);
template <class T> Variable<T> abs(const Variable<T>& x);    ///< gradient at 0: 0
template <class T> Variable<T> sin(const Variable<T>& x);
template <class T> Variable<T> cos(const Variable<T>& x);
template <class T> Variable<T> erf(const Variable<T>& x);
template <class T> Variable<T> tanh(const Variable<T>& x);
template <class T> Variable<T> sigmoid(const Variable<T>& x);
template <class T> Variable<T> relu(const Variable<T>& x);   ///< gradient at 0: 0
template <class T> Variable<T> leaky_relu(const Variable<T>& x, double negative_slope = 0.01);  ///< gradient at 0: the slope
template <class T> Variable<T> silu(const Variable<T>& x);   ///< x · sigmoid(x)
enum class Gelu { erf, tanh };
template <class T> Variable<T> gelu(const Variable<T>& x, Gelu form = Gelu::erf);  ///< Hendrycks and Gimpel 2016
template <class T> Variable<T> softplus(const Variable<T>& x, double beta = 1);  ///< log(1 + exp(βx)) / β
/// Between min and max, either of which may be left out; gradient 1 at the bounds themselves.
template <class T> Variable<T> clamp(const Variable<T>& x, std::optional<double> min, std::optional<double> max);

// ---- reductions (ops/reduce.cpp); no axes: all of them

template <class T> Variable<T> sum(const Variable<T>& x, const Axes& axes = {}, bool keepdims = false);
template <class T> Variable<T> mean(const Variable<T>& x, const Axes& axes = {}, bool keepdims = false);
/// Variance; unbiased divides by n − 1.
template <class T> Variable<T> var(const Variable<T>& x, const Axes& axes = {}, bool keepdims = false, bool unbiased = false);
template <class T> Variable<T> max(const Variable<T>& x, std::optional<std::ptrdiff_t> axis = {}, bool keepdims = false);  ///< ties share
template <class T> Variable<T> min(const Variable<T>& x, std::optional<std::ptrdiff_t> axis = {}, bool keepdims = false);  ///< ties share
template <class T> Variable<T> logsumexp(const Variable<T>& x, const Axes& axes = {}, bool keepdims = false);
template <class T> Variable<T> softmax(const Variable<T>& x, std::ptrdiff_t axis = -1);
template <class T> Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis = -1);
/// Sums x down to `shape`, which must broadcast to x's: the reverse of broadcast_to.
template <class T> Variable<T> sum_to(const Variable<T>& x, const Shape& shape);
/// Position of the largest element along an axis, the first one if there are several. Not differentiable.
template <class T> Indices argmax(const Array<T>& x, std::ptrdiff_t axis = -1);

// ---- layout (ops/layout.cpp, ops/indexing.cpp); results are arrays of their own, never windows onto x

/// A size as users write it, from any integer.
struct AxisSize {
    std::ptrdiff_t n;
    template <std::integral I>
    constexpr AxisSize(I size) : n(static_cast<std::ptrdiff_t>(size)) {}
};
/// One size may be −1: it is worked out from the others. reshape(x, {-1, n}).
template <class T> Variable<T> reshape(const Variable<T>& x, std::initializer_list<AxisSize> sizes);
template <class T> Variable<T> reshape(const Variable<T>& x, const std::vector<std::ptrdiff_t>& sizes);
template <class T> Variable<T> reshape(const Variable<T>& x, const Shape& shape);
template <class T> Variable<T> permute(const Variable<T>& x, const Axes& axes);
template <class T> Variable<T> swapaxes(const Variable<T>& x, std::ptrdiff_t axis0, std::ptrdiff_t axis1);
template <class T> Variable<T> transpose(const Variable<T>& x);  ///< swaps the last two axes
template <class T> Variable<T> broadcast_to(const Variable<T>& x, const Shape& shape);
template <class T> Variable<T> concat(const std::vector<Variable<T>>& xs, std::ptrdiff_t axis = 0);
template <class T> Variable<T> concat(std::initializer_list<Variable<T>> xs, std::ptrdiff_t axis = 0);
template <class T> Variable<T> stack(const std::vector<Variable<T>>& xs, std::ptrdiff_t axis = 0);
/// Python's start:stop:step along one axis; step is positive.
struct Slice {
    std::optional<std::ptrdiff_t> start{}, stop{};
    std::ptrdiff_t step = 1;
};
template <class T> Variable<T> slice(const Variable<T>& x, const std::vector<Slice>& slices);  ///< one per leading axis
template <class T> Variable<T> slice(const Variable<T>& x, std::initializer_list<Slice> slices);
template <class T> Variable<T> flip(const Variable<T>& x, const Axes& axes);
template <class T> Variable<T> index_select(const Variable<T>& x, std::ptrdiff_t axis, const Indices& index);
/// NumPy's take_along_axis: y[i][j] = x[i][index[i][j]] for axis 1.
template <class T> Variable<T> gather(const Variable<T>& x, std::ptrdiff_t axis, const Indices& index);
/// Adds up instead of picking: the reverse of gather, into zeros of `shape`.
template <class T> Variable<T> scatter_add(const Variable<T>& x, std::ptrdiff_t axis, const Indices& index, const Shape& shape);
struct Pad {
    std::size_t before = 0, after = 0;
};
template <class T> Variable<T> pad(const Variable<T>& x, const std::vector<Pad>& pads, double value = 0);  ///< one per axis
/// Rows of weight (V, D) picked by an index of any shape: index.shape + (D).
template <class T> Variable<T> embedding(const Variable<T>& weight, const Indices& index);

// ---- products (ops/matmul.cpp, ops/einsum.cpp)

/// NumPy's matmul: vectors, matrices, and stacks of matrices that broadcast.
template <class T> Variable<T> matmul(const Variable<T>& a, Also<T> b);
/// op(a) op(b) on the last two axes, each transposed if asked, without a copy. Rank 2 or more.
template <class T> Variable<T> matmul(const Variable<T>& a, bool transpose_a, Also<T> b, bool transpose_b);
/// x Wᵀ + b on the last axis of x (.., in); W is (out, in), b is (out).
template <class T> Variable<T> linear(const Variable<T>& x, Also<T> w, Also<T> b);
template <class T> Variable<T> linear(const Variable<T>& x, Also<T> w);
// the same with the activation behind it, as one op
template <class T> Variable<T> linear_relu(const Variable<T>& x, Also<T> w, Also<T> b);
template <class T> Variable<T> linear_tanh(const Variable<T>& x, Also<T> w, Also<T> b);
template <class T> Variable<T> linear_sigmoid(const Variable<T>& x, Also<T> w, Also<T> b);
/// Einstein's summation, "bij,bjk->bik"; letters only, without ->: letters that occur once, in order.
template <class T> Variable<T> einsum(std::string_view equation, const std::vector<Variable<T>>& xs);

// ---- singular values (ops/linalg.cpp); on arrays: linalg.hpp

/// Of a matrix (m, n): min(m, n) values, decreasing. Differentiable twice and more where all differ, and from 0.
template <class T> Variable<T> singular_values(const Variable<T>& x);
template <class T>
struct SvdVariables {
    Variable<T> u, s, vt;  ///< (m, k), (k), (k, n), k = min(m, n); signs as in Svd
};
/// x = U diag(s) Vᵀ. Its gradient throws ValueError where singular values are equal or 0.
template <class T> SvdVariables<T> svd(const Variable<T>& x);

// ---- layers in one op (ops/convolution.cpp, ops/normalization.cpp, ops/attention.cpp)

struct Conv2dOptions {
    std::size_t stride_y = 1, stride_x = 1, padding_y = 0, padding_x = 0;
};
/// Cross-correlation: x (N, C, H, W), weight (O, C, kh, kw), bias (O) -> (N, O, H', W'), zeros around.
template <class T> Variable<T> conv2d(const Variable<T>& x, Also<T> weight, const std::optional<std::type_identity_t<Variable<T>>>& bias,
                                      const Conv2dOptions& options = {});
struct PoolOptions {
    std::size_t kernel_y = 2, kernel_x = 2, stride_y = 2, stride_x = 2, padding_y = 0, padding_x = 0;
};
template <class T> Variable<T> max_pool2d(const Variable<T>& x, const PoolOptions& options = {});  ///< pads with −∞
template <class T> Variable<T> avg_pool2d(const Variable<T>& x, const PoolOptions& options = {});  ///< counts padded zeros
/// Over the last axes, as many as gamma has; biased variance: γ (x − mean) / sqrt(var + eps) + β. Ba, Kiros, Hinton 2016.
template <class T> Variable<T> layer_norm(const Variable<T>& x, Also<T> gamma, Also<T> beta, double eps = 1e-5);
/// Over all axes but axis 1, with the batch's own mean and biased variance. Ioffe and Szegedy 2015.
template <class T> Variable<T> batch_norm(const Variable<T>& x, Also<T> gamma, Also<T> beta, double eps = 1e-5);

struct AttentionOptions {
    std::size_t heads = 1;
    bool causal = false;                 ///< position i sees j ≤ i only
    std::optional<Array<float>> key_padding_mask{};  ///< (N, T): not 0 where a key is to be ignored
};
/// softmax(q kᵀ / sqrt(d)) v per head, d = D / heads. qkv is (N, T, 3 D): q, k, v side by side, heads in consecutive
/// groups of d; the result is (N, T, D). Vaswani et al. 2017, equation 1.
template <class T> Variable<T> attention(const Variable<T>& qkv, const AttentionOptions& options);
/// Its weights (N, heads, T, T): each row sums to 1. Differentiable too.
template <class T> Variable<T> attention_weights(const Variable<T>& qkv, const AttentionOptions& options);

// ---- losses (ops/losses.cpp); they do not broadcast: prediction and target have one shape

enum class Reduction { mean, sum, none };
template <class T> Variable<T> mse(const Variable<T>& prediction, Also<T> target, Reduction reduction = Reduction::mean);
template <class T> Variable<T> l1(const Variable<T>& prediction, Also<T> target, Reduction reduction = Reduction::mean);
/// ½ d² up to |d| = delta, delta (|d| − ½ delta) beyond. Huber 1964.
template <class T> Variable<T> huber(const Variable<T>& prediction, Also<T> target, double delta = 1, Reduction reduction = Reduction::mean);
/// max(z, 0) − z t + log(1 + exp(−|z|)).
template <class T> Variable<T> bce_with_logits(const Variable<T>& logits, Also<T> target, Reduction reduction = Reduction::mean);
template <class T>
struct CrossEntropyOptions {
    double label_smoothing = 0;               ///< e: the target is (1 − e) onehot + e / C
    std::optional<Array<T>> sample_weight{};  ///< one per sample; the mean is then weighted
    Reduction reduction = Reduction::mean;
};
/// −log softmax(logits)[class]. Logits (N, C) or (N, C, d1, ..), classes (N) or (N, d1, ..) in 0..C−1.
template <class T> Variable<T> cross_entropy(const Variable<T>& logits, const Labels& classes,
                                             const std::type_identity_t<CrossEntropyOptions<T>>& options = {});
// clang-format on

}  // namespace sevenfold
