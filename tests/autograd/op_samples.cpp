#include "op_samples.hpp"

#include <algorithm>
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
/// Singular values near 1, 2, ..: where two are close, gradients of singular vectors magnify what rounding does.
A far_apart(const Shape& shape) {
    A out = numbers(shape, -0.3, 0.3);
    for (std::size_t i = 0; i < std::min(shape[0], shape[1]); ++i) out(i, i) += static_cast<double>(i + 1);
    return out;
}

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

// clang-format off
void add_reductions(Samples& to) {
    to["sum_to"] = {call([](const auto& x) { return sum_to(x[0], {2, 1, 4}); }, {numbers({2, 3, 4})}),
                    call([](const auto& x) { return sum_to(x[0], {3, 1}); }, {numbers({2, 3, 4})}),
                    call([](const auto& x) { return sum_to(x[0], Shape{}); }, {numbers({2, 0})})};
    to["sum"] = {call([](const auto& x) { return sum(x[0]); }, {numbers({2, 3})}),
                 call([](const auto& x) { return sum(x[0], {-1, 0}, true); }, {numbers({2, 3, 4})}),
                 call([](const auto& x) { return sum(x[0], {1}); }, {numbers({2, 3, 4})}),
                 call([](const auto& x) { return sum(x[0], {1}); }, {numbers({2, 0})})};
    to["mean"] = {call([](const auto& x) { return mean(x[0]); }, {numbers({2, 3})}),
                  call([](const auto& x) { return mean(x[0], {-1, 0}, true); }, {numbers({2, 3, 4})}),
                  call([](const auto& x) { return mean(x[0], {1}); }, {numbers({0, 2})})};
    to["var"] = {call([](const auto& x) { return var(x[0]); }, {numbers({2, 3})}),
                 call([](const auto& x) { return var(x[0], {-1, 0}, true); }, {numbers({2, 3, 4})}),
                 call([](const auto& x) { return var(x[0], {1}, false, true); }, {numbers({2, 3})})};
    to["max"] = {call([](const auto& x) { return max(x[0]); }, {numbers({2, 3})}),
                 call([](const auto& x) { return max(x[0], 1, true); }, {numbers({2, 3, 4})}),
                 call([](const auto& x) { return max(x[0], -1); }, {numbers({0, 2})})};
    to["min"] = {call([](const auto& x) { return min(x[0]); }, {numbers({2, 3})}),
                 call([](const auto& x) { return min(x[0], -2, true); }, {numbers({2, 3, 4})})};
}

void add_softmax(Samples& to) {
    to["softmax"] = {call([](const auto& x) { return softmax(x[0]); }, {numbers({2, 19})}),
                     call([](const auto& x) { return softmax(x[0], 1); }, {numbers({2, 3, 18})}),
                     call([](const auto& x) { return softmax(x[0]); }, {numbers({2, 0})})};
    to["log_softmax"] = {call([](const auto& x) { return log_softmax(x[0]); }, {numbers({2, 19})}),
                         call([](const auto& x) { return log_softmax(x[0], 1); }, {numbers({2, 3, 18})}),
                         call([](const auto& x) { return log_softmax(x[0], 0); }, {numbers({0, 2})})};
    to["logsumexp"] = {call([](const auto& x) { return logsumexp(x[0]); }, {numbers({2, 3})}),
                       call([](const auto& x) { return logsumexp(x[0], {0, -1}, true); }, {numbers({2, 3, 4})}),
                       call([](const auto& x) { return logsumexp(x[0], {1}); }, {numbers({2, 3, 4})})};
}

