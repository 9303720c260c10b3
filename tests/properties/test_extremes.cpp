// Numbers at the ends of float's range. What double computes, which has room there, says where mathematics is finite.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/op_samples.hpp"
#include "settings_from_environment.hpp"
#include "sevenfold/autograd/random.hpp"
#include "tried.hpp"

using namespace sevenfold;
using samples::Sample;

namespace {

constexpr float largest = std::numeric_limits<float>::max(), denormal = std::numeric_limits<float>::denorm_min();
constexpr float extremes[] = {0,       -0.0f,    1e-30f, -1e-30f, 1e30f, -1e30f, 1e-40f,
                              -1e-40f, denormal, 1,      -1,      88,    -104,   1e10f};
// For ops that multiply what they are given: products of three of these still fit into a float.
constexpr float moderate[] = {0, -0.0f, 1e-12f, -1e-12f, 1e12f, -1e12f, 1, -1, 88, -104, 1e-4f};

bool multiplies(const std::string& op) {
    static const std::string names =
        " attention attention_weights batch_norm bce_with_logits conv2d div einsum layer_norm linear linear_relu "
        "linear_sigmoid"
        " linear_tanh matmul mse mul pow pow_scalar var ";
    return names.find(' ' + op + ' ') != std::string::npos;
}

template <class T>
struct Result {
    Array<T> value;
    std::vector<Array<T>> gradients;
};

template <class T>
Result<T> run(const samples::Call<T>& f, const std::vector<Array<float>>& inputs) {
    std::vector<Variable<T>> x;
    for (const Array<float>& input : inputs) x.push_back(leaf(input.template cast<T>()));
    Tape<T> tape;
    const Variable<T> y = f(x);
    if (!y.is_constant()) tape.backward_from(y, Array<T>::ones(y.shape()));
    Result<T> out{y.value(), {}};
    for (const Variable<T>& v : x) out.gradients.push_back(v.has_grad() ? v.grad() : Array<T>::zeros(v.shape()));
    return out;
}

// Where double's number fits into a float with room to spare, float's must be finite.
bool finite_where_double_is(const Array<float>& in_float, const Array<double>& in_double) {
    for (std::size_t i = 0; i < in_float.size(); ++i)
        if (std::abs(in_double.data()[i]) < 0.1 * static_cast<double>(largest) && !std::isfinite(in_float.data()[i]))
            return false;
    return true;
}

std::string show(const std::vector<Array<float>>& arrays) {
    std::string out;
    for (const Array<float>& a : arrays) out += a.str(10) + "\n";
    return out;
}

}  // namespace

