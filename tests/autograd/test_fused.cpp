// Fused ops: values against plain loops, fast gradients against those of the composition, in float and double, at every
// level of vector instructions. Central differences, to second order, are in the test of the register.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "levels.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;

namespace {

using A = Array<double>;
using Naive = std::function<A(const std::vector<A>&)>;

std::vector<A> random_inputs(const std::vector<Shape>& shapes) {
    Random random(5);
    std::vector<A> out;
    for (const Shape& shape : shapes) out.push_back(random.normal<double>(shape));
    return out;
}

template <class T>
std::vector<Variable<T>> leaves(const std::vector<A>& inputs) {
    std::vector<Variable<T>> out;
    for (const A& x : inputs) out.push_back(leaf(x.cast<T>()));
    return out;
}

template <class T>
double difference(const Array<T>& got, const A& want) {
    REQUIRE(got.shape() == want.shape());
    double worst = 0, largest = 1;
    for (std::size_t i = 0; i < want.size(); ++i) {
        const double error = std::abs(static_cast<double>(got.data()[i]) - want.data()[i]);
        if (!(error <= worst)) worst = error;  // NaN too
        largest = std::max(largest, std::abs(want.data()[i]));
    }
    return worst / largest;
}

/// The gradients of f by the functional road, where f is a composition of plain ops, in double.
template <class F>
std::vector<A> composed_gradients(const F& f, const std::vector<A>& inputs, const A& upstream) {
    Tape<double> tape;
    const auto xs = leaves<double>(inputs);
    std::vector<A> out;
    for (const auto& g : grad(f(xs), xs, Variable<double>(upstream))) out.push_back(g.value());
    return out;
}

template <class T, class F>
void check_in(const F& f, const A& value, const std::vector<A>& inputs, const A& upstream,
              const std::vector<A>& gradients, double tolerance) {
    at_every_level([&] {
        const std::string type = sizeof(T) == 4 ? "float" : "double";
        INFO(type);
        const auto xs = leaves<T>(inputs);
        Tape<T> tape;
        const Variable<T> y = f(xs);
        CHECK(difference(y.value(), value) <= tolerance);
        tape.backward_from(y, upstream.cast<T>());
        for (std::size_t i = 0; i < xs.size(); ++i) {
            INFO("input ", i);
            CHECK(difference(xs[i].grad(), gradients[i]) <= tolerance);
        }
        // Recorded twice, the second gradient is added to the first one.
        Tape<T> again;
        again.backward_from(f(xs) + f(xs), upstream.cast<T>());
        for (std::size_t i = 0; i < xs.size(); ++i) {
            A thrice = gradients[i];
            for (double& g : thrice.flat()) g *= 3;
            INFO("input ", i, ", added up");
            CHECK(difference(xs[i].grad(), thrice) <= tolerance);
        }
    });
}

/// f against a twin in plain loops, and its fast gradients against the composition's.
template <class F>
void check_fused(const F& f, const Naive& naive, const std::vector<A>& inputs, double float_tolerance = 1e-5) {
    const A value = naive(inputs);
    Random random(9);
    const A upstream = random.normal<double>(value.shape());
    const auto gradients = composed_gradients(f, inputs, upstream);
    check_in<double>(f, value, inputs, upstream, gradients, 1e-12);
    check_in<float>(f, value, inputs, upstream, gradients, float_tolerance);
}

A naive_linear(const std::vector<A>& in) {
    const A &x = in[0], &w = in[1];
    const std::size_t inputs = w.shape()[1], outputs = w.shape()[0], rows = x.size() / inputs;
    Shape shape = x.shape();
    shape[x.rank() - 1] = outputs;
    A y(shape);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t o = 0; o < outputs; ++o) {
            double sum = in.size() == 3 ? in[2].data()[o] : 0;
            for (std::size_t i = 0; i < inputs; ++i) sum += x.data()[r * inputs + i] * w.data()[o * inputs + i];
            y.data()[r * outputs + o] = sum;
        }
    return y;
}