void add_layout(Samples& to) {
    to["broadcast_to"] = {call([](const auto& x) { return broadcast_to(x[0], {2, 3, 4}); }, {numbers({3, 1})}),
                          call([](const auto& x) { return broadcast_to(x[0], {2, 2}); }, {numbers({})}),
                          call([](const auto& x) { return broadcast_to(x[0], {0, 3}); }, {numbers({1, 3})})};
    to["reshape"] = {call([](const auto& x) { return reshape(x[0], {6}) * x[1]; }, {numbers({2, 3}), numbers({6})}),
                     call([](const auto& x) { return reshape(x[0], Shape{}); }, {numbers({1, 1})}),
                     call([](const auto& x) { return reshape(x[0], {-1, 4}); }, {numbers({2, 3, 2})})};
    to["permute"] = {call([](const auto& x) { return permute(x[0], {2, 0, -2}); }, {numbers({2, 3, 4})}),
                     call([](const auto& x) { return transpose(x[0]); }, {numbers({2, 17, 18})}),
                     call([](const auto& x) { return swapaxes(x[0], 0, -1); }, {numbers({2, 0, 3})})};
    to["concat"] = {call([](const auto& x) { return concat(x, 0); }, {numbers({2, 3}), numbers({4, 3}), numbers({0, 3})}),
                    call([](const auto& x) { return concat(x, -1); }, {numbers({2, 3}), numbers({2, 1})}),
                    call([](const auto& x) { return concat(std::vector{x[0], x[0]}, 1); }, {numbers({2, 3, 2})})};
    to["stack"] = {call([](const auto& x) { return stack(x, 1); }, {numbers({2, 3}), numbers({2, 3})}),
                   call([](const auto& x) { return stack(x, -1); }, {numbers({}), numbers({})})};
    to["slice"] = {call([](const auto& x) { return slice(x[0], {{1, 5}}); }, {numbers({6})}),
                   call([](const auto& x) { return slice(x[0], {{-3, {}, 2}, {{}, -1}}) * x[1]; }, {numbers({4, 5, 2}), numbers({2})}),
                   call([](const auto& x) { return slice(x[0], {{0, 2}}) + slice(x[0], {{1, 3}}); }, {numbers({3, 2})}),
                   call([](const auto& x) { return slice(x[0], {{2, 1}}); }, {numbers({3, 2})})};
    to["pad"] = {call([](const auto& x) { return pad(x[0], {{1, 2}}, -1.5); }, {numbers({3})}),
                 call([](const auto& x) { return pad(x[0], {{0, 1}, {2, 0}}); }, {numbers({2, 3})})};
    to["flip"] = {call([](const auto& x) { return flip(x[0], {1}); }, {numbers({2, 3})}),
                  call([](const auto& x) { return flip(x[0], {0, -1}); }, {numbers({2, 3, 2})})};
}

void add_indexing(Samples& to) {
    to["index_select"] = {call([](const auto& x) { return index_select(x[0], 0, Indices({3}, {2, 0, 2})); }, {numbers({3, 2})}),
                          call([](const auto& x) { return index_select(x[0], -1, Indices({2}, {1, 1})); }, {numbers({2, 2, 3})}),
                          call([](const auto& x) { return index_select(x[0], 0, Indices(Shape{0})); }, {numbers({2, 2})})};
    to["embedding"] = {call([](const auto& x) { return embedding(x[0], Indices({2, 2}, {3, 0, 3, 1})); }, {numbers({4, 3})}),
                       call([](const auto& x) { return embedding(x[0], Indices(1)) + embedding(x[0], Indices(0)); }, {numbers({2, 3})})};
    // Its reverse is only reached through a gradient
    to["index_add"] = {call([](const auto& x) {
        using V = std::decay_t<decltype(x[0])>;
        return grad(sum(index_select(x[0], 0, Indices({3}, {2, 0, 2})) * x[1]), std::vector<V>{x[0]})[0];
    }, {numbers({3, 2}), numbers({3, 2})})};
    to["gather"] = {call([](const auto& x) { return gather(x[0], 1, Indices({2, 2}, {2, 2, 0, 1})); }, {numbers({2, 3})}),
                    call([](const auto& x) { return gather(x[0], 0, Indices({1, 2}, {1, 0})); }, {numbers({2, 2})})};
    to["scatter_add"] = {call([](const auto& x) { return scatter_add(x[0], 1, Indices({2, 2}, {2, 2, 0, 1}), {2, 3}); }, {numbers({2, 2})})};
}

/// a with the last two axes exchanged where the flag says so.
A stored(const Shape& shape, bool transposed) {
    Shape out = shape;
    if (transposed) std::swap(out[shape.rank() - 1], out[shape.rank() - 2]);
    return numbers(out);
}