TEST_CASE("every op and its gradient stay finite in float, at both ends of its range, where they are in double") {
    const std::uint64_t seed = test_seed(), cases = from_environment("SEVENFOLD_CASES", 1'000);
    MESSAGE("SEVENFOLD_SEED=" << seed << " SEVENFOLD_CASES=" << cases);
    Tried tried("every op at extreme numbers: 1e±30, denormals, zeros");
    Random random(seed);
    for (const auto& one : samples::op_samples()) {
        const std::string& op = one.first;
        const std::vector<Sample>& list = one.second;
        // Singular vectors have no derivative where singular values are equal, and a wild one nearby.
        for (std::uint64_t turn = op == "svd" || op == "singular_values" ? cases : 0;
             turn < std::max<std::uint64_t>(cases / 50, 5); ++turn)
            for (const Sample& sample : list) {
                std::vector<Array<float>> inputs;
                for (const Variable<double>& x : sample.inputs) {
                    Array<float> a(x.shape());
                    for (float& v : a.flat())
                        v = multiplies(op) ? moderate[random.below(std::size(moderate))]
                                           : extremes[random.below(std::size(extremes))];
                    inputs.push_back(std::move(a));
                }
                tried.add(true);
                Result<double> wide;
                try {
                    wide = run<double>(sample.in_double, inputs);
                } catch (const Error&) { continue; }  // not finite to begin with, or no derivative there
                const Result<float> narrow = run<float>(sample.in_float, inputs);
                CAPTURE(op);
                CAPTURE(show(inputs));
                CHECK(finite_where_double_is(narrow.value, wide.value));
                // Where a value overflows, its gradient may be the difference of two infinities.
                const auto fits = [](double y) { return std::abs(y) < static_cast<double>(largest); };
                for (std::size_t i = 0; std::ranges::all_of(wide.value, fits) && i < inputs.size(); ++i) {
                    CAPTURE(i);
                    CAPTURE(wide.gradients[i].str(10));
                    CAPTURE(narrow.gradients[i].str(10));
                    CHECK(finite_where_double_is(narrow.gradients[i], wide.gradients[i]));
                }
            }
    }
}

TEST_CASE_TEMPLATE(
    "a saturated softmax, the log of tiny numbers and the variance of constants are what mathematics says", T, float,
    double) {
    const auto at = [](const Array<T>& x, auto f) {
        Variable<T> v = leaf(x);
        Tape<T> tape;
        const Variable<T> y = f(v);
        tape.backward(sum(y));
        return std::pair(y.value(), v.grad());
    };
    const T huge = T(1e30), tiny = std::numeric_limits<T>::min();
    {
        const auto [y, dx] = at(Array<T>({3}, {huge, -huge, 0}), [](const auto& x) { return softmax(x); });
        CHECK(y == Array<T>({3}, {1, 0, 0}));
        CHECK(dx == Array<T>::zeros({3}));
    }
    {
        const auto [y, dx] = at(Array<T>({2}, {huge, -huge}), [](const auto& x) { return log_softmax(x); });
        CHECK(y == Array<T>({2}, {0, -2 * huge}));
        CHECK(dx == Array<T>({2}, {-1, 1}));
    }
    {
        const auto [y, dx] =
            at(Array<T>({1, 2}, {huge, -huge}), [](const auto& x) { return cross_entropy(x, Labels({1}, {1})); });
        CHECK(y.item() == 2 * huge);
        CHECK(dx == Array<T>({1, 2}, {1, -1}));
    }
    {
        const auto [y, dx] = at(Array<T>({2}, {tiny, 8 * tiny}), [](const auto& x) { return log(x); });
        CHECK(y(0) == doctest::Approx(std::log(static_cast<double>(tiny))));
        CHECK(dx(1) == T(1) / (8 * tiny));
    }
    for (const T constant : {T(0), T(1), huge, tiny, -huge}) {
        CAPTURE(constant);
        const auto [y, dx] = at(Array<T>::full({7}, constant), [](const auto& x) { return var(x); });
        const T rounding = 4 * std::numeric_limits<T>::epsilon() * std::abs(constant);  // of the mean
        CHECK(y.item() <= rounding * rounding);
        CHECK(std::ranges::all_of(dx, [&](T v) { return std::abs(v) <= rounding; }));
        const auto [n, dn] = at(Array<T>::full({2, 4}, constant),
                                [](const auto& x) { return layer_norm(x, Array<T>::ones({4}), Array<T>::zeros({4})); });
        CHECK(n == Array<T>::zeros({2, 4}));
        CHECK(std::ranges::all_of(dn, [](T v) { return std::isfinite(v); }));
    }
    for (const T x : {huge, -huge}) {
        const auto sigmoid_at = at(Array<T>(x), [](const auto& v) { return sigmoid(v); });
        CHECK(sigmoid_at.first.item() == (x > 0 ? 1 : 0));
        CHECK(sigmoid_at.second.item() == 0);
        const auto softplus_at = at(Array<T>(x), [](const auto& v) { return softplus(v); });
        CHECK(softplus_at.first.item() == (x > 0 ? x : 0));
        const auto gelu_at = at(Array<T>(x), [](const auto& v) { return gelu(v, Gelu::tanh); });
        CHECK(gelu_at.first.item() == (x > 0 ? x : 0));
        CHECK(gelu_at.second.item() == (x > 0 ? 1 : 0));
    }
}

TEST_CASE("attention whose keys are all masked is zeros, with gradients of zeros, to second order") {
    Random random(1);
    Variable<double> qkv = leaf(random.normal<double>({2, 3, 12}));
    const AttentionOptions options{.heads = 2, .key_padding_mask = Array<float>({2, 3}, {1, 1, 1, 0, 0, 1})};
    Tape<double> tape;
    const auto y = attention(qkv, options);
    const auto weights = attention_weights(qkv, options);
    const auto first = grad(sum(y * y) + sum(weights * weights), std::vector{qkv})[0];
    const auto second = grad(sum(first * first), std::vector{qkv})[0];
    for (std::size_t i = 0; i < 36; ++i) {  // the first sample, which has no key left
        if (i < 12) CHECK(y.value().data()[i] == 0);
        if (i < 18) CHECK(weights.value().data()[i] == 0);
        CHECK(first.value().data()[i] == 0);
        CHECK(second.value().data()[i] == 0);
    }
    double other = 0;
    for (std::size_t i = 36; i < 72; ++i) other += std::abs(first.value().data()[i]);
    CHECK(other > 0);
}
