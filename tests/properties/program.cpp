#include "properties/program.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/autograd/random.hpp"

namespace properties {
namespace {

using V = Variable<double>;

// What an op gets beside its value: another earlier value, a number to choose by, and random numbers.
struct Context {
    const V& other;
    std::size_t choice;
    Random& random;

    std::size_t below(std::size_t n) const { return choice % n; }
    Array<double> numbers(const Shape& shape) const { return random.uniform<double>(shape, -1.5, 1.5); }
};

std::ptrdiff_t signed_size(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

/// An axis of x; x must have one.
std::ptrdiff_t axis(const V& x, const Context& c) { return signed_size(c.below(x.shape().rank())); }

/// x with at least one axis.
V with_axis(const V& x) { return x.shape().rank() > 0 ? x : reshape(x, {1}); }

/// x as (rows, columns).
V matrix(const V& x) {
    const V y = with_axis(x);
    const std::size_t columns = y.shape().back();
    std::size_t rows = 1;
    for (std::size_t i = 0; i + 1 < y.shape().rank(); ++i) rows *= y.shape()[i];
    return reshape(y, Shape{rows, columns});
}

/// The numbers of x, cut or filled up with others, under a shape.
V shaped(const V& x, const Shape& shape, const Context& c) {
    const std::size_t wanted = shape.elements();
    V flat = reshape(x, Shape{x.shape().elements()});
    if (flat.shape()[0] > wanted) flat = slice(flat, {{0, signed_size(wanted)}});
    if (flat.shape()[0] < wanted) flat = concat({flat, V(c.numbers({wanted - flat.shape()[0]}))}, 0);
    return reshape(flat, shape);
}

/// The other value in a shape that broadcasts with x.
V beside(const V& x, const Context& c) {
    try {
        broadcast_shape("program", x.shape(), c.other.shape());
        return c.other;
    } catch (const ShapeError&) { return sum(c.other) * 0.1; }
}

Indices indices(std::size_t n, std::size_t below, const Context& c) {
    Indices out(Shape{n});
    for (std::int64_t& i : out.flat()) i = static_cast<std::int64_t>(c.random.below(below));
    return out;
}

/// Ops that have no value for nothing get x itself there.
bool empty(const V& x) { return x.shape().elements() == 0; }

V pool_input(const V& x, const Context& c) { return shaped(x, {1, 2, 4, 3}, c); }
V qkv(const V& x, const Context& c) { return shaped(x, {2, 2, 6}, c); }
AttentionOptions attention_options(const Context& c) {
    AttentionOptions options{.heads = 1 + c.below(2), .causal = c.below(4) > 1};
    if (c.below(3) == 0) options.key_padding_mask = Array<float>({2, 2}, {0, 1, 1, 1});  // of the second, all keys
    return options;
}

using Step = std::function<V(const V&, const Context&)>;

const std::vector<Step>& steps() {
    static const std::vector<Step> all{
        // elementwise
        [](const V& x, const Context&) { return -x; },
        [](const V& x, const Context&) { return exp(tanh(x)); },
        [](const V& x, const Context&) { return log(x * x + 0.5); },
        [](const V& x, const Context&) { return log1p(x * x); },
        [](const V& x, const Context&) { return sqrt(x * x + 0.25); },
        [](const V& x, const Context&) { return abs(x); },
        [](const V& x, const Context&) { return sin(x); },
        [](const V& x, const Context&) { return cos(x); },
        [](const V& x, const Context&) { return erf(x); },
        [](const V& x, const Context&) { return tanh(x); },
        [](const V& x, const Context&) { return sigmoid(x); },
        [](const V& x, const Context&) { return relu(x); },
        [](const V& x, const Context&) { return leaky_relu(x, 0.1); },
        [](const V& x, const Context&) { return silu(x); },
        [](const V& x, const Context& c) { return gelu(x, c.below(2) ? Gelu::tanh : Gelu::erf); },
        [](const V& x, const Context& c) { return softplus(x, c.below(2) ? 1 : 3); },
        [](const V& x, const Context&) { return clamp(x, -0.7, 0.9); },
        [](const V& x, const Context& c) { return c.below(2) ? pow(x, 3) : pow(x * x + 0.5, -0.5); },
        // pairwise
        [](const V& x, const Context& c) { return x + beside(x, c); },
        [](const V& x, const Context& c) { return x - beside(x, c); },
        [](const V& x, const Context& c) { return x * beside(x, c); },
        [](const V& x, const Context& c) {
            const V b = beside(x, c);
            return x / (b * b + 0.5);
        },
        [](const V& x, const Context& c) { return pow(x * x + 0.5, tanh(beside(x, c))); },
        [](const V& x, const Context& c) { return maximum(x, beside(x, c)); },
        [](const V& x, const Context& c) { return minimum(x, beside(x, c)); },
        [](const V& x, const Context& c) { return where(V(greater(x, 0.1)), x * 2.0, beside(x, c)); },
        // reductions
        [](const V& x, const Context& c) { return x.shape().rank() ? sum(x, {axis(x, c)}, c.choice % 7 < 3) : sum(x); },
        [](const V& x, const Context& c) {
            return empty(x) ? x : c.below(2) ? mean(x) : mean(with_axis(x), {-1}, true);
        },
        [](const V& x, const Context& c) { return empty(x) ? x : var(with_axis(x), {-1}, c.below(2) == 0); },
        [](const V& x, const Context& c) { return empty(x) ? x : max(with_axis(x), -1, c.below(2) == 0); },
        [](const V& x, const Context& c) { return empty(x) ? x : min(with_axis(x), 0, c.below(2) == 0); },
        [](const V& x, const Context& c) { return empty(x) ? x : logsumexp(with_axis(x), {-1}, c.below(2) == 0); },
        [](const V& x, const Context& c) { return softmax(with_axis(x), c.below(2) ? 0 : -1); },
        [](const V& x, const Context& c) { return log_softmax(with_axis(x), c.below(2) ? 0 : -1); },
        [](const V& x, const Context&) { return x.shape().rank() ? sum_to(x, Shape{x.shape().back()}) : x; },
        // layout
        [](const V& x, const Context&) {
            Shape s = x.shape();
            s.insert(0, 2);
            return broadcast_to(x, s);
        },
        [](const V& x, const Context& c) { return c.below(2) ? matrix(x) : reshape(x, Shape{x.shape().elements()}); },
        [](const V& x, const Context&) { return transpose(matrix(x)); },
        [](const V& x, const Context&) {
            return concat({with_axis(x), with_axis(x) * 0.5}, 0);
        },
        [](const V& x, const Context& c) {
            return concat({with_axis(x), with_axis(x)}, c.below(2) ? 0 : -1);
        },
        [](const V& x, const Context& c) {
            return stack(std::vector{x, sin(x)}, c.below(2) ? 0 : -1);
        },
        [](const V& x, const Context& c) {
            return slice(with_axis(x), {{signed_size(c.below(2)), {}, 1 + signed_size(c.below(3))}});
        },
        [](const V& x, const Context& c) {
            return pad(reshape(x, Shape{x.shape().elements()}), {{c.below(2), c.below(3)}}, 0.5);
        },
        [](const V& x, const Context& c) {
            const V y = with_axis(x);
            return flip(y, {axis(y, c)});
        },
        // indexing
        [](const V& x, const Context& c) {
            return empty(x) ? x : index_select(with_axis(x), 0, indices(3, with_axis(x).shape()[0], c));
        },
        [](const V& x, const Context& c) {
            return empty(x) ? x : embedding(matrix(x), indices(4, matrix(x).shape()[0], c));
        },
        [](const V& x, const Context& c) {
            const V m = matrix(x);
            return empty(x) ? x : gather(m, 1, indices(m.shape()[0] * 2, m.shape()[1], c).reshape({m.shape()[0], 2}));
        },
        [](const V& x, const Context& c) {
            const V m = matrix(x);
            return scatter_add(m, 1, indices(m.shape().elements(), 3, c).reshape(m.shape()), {m.shape()[0], 3});
        },
        // products
        [](const V& x, const Context&) {
            const V m = matrix(x);
            return matmul(m, true, m, false) * 0.3;
        },
        [](const V& x, const Context& c) {
            const V m = matrix(x);
            return matmul(m, c.numbers({m.shape()[1], 2}));
        },
        [](const V& x, const Context&) {
            const V m = matrix(x);
            return einsum("ij,kj->ik", std::vector<V>{m, m * 0.3});
        },
        [](const V& x, const Context& c) {
            const V m = matrix(x);
            const V w = c.numbers({3, m.shape()[1]}), b = c.numbers({3});
            return c.below(2) ? linear(m, w, b) : linear(m, w);
        },
        [](const V& x, const Context& c) {
            const V m = matrix(x);
            return linear_relu(m, c.numbers({2, m.shape()[1]}), c.numbers({2}));
        },
        [](const V& x, const Context& c) {
            const V m = matrix(x);
            return linear_tanh(m, c.numbers({2, m.shape()[1]}), c.numbers({2}));
        },
        [](const V& x, const Context& c) {
            const V m = matrix(x);
            return linear_sigmoid(m, c.numbers({2, m.shape()[1]}), c.numbers({2}));
        },
        // layers
        [](const V& x, const Context& c) {
            return conv2d(pool_input(x, c), shaped(c.other, {2, 2, 2, 2}, c), V(c.numbers({2})),
                          {.stride_y = 1 + c.below(2), .padding_x = c.below(2)});
        },
        [](const V& x, const Context& c) { return max_pool2d(pool_input(x, c), {.padding_y = c.below(2)}); },
        [](const V& x, const Context& c) { return avg_pool2d(pool_input(x, c), {.padding_y = c.below(2)}); },
        [](const V& x, const Context& c) {
            const V y = shaped(x, {3, 4}, c);
            return layer_norm(y, V(c.numbers({4})), V(c.numbers({4})), 0.1);
        },
        [](const V& x, const Context& c) {
            const V y = shaped(x, {4, 3}, c);
            return batch_norm(y, V(c.numbers({3})), V(c.numbers({3})), 0.1);
        },
        [](const V& x, const Context& c) { return attention(qkv(x, c), attention_options(c)); },
        [](const V& x, const Context& c) { return attention_weights(qkv(x, c), attention_options(c)); },
        // losses
        [](const V& x, const Context& c) {
            return empty(x) ? x : mse(x, c.numbers(x.shape()), c.below(2) ? Reduction::none : Reduction::mean);
        },
        [](const V& x, const Context& c) {
            return empty(x) ? x : l1(x, c.numbers(x.shape()), c.below(2) ? Reduction::none : Reduction::mean);
        },
        [](const V& x, const Context& c) {
            return empty(x) ? x : huber(x, c.numbers(x.shape()), 0.5, c.below(2) ? Reduction::none : Reduction::mean);
        },
        [](const V& x, const Context& c) {
            return empty(x) ? x : bce_with_logits(x, V(c.random.uniform<double>(x.shape(), 0, 1)), Reduction::none);
        },
        [](const V& x, const Context& c) {
            const V m = matrix(x);
            return empty(x) ? x
                            : cross_entropy(m, indices(m.shape()[0], m.shape()[1], c),
                                            {.label_smoothing = 0.1, .reduction = Reduction::none});
        },
    };
    return all;
}

/// Keeps a program small in size and in numbers, or its derivatives would be of any size.
V tamed(V x) {
    while (x.shape().rank() > 4 || x.shape().elements() > 100) x = sum(x, {0}) * 0.3;
    double largest = 0;
    for (double v : x.value().flat()) largest = std::max(largest, std::abs(v));
    return largest > 4 ? tanh(x * 0.3) : x;
}

}  // namespace

std::vector<Array<double>> Program::numbers() const {
    Random random(seed);
    std::vector<Array<double>> out;
    for (const Shape& shape : inputs) {
        Array<double> a = random.uniform<double>(shape, 0.2, 1.8);
        for (double& x : a.flat()) x = random.below(2) ? x : -x;
        out.push_back(std::move(a));
    }
    return out;
}

V Program::operator()(const std::vector<V>& x, std::set<std::string>* ran) const {
    Random random(seed + 1);
    std::vector<V> values = x;
    for (const Gene& gene : genes) {
        // Mostly the newest value, so that the program becomes deep.
        const V& value = gene[1] % 4 ? values.back() : values[gene[1] / 4 % values.size()];
        const V& other = values[gene[2] % values.size()];
        values.push_back(tamed(steps()[gene[0] % steps().size()](value, {other, gene[2], random})));
    }
    V total = 0.0;
    for (const V& value : values) {
        const Array<double> weights = random.uniform<double>(value.shape(), 0.5, 1.5);
        total = total + sum(value * weights) * (&value == &values.back() ? 1.0 : 0.1);
    }
    const Tape<double>* const tape = Tape<double>::current();
    for (std::size_t i = 0; ran && tape && i < tape->size(); ++i)
        if (tape->node(i).op) ran->emplace(tape->node(i).op->text().name);
    return total;
}

std::size_t op_count() { return steps().size(); }

std::string describe(const Program& program) {
    std::string out = text("seed ", program.seed, ", inputs");
    for (const Shape& shape : program.inputs) out += text(' ', shape);
    out += ", genes";
    for (const Gene& gene : program.genes) out += text(" {", gene[0], ", ", gene[1], ", ", gene[2], '}');
    Tape<double> tape;
    std::vector<V> leaves;
    for (const Array<double>& array : program.numbers()) leaves.push_back(leaf(array));
    try {
        program(leaves);
    } catch (const Error& error) { out += text("\nwhich throws ", error.what()); }
    out += "\nops:";
    for (std::size_t i = 0; i < tape.size(); ++i)
        if (tape.node(i).op) out += text(' ', tape.node(i).op->text().name);
    return out;
}

}  // namespace properties