void add_products(Samples& to) {
    for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{
             {{3, 4}, {4, 2}}, {{2, 3, 4}, {2, 4, 5}}, {{2, 3, 4}, {4, 2}}, {{3, 4}, {2, 4, 2}}, {{2, 1, 2, 3}, {3, 3, 2}},
             {{4}, {4, 3}}, {{3, 4}, {4}}, {{5}, {5}}, {{2, 3, 4}, {4}}, {{4}, {2, 4, 3}}, {{1, 3, 4}, {1, 1, 4, 2}},
             {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}, {{0, 2, 3}, {3, 2}}, {{0, 2, 3}, {1, 3, 2}}, {{2, 3}, {0, 3, 2}}})
        to["matmul"].push_back(call([](const auto& x) { return matmul(x[0], x[1]); }, {numbers(a), numbers(b)}));
    for (const bool ta : {false, true})
        for (const bool tb : {false, true})
            for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{{{3, 4}, {4, 2}}, {{2, 3, 4}, {4, 2}}, {{2, 1, 3, 4}, {2, 4, 2}}})
                to["matmul"].push_back(call([ta, tb](const auto& x) { return matmul(x[0], ta, x[1], tb); }, {stored(a, ta), stored(b, tb)}));
    to["matmul"].push_back(call([](const auto& x) { return matmul(x[0], x[0]); }, {numbers({3, 3})}));

    for (const auto& [equation, shapes] : std::vector<std::pair<std::string, std::vector<Shape>>>{
             {"ij,jk->ik", {{2, 3}, {3, 4}}}, {"ij,kj->ik", {{2, 3}, {4, 3}}}, {"ji,jk", {{3, 2}, {3, 4}}}, {"ii->i", {{3, 3}}},
             {"ii", {{3, 3}}}, {"iji->j", {{2, 3, 2}}}, {"iii->i", {{2, 2, 2}}}, {"ijkij->jk", {{2, 3, 2, 2, 3}}}, {"i,j->ji", {{3}, {4}}},
             {"bi,bi->b", {{2, 3}, {2, 3}}}, {"b,b->b", {{3}, {3}}}, {"bqhd,bkhd->bhqk", {{2, 3, 2, 2}, {2, 3, 2, 2}}},
             {"i,ij,j->", {{2}, {2, 3}, {3}}}, {"ab,bc,cd->da", {{2, 3}, {3, 2}, {2, 4}}}, {"i,i,i->i", {{3}, {3}, {3}}},
             {"ij,kl->il", {{2, 3}, {2, 2}}}, {",i->i", {{}, {3}}}, {"ij,j->i", {{2, 0}, {0}}}, {"ba", {{2, 3}}}}) {
        std::vector<Variable<double>> inputs;
        for (const Shape& shape : shapes) inputs.push_back(numbers(shape));
        to["einsum"].push_back(call([equation = equation](const auto& x) { return einsum(equation, x); }, inputs));
    }
}

void add_linalg(Samples& to) {
    for (const Shape& shape : {Shape{5, 3}, Shape{3, 5}, Shape{3, 3}, Shape{1, 1}}) {
        to["singular_values"].push_back(call([](const auto& x) { return singular_values(x[0]); }, {far_apart(shape)}));
        to["svd"].push_back(call([](const auto& x) { return svd(x[0]).u; }, {far_apart(shape)}));
        to["svd"].push_back(call([](const auto& x) { return svd(x[0]).vt; }, {far_apart(shape)}));
        to["svd"].push_back(call([](const auto& x) { return exp(svd(x[0]).s) * svd(x[0]).u; }, {far_apart(shape)}));
    }
}

void add_losses(Samples& to) {
    for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none})
        for (const Shape& shape : {Shape{3, 4}, Shape{}}) {
            const std::vector<Variable<double>> pair{numbers(shape), numbers(shape)};
            to["mse"].push_back(call([reduction](const auto& x) { return mse(x[0], x[1], reduction); }, pair));
            to["l1"].push_back(call([reduction](const auto& x) { return l1(x[0], x[1], reduction); }, pair));
            to["huber"].push_back(call([reduction](const auto& x) { return huber(x[0], x[1], 0.9, reduction); }, pair));
            to["bce_with_logits"].push_back(call([reduction](const auto& x) { return bce_with_logits(x[0], x[1], reduction); }, pair));
        }
    to["mse"].push_back(call([](const auto& x) { return mse(x[0], x[1], Reduction::sum); }, {numbers({0}), numbers({0})}));
}

