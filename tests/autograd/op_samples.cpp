#include "op_samples.hpp"

#include <cmath>

#include "sevenfold/autograd/random.hpp"

namespace samples {
namespace {

using A = Array<double>;

/// Numbers in [low, high] that keep a distance of 0.1 from 0, where many ops have their kink.
A numbers(const Shape& shape, double low = -2, double high = 2) {
    static Random random(7);
    A out(shape);
    for (double& x : out.flat()) {
        x = random.uniform(low, high);
        while (std::abs(x) < 0.1) x = random.uniform(low, high);
    }
    return out;
}
A both_signs(const Shape& shape) { return numbers(shape); }
A positive(const Shape& shape) { return numbers(shape, 0.3, 2.5); }

template <class F>
Sample call(F f, std::vector<Variable<double>> inputs, double float_tolerance = 1e-5) {
    return {f, f, std::move(inputs), float_tolerance};
}

/// An op of one input: a matrix, a scalar, one element, none.
template <class F>
std::vector<Sample> unary(F f, A (*values)(const Shape&) = both_signs) {
    std::vector<Sample> out;
    for (const Shape& shape : {Shape{3, 4}, Shape{}, Shape{1}, Shape{0, 3}}) out.push_back(call(f, {values(shape)}));
    return out;
}

/// An op of two inputs: equal shapes and two ways of broadcasting. Different values, so that there are no ties.
template <class F>
std::vector<Sample> binary(F f, A (*values)(const Shape&) = both_signs) {
    return {call(f, {values({2, 3}), values({2, 3})}), call(f, {values({2, 1}), values({3})}),
            call(f, {values({}), values({2, 2})})};
}

void add_elementwise(Samples& to) {
    to["neg"] = unary([](const auto& x) { return -x[0]; });
    to["exp"] = unary([](const auto& x) { return exp(x[0]); });
    to["log"] = unary([](const auto& x) { return log(x[0]); }, positive);
    to["log1p"] = unary([](const auto& x) { return log1p(x[0]); }, positive);
    to["sqrt"] = unary([](const auto& x) { return sqrt(x[0]); }, positive);
    to["abs"] = unary([](const auto& x) { return abs(x[0]); });
    to["sin"] = unary([](const auto& x) { return sin(x[0]); });
    to["cos"] = unary([](const auto& x) { return cos(x[0]); });
    to["erf"] = unary([](const auto& x) { return erf(x[0]); });
    to["tanh"] = unary([](const auto& x) { return tanh(x[0]); });
    to["sigmoid"] = unary([](const auto& x) { return sigmoid(x[0]); });
    to["relu"] = unary([](const auto& x) { return relu(x[0]); });
    to["leaky_relu"] = unary([](const auto& x) { return leaky_relu(x[0], 0.1); });
    to["silu"] = unary([](const auto& x) { return silu(x[0]); });
    to["gelu"] = unary([](const auto& x) { return gelu(x[0]); });
    to["gelu_tanh"] = unary([](const auto& x) { return gelu(x[0], Gelu::tanh); });
    to["softplus"] = unary([](const auto& x) { return softplus(x[0], 1.5); });
    to["clamp"] = unary([](const auto& x) { return clamp(x[0], -0.95, 1.05); });
    to["pow_scalar"] = unary([](const auto& x) { return pow(x[0], 2.5); }, positive);
    for (double p : {0.0, 1.0, 2.0, 3.0, -1.0})
        to["pow_scalar"].push_back(call([p](const auto& x) { return pow(x[0], p); }, {numbers({5})}));
}

void add_pairwise(Samples& to) {
    to["add"] = binary([](const auto& x) { return x[0] + x[1]; });
    to["sub"] = binary([](const auto& x) { return x[0] - x[1]; });
    to["mul"] = binary([](const auto& x) { return x[0] * x[1]; });
    to["div"] = binary([](const auto& x) { return x[0] / x[1]; });
    to["pow"] = binary([](const auto& x) { return pow(x[0], x[1]); }, positive);
    to["maximum"] = binary([](const auto& x) { return maximum(x[0], x[1]); });
    to["minimum"] = binary([](const auto& x) { return minimum(x[0], x[1]); });
    to["where"] = binary([](const auto& x) { return where(x[0] > 0, x[0], x[1]); });
    // The same variable on both sides
    to["mul"].push_back(call([](const auto& x) { return x[0] * x[0]; }, {numbers({3})}));
    to["div"].push_back(call([](const auto& x) { return x[0] / (x[0] * x[0]); }, {numbers({3})}));
}

void add_reductions(Samples& to) {
    to["sum_to"] = {call(
                        [](const auto& x) {
                            return sum_to(x[0], {2, 1, 4});
                        },
                        {numbers({2, 3, 4})}),
                    call(
                        [](const auto& x) {
                            return sum_to(x[0], {3, 1});
                        },
                        {numbers({2, 3, 4})}),
                    call([](const auto& x) { return sum_to(x[0], Shape{}); }, {numbers({2, 0})})};
    to["broadcast_to"] = {call(
                              [](const auto& x) {
                                  return broadcast_to(x[0], {2, 3, 4});
                              },
                              {numbers({3, 1})}),
                          call(
                              [](const auto& x) {
                                  return broadcast_to(x[0], {2, 2});
                              },
                              {numbers({})}),
                          call(
                              [](const auto& x) {
                                  return broadcast_to(x[0], {0, 3});
                              },
                              {numbers({1, 3})})};
    to["reshape"] = {
        call([](const auto& x) { return reshape(x[0], Shape{6}) * x[1]; }, {numbers({2, 3}), numbers({6})}),
        call([](const auto& x) { return reshape(x[0], Shape{}); }, {numbers({1, 1})})};
    to["sum"] = {call([](const auto& x) { return sum(x[0]); }, {numbers({2, 3})}),
                 call(
                     [](const auto& x) {
                         return sum(x[0], {-1, 0}, true);
                     },
                     {numbers({2, 3, 4})}),
                 call([](const auto& x) { return sum(x[0], {1}); }, {numbers({2, 3, 4})}),
                 call([](const auto& x) { return sum(x[0], {1}); }, {numbers({2, 0})})};
}

}  // namespace

const Samples& op_samples() {
    static const Samples all = [] {
        Samples out;
        add_elementwise(out);
        add_pairwise(out);
        add_reductions(out);
        return out;
    }();
    return all;
}

std::map<std::string, Call<double>> pairwise_calls() {
    return {{"add", [](const auto& x) { return x[0] + x[1]; }},
            {"sub", [](const auto& x) { return x[0] - x[1]; }},
            {"mul", [](const auto& x) { return x[0] * x[1]; }},
            {"div", [](const auto& x) { return x[0] / x[1]; }},
            {"pow", [](const auto& x) { return pow(exp(x[0]), x[1]); }},
            {"maximum", [](const auto& x) { return maximum(x[0], x[1]); }},
            {"minimum", [](const auto& x) { return minimum(x[0], x[1]); }},
            {"where", [](const auto& x) { return where(x[0] > 0, x[0], x[1]); }}};
}

}  // namespace samples