A naive_layer_norm(const std::vector<A>& in) {
    const A &x = in[0], &gamma = in[1], &beta = in[2];
    const std::size_t width = gamma.size();
    A y(x.shape());
    for (std::size_t r = 0; r < x.size() / width; ++r) {
        double mean = 0, var = 0;
        for (std::size_t j = 0; j < width; ++j) mean += x.data()[r * width + j] / static_cast<double>(width);
        for (std::size_t j = 0; j < width; ++j)
            var += std::pow(x.data()[r * width + j] - mean, 2) / static_cast<double>(width);
        for (std::size_t j = 0; j < width; ++j)
            y.data()[r * width + j] =
                (x.data()[r * width + j] - mean) / std::sqrt(var + 1e-5) * gamma.data()[j] + beta.data()[j];
    }
    return y;
}

A naive_batch_norm(const std::vector<A>& in) {
    const A &x = in[0], &gamma = in[1], &beta = in[2];
    const std::size_t samples = x.shape()[0], channels = x.shape()[1], inner = x.size() / (samples * channels);
    A y(x.shape());
    for (std::size_t c = 0; c < channels; ++c) {
        const double count = static_cast<double>(samples * inner);
        const auto at = [&](std::size_t n, std::size_t i) { return (n * channels + c) * inner + i; };
        double mean = 0, var = 0;
        for (std::size_t n = 0; n < samples; ++n)
            for (std::size_t i = 0; i < inner; ++i) mean += x.data()[at(n, i)] / count;
        for (std::size_t n = 0; n < samples; ++n)
            for (std::size_t i = 0; i < inner; ++i) var += std::pow(x.data()[at(n, i)] - mean, 2) / count;
        for (std::size_t n = 0; n < samples; ++n)
            for (std::size_t i = 0; i < inner; ++i)
                y.data()[at(n, i)] =
                    (x.data()[at(n, i)] - mean) / std::sqrt(var + 1e-5) * gamma.data()[c] + beta.data()[c];
    }
    return y;
}

/// weights first, result second
std::pair<A, A> naive_attention(const A& qkv, const AttentionOptions& options) {
    const std::size_t samples = qkv.shape()[0], length = qkv.shape()[1], depth = qkv.shape()[2] / 3;
    const std::size_t width = depth / options.heads;
    A weights = A::zeros({samples, options.heads, length, length}), y = A::zeros({samples, length, depth});
    for (std::size_t n = 0; n < samples; ++n)
        for (std::size_t h = 0; h < options.heads; ++h)
            for (std::size_t i = 0; i < length; ++i) {
                std::vector<double> e(length, 0.0);
                double total = 0;
                for (std::size_t j = 0; j < length; ++j) {
                    if (options.causal && j > i) continue;
                    if (options.key_padding_mask && (*options.key_padding_mask)(n, j) != 0) continue;
                    double score = 0;
                    for (std::size_t d = 0; d < width; ++d)
                        score += qkv(n, i, h * width + d) * qkv(n, j, depth + h * width + d);
                    total += e[j] = std::exp(score / std::sqrt(static_cast<double>(width)));
                }
                for (std::size_t j = 0; j < length && total > 0; ++j) {
                    weights(n, h, i, j) = e[j] / total;
                    for (std::size_t d = 0; d < width; ++d)
                        y(n, i, h * width + d) += e[j] / total * qkv(n, j, 2 * depth + h * width + d);
                }
            }
    return {weights, y};
}

void check_attention(const Shape& shape, const AttentionOptions& options) {
    const auto inputs = random_inputs({shape});
    check_fused([&](const auto& x) { return attention(x[0], options); },
                [&](const auto& in) { return naive_attention(in[0], options).second; }, inputs);
    check_fused([&](const auto& x) { return attention_weights(x[0], options); },
                [&](const auto& in) { return naive_attention(in[0], options).first; }, inputs);
}