void add_layers(Samples& to) {
    to["linear_relu"] = {call([](const auto& x) { return linear_relu(x[0], x[1], x[2]); }, {numbers({2, 3, 4}), numbers({5, 4}), numbers({5})})};
    to["linear_tanh"] = {call([](const auto& x) { return linear_tanh(x[0], x[1], x[2]); }, {numbers({2, 3, 4}), numbers({5, 4}), numbers({5})})};
    to["linear_sigmoid"] = {call([](const auto& x) { return linear_sigmoid(x[0], x[1], x[2]); }, {numbers({2, 3, 4}), numbers({5, 4}), numbers({5})}),
                            call([](const auto& x) { return linear_sigmoid(x[0], x[1], x[2]); }, {numbers({0, 4}), numbers({3, 4}), numbers({3})})};
    to["linear"] = {call([](const auto& x) { return linear(x[0], x[1], x[2]); }, {numbers({2, 3, 4}), numbers({5, 4}), numbers({5})}),
                    call([](const auto& x) { return linear(x[0], x[1], x[2]); }, {numbers({4}), numbers({3, 4}), numbers({3})}),
                    call([](const auto& x) { return linear(x[0], x[1], x[2]); }, {numbers({0, 4}), numbers({3, 4}), numbers({3})}),
                    call([](const auto& x) { return linear(x[0], x[1]); }, {numbers({3, 1}), numbers({2, 1})}),
                    call([](const auto& x) { return linear(x[0], x[0]); }, {numbers({3, 2})})};
    to["layer_norm"] = {call([](const auto& x) { return layer_norm(x[0], x[1], x[2]); }, {numbers({3, 5}), numbers({5}), numbers({5})}),
                        call([](const auto& x) { return layer_norm(x[0], x[1], x[2], 0.1); }, {numbers({2, 3, 4}), numbers({3, 4}), numbers({3, 4})}),
                        call([](const auto& x) { return layer_norm(x[0], x[0], x[0]); }, {numbers({4})}),
                        call([](const auto& x) { return layer_norm(x[0], x[1], x[2]); }, {numbers({0, 2}), numbers({2}), numbers({2})})};
    to["batch_norm"] = {call([](const auto& x) { return batch_norm(x[0], x[1], x[2]); }, {numbers({5, 3}), numbers({3}), numbers({3})}),
                        call([](const auto& x) { return batch_norm(x[0], x[1], x[2], 0.1); }, {numbers({2, 3, 2, 2}), numbers({3}), numbers({3})})};
    const Array<float> padding({2, 3}, {0, 0, 1, 1, 1, 1});
    for (const AttentionOptions& o : {AttentionOptions{}, AttentionOptions{.heads = 2}, AttentionOptions{.heads = 2, .causal = true},
                                      AttentionOptions{.heads = 1, .causal = true, .key_padding_mask = padding}}) {
        to["attention"].push_back(call([o](const auto& x) { return attention(x[0], o); }, {numbers({2, 3, 12}, -1, 1)}));
        to["attention_weights"].push_back(call([o](const auto& x) { return attention_weights(x[0], o); }, {numbers({2, 3, 12}, -1, 1)}));
    }
    to["conv2d"] = {call([](const auto& x) { return conv2d(x[0], x[1], x[2]); }, {numbers({2, 2, 3, 4}), numbers({3, 2, 2, 2}), numbers({3})}),
                    call([](const auto& x) { return conv2d(x[0], x[1], {}, {2, 1, 1, 2}); }, {numbers({1, 1, 4, 3}), numbers({2, 1, 3, 2})}),
                    call([](const auto& x) { return conv2d(x[0], x[0], {}); }, {numbers({2, 2, 2, 1})})};
    to["max_pool2d"] = {call([](const auto& x) { return max_pool2d(x[0]); }, {numbers({2, 2, 4, 5})}),
                        call([](const auto& x) { return max_pool2d(x[0], {3, 2, 1, 2, 1, 1}); }, {numbers({1, 2, 4, 4})})};
    to["avg_pool2d"] = {call([](const auto& x) { return avg_pool2d(x[0]); }, {numbers({2, 2, 4, 5})}),
                        call([](const auto& x) { return avg_pool2d(x[0], {3, 2, 1, 2, 1, 1}); }, {numbers({1, 2, 4, 4})})};
}

void add_cross_entropy(Samples& to) {
    const Labels labels({3}, {1, 0, 3});
    for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none})
        for (const double smoothing : {0.0, 0.2}) {
            const auto plain = [=](const auto& x) { return cross_entropy(x[0], labels, {smoothing, {}, reduction}); };
            const auto weighted = [=](const auto& x) {
                using T = typename std::decay_t<decltype(x[0].value())>::value_type;
                return cross_entropy(x[0], labels, {smoothing, Array<T>({3}, {0.5, 2, 1}), reduction});
            };
            to["cross_entropy"].push_back(call(plain, {numbers({3, 4})}));
            to["cross_entropy"].push_back(call(weighted, {numbers({3, 4})}));
        }
    to["cross_entropy"].push_back(call([](const auto& x) { return cross_entropy(x[0], Labels({2, 2}, {0, 2, 1, 1})); }, {numbers({2, 3, 2})}));
}
// clang-format on

}  // namespace

const Samples& op_samples() {
    static const Samples all = [] {
        Samples out;
        add_elementwise(out);
        add_pairwise(out);
        add_reductions(out);
        add_softmax(out);
        add_layout(out);
        add_indexing(out);
        add_products(out);
        add_linalg(out);
        add_losses(out);
        add_layers(out);
        add_cross_entropy(out);
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
