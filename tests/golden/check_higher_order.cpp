// Functions composed of ops, differentiated again and again.
#include <functional>
#include <map>

#include "golden.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace golden {
namespace {

json scalar(const json& number) { return json::parse(text("{\"shape\": [], \"data\": [", number.dump(), "]}")); }

template <class T>
using Function = Variable<T> (*)(const Variable<T>&);

template <class T>
const std::map<std::string, Function<T>>& formulas() {
    using V = Variable<T>;
    static const std::map<std::string, Function<T>> all = {
        {"sin(x)*exp(x)", [](const V& x) -> V { return sin(x) * exp(x); }},
        {"tanh(x)", [](const V& x) -> V { return tanh(x); }},
        {"sigmoid(x)", [](const V& x) -> V { return sigmoid(x); }},
        {"x*sigmoid(x)", [](const V& x) -> V { return x * sigmoid(x); }},
        {"log(1+x^2)", [](const V& x) -> V { return log(1 + pow(x, 2)); }},
        {"x^3*cos(x)", [](const V& x) -> V { return pow(x, 3) * cos(x); }},
        {"1/(1+x^2)", [](const V& x) -> V { return 1 / (1 + pow(x, 2)); }},
        {"exp(sin(x))", [](const V& x) -> V { return exp(sin(x)); }},
        {"sqrt(1+x^2)", [](const V& x) -> V { return sqrt(1 + pow(x, 2)); }},
        {"x^5", [](const V& x) -> V { return pow(x, 5); }},
    };
    return all;
}

template <class T>
Variable<T> rosenbrock(const Variable<T>& x) {
    const Variable<T> here = slice(x, {{{}, -1}}), next = slice(x, {{1}});
    const Variable<T> bend = next - here * here, far = 1 - here;
    return sum(100 * bend * bend + far * far);
}

template <class T>
Variable<T> fan_out(const Variable<T>& x) {
    const Variable<T> a = tanh(x), c = a * x + exp(-a);
    return sum(c * a) * mean(sin(x)) + matmul(c, a);
}

template <class T>
const std::map<std::string, Function<T>>& functions() {
    using V = Variable<T>;
    static const std::map<std::string, Function<T>> all = {
        {"rosenbrock", rosenbrock<T>},
        {"logsumexp_quartic", [](const V& x) -> V { return logsumexp(x) + 0.5 * pow(sum(x * x), 2); }},
        {"fan_out", fan_out<T>},
        {"softmax_entropy",
         [](const V& x) -> V {
             const V p = softmax(x);
             return -sum(p * log(p));
         }},
    };
    return all;
}

/// f, f', f'', .. at several points at once: the points do not mix, so the gradient of the sum is the derivative at each.
template <class T>
void check_scalar(const json& one, Report& report) {
    const auto f = formulas<T>().find(one.at("formula"));
    if (f == formulas<T>().end()) return report.unknown("formula " + one.at("formula").get<std::string>());
    Tape<T> tape;
    const Variable<T> x = leaf(read_array<T>(one.at("x")), "x");
    std::vector<Variable<T>> derivatives{f->second(x)};
    for (std::size_t k = 0; k < one.at("max_order").get<std::size_t>(); ++k)
        derivatives.push_back(grad(sum(derivatives.back()), x));
    report.compare("derivatives", stack(derivatives, 1).value(), one.at("derivatives"));
}

template <class T>
void check_vector(const json& one, Report& report) {
    const auto f = functions<T>().find(one.at("function"));
    if (f == functions<T>().end()) return report.unknown("function " + one.at("function").get<std::string>());
    Tape<T> tape;
    const Variable<T> x = leaf(read_array<T>(one.at("x")), "x"), v = read_array<T>(one.at("v"));
    const Variable<T> y = f->second(x), g = grad(y, x);
    report.compare("value", y.value(), scalar(one.at("value")));
    report.compare("grad", g.value(), one.at("grad"));
    std::vector<Variable<T>> rows;
    for (std::size_t i = 0; i < x.size(); ++i)
        rows.push_back(grad(index_select(g, 0, Indices({1}, {static_cast<std::int64_t>(i)})), x));
    report.compare("hessian", stack(rows).value(), one.at("hessian"));
    const Variable<T> hessian_v = grad(sum(g * v), x);
    report.compare("hessian_v", hessian_v.value(), one.at("hessian_v"));
    report.compare("third_vv", grad(sum(hessian_v * v), x).value(), one.at("third_vv"));
}

/// A loss that holds a gradient.
template <class T>
void check_gradient_penalty(const json& one, Report& report) {
    Tape<T> tape;
    std::vector<Variable<T>> leaves;
    for (const json& p : one.at("params")) leaves.push_back(leaf(read_array<T>(p), p.at("name").get<std::string>()));
    const Variable<T>&w1 = leaves[0], &b1 = leaves[1], &w2 = leaves[2], &b2 = leaves[3];
    const Variable<T> x = leaf(read_array<T>(one.at("x")), "x");
    const Variable<T> y = matmul(tanh(matmul(x, false, w1, true) + b1), false, w2, true) + b2;
    const Variable<T> slope = grad(sum(y), x);
    const Variable<T> loss = mean(y * y) + one.at("lambda").get<double>() * mean(sum(slope * slope, {1}));
    tape.backward(loss);
    report.compare("output", y.value(), one.at("output"));
    report.compare("input_grad", slope.value(), one.at("input_grad"));
    report.compare("loss", loss.value(), scalar(one.at("loss")));
    for (std::size_t k = 0; k < leaves.size(); ++k)
        report.compare("gradient of " + leaves[k].name(), leaves[k].grad(), one.at("param_grads").at(k));
    report.compare("x_grad", x.grad(), one.at("x_grad"));
}

template <class T>
void check(const json& one, Report& report) {
    const std::string kind = one.at("kind");
    if (kind == "scalar")
        check_scalar<T>(one, report);
    else if (kind == "vector")
        check_vector<T>(one, report);
    else if (kind == "gradient_penalty")
        check_gradient_penalty<T>(one, report);
    else
        report.unknown("kind " + kind);
}

}  // namespace

void check_higher_order(const json&, const json& one, Report& report) {
    check<double>(one, report);
    check<float>(one, report);
}

}  // namespace golden