A naive_conv2d(const std::vector<A>& in, const Conv2dOptions& o) {
    const A &x = in[0], &w = in[1];
    const auto tall = x.shape()[2], wide = x.shape()[3], ky = w.shape()[2], kx = w.shape()[3];
    A y(Shape{x.shape()[0], w.shape()[0], (tall + 2 * o.padding_y - ky) / o.stride_y + 1,
              (wide + 2 * o.padding_x - kx) / o.stride_x + 1});
    for (std::size_t n = 0; n < y.shape()[0]; ++n)
        for (std::size_t f = 0; f < y.shape()[1]; ++f)
            for (std::size_t r = 0; r < y.shape()[2]; ++r)
                for (std::size_t c = 0; c < y.shape()[3]; ++c) {
                    double sum = in.size() == 3 ? in[2](f) : 0;
                    for (std::size_t i = 0; i < w.shape()[1]; ++i)
                        for (std::size_t a = 0; a < ky; ++a)
                            for (std::size_t b = 0; b < kx; ++b) {
                                const auto v = r * o.stride_y + a, u = c * o.stride_x + b;
                                if (v >= o.padding_y && v - o.padding_y < tall && u >= o.padding_x &&
                                    u - o.padding_x < wide)
                                    sum += w(f, i, a, b) * x(n, i, v - o.padding_y, u - o.padding_x);
                            }
                    y(n, f, r, c) = sum;
                }
    return y;
}

A naive_pool(const A& x, const PoolOptions& o, bool largest) {
    const auto tall = x.shape()[2], wide = x.shape()[3];
    A y(Shape{x.shape()[0], x.shape()[1], (tall + 2 * o.padding_y - o.kernel_y) / o.stride_y + 1,
              (wide + 2 * o.padding_x - o.kernel_x) / o.stride_x + 1});
    for (std::size_t n = 0; n < y.shape()[0]; ++n)
        for (std::size_t ch = 0; ch < y.shape()[1]; ++ch)
            for (std::size_t r = 0; r < y.shape()[2]; ++r)
                for (std::size_t c = 0; c < y.shape()[3]; ++c) {
                    double top = -std::numeric_limits<double>::infinity(), sum = 0;
                    for (std::size_t a = 0; a < o.kernel_y; ++a)
                        for (std::size_t b = 0; b < o.kernel_x; ++b) {
                            const auto v = r * o.stride_y + a, u = c * o.stride_x + b;
                            if (v < o.padding_y || v - o.padding_y >= tall || u < o.padding_x ||
                                u - o.padding_x >= wide)
                                continue;
                            top = std::max(top, x(n, ch, v - o.padding_y, u - o.padding_x));
                            sum += x(n, ch, v - o.padding_y, u - o.padding_x);
                        }
                    y(n, ch, r, c) = largest ? top : sum / static_cast<double>(o.kernel_y * o.kernel_x);
                }
    return y;
}

template <class T>
CrossEntropyOptions<T> cast(const CrossEntropyOptions<double>& o) {
    CrossEntropyOptions<T> out{o.label_smoothing, {}, o.reduction};
    if (o.sample_weight) out.sample_weight = o.sample_weight->template cast<T>();
    return out;
}

void check_cross_entropy(const Shape& shape, const CrossEntropyOptions<double>& options) {
    Shape labels_shape = shape;
    labels_shape.erase(1);
    const std::size_t classes = shape[1], inner = labels_shape.elements() / shape[0];
    Labels labels(labels_shape);
    for (std::size_t i = 0; i < labels.size(); ++i) labels.data()[i] = static_cast<std::int64_t>((i * 7 + 2) % classes);
    const auto naive = [&](const std::vector<A>& in) {
        A losses(labels_shape);
        double sum = 0, weights = 0;
        for (std::size_t i = 0; i < losses.size(); ++i) {
            const auto logit = [&](std::size_t c) {
                return in[0].data()[(i / inner * classes + c) * inner + i % inner];
            };
            double total = 0, loss = 0;
            for (std::size_t c = 0; c < classes; ++c) total += std::exp(logit(c));
            for (std::size_t c = 0; c < classes; ++c) {
                const double hit = static_cast<std::int64_t>(c) == labels.data()[i] ? 1 : 0,
                             e = options.label_smoothing;
                loss -= ((1 - e) * hit + e / static_cast<double>(classes)) * (logit(c) - std::log(total));
            }
            const double weight = options.sample_weight ? options.sample_weight->data()[i] : 1;
            sum += losses.data()[i] = weight * loss;
            weights += weight;
        }
        if (options.reduction == Reduction::none) return losses;
        return A(options.reduction == Reduction::mean ? sum / weights : sum);
    };
    check_fused(
        [&]<class V>(const std::vector<V>& x) {
            using T = typename std::decay_t<decltype(x[0].value())>::value_type;
            return cross_entropy(x[0], labels, cast<T>(options));
        },
        naive, random_inputs({shape}));
}

const auto v = [](const Shape& shape) { return Variable<double>(A::ones(shape)); };

}  // namespace

TEST_CASE("linear agrees with plain loops and its gradients with those of matmul, at every size") {
    const auto with_bias = [](const auto& x) { return linear(x[0], x[1], x[2]); };
    const auto without = [](const auto& x) { return linear(x[0], x[1]); };
    for (const std::size_t rows : {1u, 2u, 7u, 32u, 33u})
        for (const std::size_t in : {1u, 3u, 30u, 65u})
            for (const std::size_t out : {1u, 4u, 30u, 67u}) {
                INFO(rows, " rows, ", in, " -> ", out);
                check_fused(with_bias, naive_linear, random_inputs({{rows, in}, {out, in}, {out}}));
                check_fused(without, naive_linear, random_inputs({{rows, in}, {out, in}}));
            }
    check_fused(with_bias, naive_linear, random_inputs({{5}, {3, 5}, {3}}));
    check_fused(with_bias, naive_linear, random_inputs({{2, 3, 1, 5}, {7, 5}, {7}}));
}

TEST_CASE("linear with its activation agrees with the two ops it is made of") {
    const auto naive = [](auto activation) {
        return [=](const std::vector<A>& in) {
            A y = naive_linear(in);
            for (double& value : y.flat()) value = activation(value);
            return y;
        };
    };
    for (const std::size_t rows : {1u, 33u}) {
        const auto inputs = random_inputs({{rows, 7}, {19, 7}, {19}});
        check_fused([](const auto& x) { return linear_relu(x[0], x[1], x[2]); },
                    naive([](double z) { return z > 0 ? z : 0; }), inputs);
        check_fused([](const auto& x) { return linear_tanh(x[0], x[1], x[2]); },
                    naive([](double z) { return std::tanh(z); }), inputs);
        check_fused([](const auto& x) { return linear_sigmoid(x[0], x[1], x[2]); },
                    naive([](double z) { return 1 / (1 + std::exp(-z)); }), inputs);
    }
}

TEST_CASE("linear of no rows gives no rows and a gradient of zeros") {
    const auto xs = leaves<double>({A(Shape{0, 3}), A::ones({2, 3}), A::ones({2})});
    Tape<double> tape;
    const auto y = linear(xs[0], xs[1], xs[2]);
    CHECK(y.shape() == Shape{0, 2});
    tape.backward_from(y, A(Shape{0, 2}));
    CHECK(xs[1].grad() == A::zeros({2, 3}));
    CHECK(xs[2].grad() == A::zeros({2}));
}

TEST_CASE("layer_norm agrees with plain loops and with its composition") {
    const auto f = [](const auto& x) { return layer_norm(x[0], x[1], x[2]); };
    const double tolerance = 1e-4;  // two nearly equal values in a row: their difference has few digits in float
    for (const std::size_t width : {2u, 3u, 16u, 47u, 64u})
        check_fused(f, naive_layer_norm, random_inputs({{35, width}, {width}, {width}}), tolerance);
    check_fused(f, naive_layer_norm, random_inputs({{2, 3, 4, 5}, {4, 5}, {4, 5}}), tolerance);
    check_fused(f, naive_layer_norm, random_inputs({{6}, {6}, {6}}), tolerance);
    check_fused(f, naive_layer_norm, random_inputs({{3, 1}, {1}, {1}}), tolerance);
}

TEST_CASE("layer_norm keeps its digits far from zero") {
    A x(Shape{1, 64});
    for (std::size_t i = 0; i < 64; ++i) x.data()[i] = 1000 + std::sin(static_cast<double>(i));
    const auto y = layer_norm(Variable<float>(x.cast<float>()), Array<float>::ones({64}), Array<float>::zeros({64}));
    CHECK(difference(y.value(), naive_layer_norm({x, A::ones({64}), A::zeros({64})})) < 1e-3);
}

TEST_CASE("batch_norm agrees with plain loops and with its composition") {
    const auto f = [](const auto& x) { return batch_norm(x[0], x[1], x[2]); };
    check_fused(f, naive_batch_norm, random_inputs({{33, 19}, {19}, {19}}));
    check_fused(f, naive_batch_norm, random_inputs({{5, 1}, {1}, {1}}));
    check_fused(f, naive_batch_norm, random_inputs({{3, 4, 17}, {4}, {4}}));
    check_fused(f, naive_batch_norm, random_inputs({{2, 3, 5, 7}, {3}, {3}}));
    check_fused(f, naive_batch_norm, random_inputs({{1, 2, 3, 1}, {2}, {2}}));
}

TEST_CASE("attention and its weights agree with plain loops and with their composition") {
    check_attention({2, 5, 12}, {.heads = 1});
    check_attention({2, 17, 3 * 12}, {.heads = 4});
    check_attention({1, 1, 6}, {.heads = 2});
    check_attention({3, 50, 3 * 16}, {.heads = 4});
    check_attention({2, 19, 3 * 6}, {.heads = 2, .causal = true});
}

TEST_CASE("attention leaves ignored keys out, and gives zeros where none is left") {
    const Array<float> mask({3, 4}, {0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1});
    check_attention({3, 4, 12}, {.heads = 2, .key_padding_mask = mask});
    check_attention({3, 4, 12}, {.heads = 2, .causal = true, .key_padding_mask = mask});
    const AttentionOptions options{.heads = 2, .key_padding_mask = mask};
    const auto qkv = leaf(random_inputs({{3, 4, 12}})[0]);
    Tape<double> tape;
    const auto y = attention(qkv, options);
    tape.backward_from(y, A::ones(y.shape()));
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t d = 0; d < 4; ++d) CHECK(y.value()(2, i, d) == 0);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t d = 0; d < 12; ++d) CHECK(qkv.grad()(2, i, d) == 0);
}

TEST_CASE("attention takes scores that would overflow, and passes NaN on") {
    A qkv = random_inputs({{1, 3, 6}})[0];
    for (double& x : qkv.flat()) x *= 60;
    const auto y = attention(Variable<float>(qkv.cast<float>()), {.heads = 1});
    for (float x : y.value()) CHECK(std::isfinite(x));
    qkv(0, 1, 0) = std::nan("");
    CHECK(std::isnan(attention(Variable<float>(qkv.cast<float>()), {.heads = 1}).value()(0, 1, 0)));
}

TEST_CASE("conv2d agrees with plain loops and with its composition") {
    const auto check = [](const Shape& x, const Shape& w, const Conv2dOptions& o) {
        check_fused([&](const auto& in) { return conv2d(in[0], in[1], in[2], o); },
                    [&](const auto& in) { return naive_conv2d(in, o); }, random_inputs({x, w, {w[0]}}));
        check_fused([&](const auto& in) { return conv2d(in[0], in[1], {}, o); },
                    [&](const auto& in) { return naive_conv2d(in, o); }, random_inputs({x, w}));
    };
    check({2, 3, 7, 9}, {4, 3, 3, 3}, {});
    check({2, 3, 7, 9}, {4, 3, 3, 2}, {.stride_y = 2, .stride_x = 3, .padding_y = 1, .padding_x = 2});
    check({1, 1, 5, 5}, {1, 1, 5, 5}, {});
    check({3, 2, 4, 1}, {2, 2, 1, 1}, {});
    check({1, 2, 2, 2}, {3, 2, 3, 3}, {.padding_y = 3, .padding_x = 1});
}

TEST_CASE("pooling agrees with plain loops and with its composition") {
    const auto check = [](const Shape& x, const PoolOptions& o) {
        check_fused([&](const auto& in) { return max_pool2d(in[0], o); },
                    [&](const auto& in) { return naive_pool(in[0], o, true); }, random_inputs({x}));
        check_fused([&](const auto& in) { return avg_pool2d(in[0], o); },
                    [&](const auto& in) { return naive_pool(in[0], o, false); }, random_inputs({x}));
    };
    check({2, 3, 6, 8}, {});
    check({2, 1, 7, 9}, {.kernel_y = 3, .kernel_x = 2, .stride_y = 1, .stride_x = 3, .padding_y = 2, .padding_x = 1});
    check({1, 1, 1, 1}, {.kernel_y = 1, .kernel_x = 1, .stride_y = 1, .stride_x = 1});
}

TEST_CASE("max_pool2d gives the gradient to the first of equal values, and passes NaN on") {
    const auto x = leaf(A::ones({1, 1, 2, 2}));
    Tape<double> tape;
    tape.backward(max_pool2d(x));
    CHECK(x.grad() == A({1, 1, 2, 2}, {1, 0, 0, 0}));
    A with_nan = A::ones({1, 1, 2, 2});
    with_nan.data()[2] = std::nan("");
    CHECK(std::isnan(max_pool2d(Variable<double>(with_nan)).value().data()[0]));
}

TEST_CASE("cross_entropy agrees with plain loops and with its composition") {
    const A weights({5}, {0.5, 2, 0, 1, 3});
    for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none})
        for (const double smoothing : {0.0, 0.1, 1.0}) {
            check_cross_entropy({5, 10}, {smoothing, {}, reduction});
            check_cross_entropy({5, 19}, {smoothing, weights, reduction});
            check_cross_entropy({3, 4, 2, 5}, {smoothing, {}, reduction});
        }
    check_cross_entropy({4, 1}, {});
}

TEST_CASE("cross_entropy keeps its digits at large logits") {
    const Variable<float> logits(Array<float>({2, 3}, {1e4f, 1e4f - 1, 1e4f - 2, -3e4f, 3e4f, 0}));
    const auto losses = cross_entropy(logits, Labels({2}, {1, 0}), {.reduction = Reduction::none}).value();
    CHECK(losses.data()[0] == doctest::Approx(1.4076059));
    CHECK(losses.data()[1] == doctest::Approx(6e4));
}

TEST_CASE("a long mean of losses keeps its digits in float") {
    const std::size_t n = 300'000;
    const Variable<float> logits(Array<float>::zeros({n, 3}));
    const auto loss = cross_entropy(logits, Labels::zeros({n}));
    CHECK(std::abs(static_cast<double>(loss.item()) - std::log(3.0)) < 1e-6);
}

TEST_CASE("gradients reach only the inputs that ask for them") {
    const auto w = leaf(A::ones({2, 3}), "w");
    Tape<double> tape;
    tape.backward(sum(linear(v({4, 3}), w, v({2})) + layer_norm(v({4, 2}), v({2}), v({2}))));
    CHECK(w.grad() == A::full({2, 3}, 4));
    const auto beta = leaf(A::ones({2}), "beta");
    Tape<double> second;
    const auto y = layer_norm(v({4, 2}), v({2}), beta);
    CHECK(grad(sum(y), beta).value() == A::full({2}, 4));
    tape.clear();
}
