// Every op: value, gradients on both roads, and second derivatives.
#include <map>

#include "settings.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace golden {
namespace {

/// What an op is called with. Inputs of whole numbers are in `index`, all others in `x`, both under their position.
template <class T>
struct Call {
    std::vector<Variable<T>> x;
    std::vector<Indices> index;
    Settings attrs;

    Axes axes(const std::string& key) {  // null: all
        const json& axes = attrs.use(key);
        return axes.is_null() ? Axes{} : axes.get<Axes>();
    }
    std::optional<std::ptrdiff_t> axis() {
        const json& axis = attrs.use("axis");
        return axis.is_null() ? std::nullopt : std::optional(axis.get<std::ptrdiff_t>());
    }
    std::optional<double> bound(const std::string& key) {
        const json& v = attrs.use(key);
        return v.is_null() ? std::nullopt : std::optional(v.get<double>());
    }
    std::size_t size(const std::string& key, std::size_t i) { return attrs.use(key).at(i).get<std::size_t>(); }
    Reduction reduction() {
        const std::string name = attrs.use("reduction");
        if (name != "mean" && name != "sum" && name != "none") throw std::invalid_argument("reduction " + name);
        return name == "mean" ? Reduction::mean : name == "sum" ? Reduction::sum : Reduction::none;
    }
    /// For settings of which the library has one way only; `value` as JSON.
    void only(const std::string& key, const std::string& value) {
        if (attrs.use(key).dump() != value) throw std::invalid_argument(key + " = " + attrs.use(key).dump());
    }
};

template <class T>
Shape shape_of(Call<T>& c, const std::string& key = "shape") {
    return Shape(c.attrs.use(key).template get<std::vector<std::size_t>>());
}

template <class T>
Variable<T> slice_of(Call<T>& c) {
    const auto open = [](const json& v) { return v.is_null() ? std::nullopt : std::optional(v.get<std::ptrdiff_t>()); };
    const json &start = c.attrs.use("start"), &stop = c.attrs.use("stop"), &step = c.attrs.use("step");
    std::vector<Slice> slices;
    for (std::size_t i = 0; i < start.size(); ++i)
        slices.push_back({open(start[i]), open(stop[i]), step[i].get<std::ptrdiff_t>()});
    return slice(c.x[0], slices);
}

template <class T>
Variable<T> pad_of(Call<T>& c) {
    c.only("mode", "\"constant\"");
    std::vector<Pad> pads;
    for (const json& pad : c.attrs.use("pads")) pads.push_back({pad[0].get<std::size_t>(), pad[1].get<std::size_t>()});
    return pad(c.x[0], pads, c.attrs.number("value"));
}

template <class T>
Variable<T> gelu_of(Call<T>& c) {
    const std::string form = c.attrs.use("approximate");
    if (form != "none" && form != "tanh") throw std::invalid_argument("approximate " + form);
    return gelu(c.x[0], form == "none" ? Gelu::erf : Gelu::tanh);
}

template <class T>
Variable<T> conv2d_of(Call<T>& c) {
    c.only("dilation", "[1,1]");
    c.only("groups", "1");
    const Conv2dOptions options{c.size("stride", 0), c.size("stride", 1), c.size("padding", 0), c.size("padding", 1)};
    return conv2d(c.x[0], c.x[1], c.x.size() > 2 ? std::optional(c.x[2]) : std::nullopt, options);
}

template <class T>
PoolOptions pool_options(Call<T>& c) {
    return {c.size("kernel", 0), c.size("kernel", 1),  c.size("stride", 0),
            c.size("stride", 1), c.size("padding", 0), c.size("padding", 1)};
}

template <class T>
Variable<T> cross_entropy_of(Call<T>& c) {
    CrossEntropyOptions<T> options{c.attrs.number("label_smoothing"), {}, c.reduction()};
    if (c.x.size() > 2) options.sample_weight = c.x[2].value();
    return cross_entropy(c.x[0], c.index[1], options);
}

// clang-format off
template <class T>
const std::map<std::string, Variable<T> (*)(Call<T>&)>& table() {
    using C = Call<T>;
    using V = Variable<T>;
    static const std::map<std::string, V (*)(C&)> ops = {
        {"add", [](C& c) -> V { return c.x[0] + c.x[1]; }},
        {"sub", [](C& c) -> V { return c.x[0] - c.x[1]; }},
        {"mul", [](C& c) -> V { return c.x[0] * c.x[1]; }},
        {"div", [](C& c) -> V { return c.x[0] / c.x[1]; }},
        {"pow", [](C& c) -> V { return pow(c.x[0], c.x[1]); }},
        {"maximum", [](C& c) -> V { return maximum(c.x[0], c.x[1]); }},
        {"minimum", [](C& c) -> V { return minimum(c.x[0], c.x[1]); }},
        {"where", [](C& c) -> V { return where(c.x[0], c.x[1], c.x[2]); }},
        {"pow_scalar", [](C& c) -> V { return pow(c.x[0], c.attrs.number("exponent")); }},
        {"neg", [](C& c) -> V { return -c.x[0]; }},
        {"exp", [](C& c) -> V { return exp(c.x[0]); }},
        {"log", [](C& c) -> V { return log(c.x[0]); }},
        {"sqrt", [](C& c) -> V { return sqrt(c.x[0]); }},
        {"abs", [](C& c) -> V { return abs(c.x[0]); }},
        {"sin", [](C& c) -> V { return sin(c.x[0]); }},
        {"cos", [](C& c) -> V { return cos(c.x[0]); }},
        {"tanh", [](C& c) -> V { return tanh(c.x[0]); }},
        {"sigmoid", [](C& c) -> V { return sigmoid(c.x[0]); }},
        {"relu", [](C& c) -> V { return relu(c.x[0]); }},
        {"silu", [](C& c) -> V { return silu(c.x[0]); }},
        {"leaky_relu", [](C& c) -> V { return leaky_relu(c.x[0], c.attrs.number("negative_slope")); }},
        {"gelu", gelu_of<T>},
        {"softplus", [](C& c) -> V { return softplus(c.x[0], c.attrs.number("beta")); }},
        {"clamp", [](C& c) -> V { return clamp(c.x[0], c.bound("min"), c.bound("max")); }},

        {"sum", [](C& c) -> V { return sum(c.x[0], c.axes("axes"), c.attrs.flag("keepdims")); }},
        {"mean", [](C& c) -> V { return mean(c.x[0], c.axes("axes"), c.attrs.flag("keepdims")); }},
        {"var", [](C& c) -> V { return var(c.x[0], c.axes("axes"), c.attrs.flag("keepdims"), c.attrs.flag("unbiased")); }},
        {"max", [](C& c) -> V { return max(c.x[0], c.axis(), c.attrs.flag("keepdims")); }},
        {"min", [](C& c) -> V { return min(c.x[0], c.axis(), c.attrs.flag("keepdims")); }},
        {"logsumexp", [](C& c) -> V { return logsumexp(c.x[0], c.axes("axes"), c.attrs.flag("keepdims")); }},
        {"softmax", [](C& c) -> V { return softmax(c.x[0], c.axis().value()); }},
        {"log_softmax", [](C& c) -> V { return log_softmax(c.x[0], c.axis().value()); }},

        {"permute", [](C& c) -> V { return permute(c.x[0], c.axes("axes")); }},
        {"swapaxes", [](C& c) -> V { return swapaxes(c.x[0], c.attrs.use("axis0").template get<std::ptrdiff_t>(), c.attrs.use("axis1").template get<std::ptrdiff_t>()); }},
        {"reshape", [](C& c) -> V { return reshape(c.x[0], c.attrs.use("shape").template get<std::vector<std::ptrdiff_t>>()); }},
        {"broadcast_to", [](C& c) -> V { return broadcast_to(c.x[0], shape_of(c)); }},
        {"concat", [](C& c) -> V { return concat(c.x, c.axis().value()); }},
        {"stack", [](C& c) -> V { return stack(c.x, c.axis().value()); }},
        {"slice", slice_of<T>},
        {"flip", [](C& c) -> V { return flip(c.x[0], c.axes("axes")); }},
        {"pad", pad_of<T>},

        {"index_select", [](C& c) -> V { return index_select(c.x[0], c.axis().value(), c.index[1]); }},
        {"gather", [](C& c) -> V { return gather(c.x[0], c.axis().value(), c.index[1]); }},
        {"embedding", [](C& c) -> V { return embedding(c.x[0], c.index[1]); }},

        {"matmul", [](C& c) -> V { return matmul(c.x[0], c.x[1]); }},
        {"einsum", [](C& c) -> V { return einsum(c.attrs.use("equation").template get<std::string>(), c.x); }},

        {"conv2d", conv2d_of<T>},
        {"max_pool2d", [](C& c) -> V { return max_pool2d(c.x[0], pool_options(c)); }},
        {"avg_pool2d", [](C& c) -> V { c.only("count_include_pad", "true"); return avg_pool2d(c.x[0], pool_options(c)); }},
        {"layer_norm", [](C& c) -> V { if (shape_of(c, "normalized_shape") != c.x[1].shape()) throw std::invalid_argument("normalized_shape"); return layer_norm(c.x[0], c.x[1], c.x[2], c.attrs.number("eps")); }},
        {"batch_norm", [](C& c) -> V { c.only("training", "true"); return batch_norm(c.x[0], c.x[1], c.x[2], c.attrs.number("eps")); }},

        {"mse", [](C& c) -> V { return mse(c.x[0], c.x[1], c.reduction()); }},
        {"l1", [](C& c) -> V { return l1(c.x[0], c.x[1], c.reduction()); }},
        {"huber", [](C& c) -> V { return huber(c.x[0], c.x[1], c.attrs.number("delta"), c.reduction()); }},
        {"bce_with_logits", [](C& c) -> V { return bce_with_logits(c.x[0], c.x[1], c.reduction()); }},
        {"cross_entropy", cross_entropy_of<T>},
    };
    return ops;
}
// clang-format on

/// The statistics that batch_norm's running averages are made of, after one step from (0, 1).
template <class T>
void check_running(Call<T>& c, const json& extra, Report& report) {
    Axes all_but_channel{0};
    for (std::size_t i = 2; i < c.x[0].rank(); ++i) all_but_channel.push_back(static_cast<std::ptrdiff_t>(i));
    const double momentum = c.attrs.number("momentum");
    const Variable<T> m = momentum * mean(c.x[0], all_but_channel);
    const Variable<T> v = (1 - momentum) + momentum * var(c.x[0], all_but_channel, false, true);
    report.compare("running_mean", m.value(), extra.at("running_mean"));
    report.compare("running_var", v.value(), extra.at("running_var"));
}

template <class T>
void check(const json& one, Report& report) {
    const auto op = table<T>().find(one.at("op"));
    if (op == table<T>().end()) return report.unknown("op " + one.at("op").get<std::string>());

    Tape<T> tape;
    Call<T> call{{}, {}, Settings(one.at("attrs"))};
    std::vector<Variable<T>> leaves;  // of the inputs that are differentiated
    std::vector<std::size_t> places;
    for (const json& input : one.at("inputs")) {
        const bool whole = input.value("dtype", "") == "int64";
        call.index.push_back(whole ? read_indices(input) : Indices());
        Variable<T> x = whole ? Variable<T>() : Variable<T>(read_array<T>(input));
        if (input.at("differentiable")) {
            x = leaf(x.value(), input.at("name").get<std::string>());
            leaves.push_back(x);
            places.push_back(call.x.size());
        }
        call.x.push_back(input.contains("permute") ? permute(x, input.at("permute").get<Axes>()) : x);
    }

    const Variable<T> y = op->second(call);
    report.compare("output", y.value(), one.at("output"));
    if (one.contains("extra")) {
        const json& extra = one.at("extra");
        for (const auto& [key, value] : extra.items())
            if (key != "running_mean" && key != "running_var") report.unknown("extra " + key);
        check_running(call, extra, report);
    }
    call.attrs.report_unused(report);

    const Variable<T> upstream = leaf(read_array<T>(one.at("upstream")), "upstream");
    tape.backward_from(y, upstream.value());
    const std::vector<Variable<T>> grads = grad(y, leaves, upstream);
    for (std::size_t k = 0; k < leaves.size(); ++k) {
        const json& want = one.at("grads").at(places[k]);
        report.compare(text("gradient ", places[k]),
                       leaves[k].has_grad() ? leaves[k].grad() : Array<T>::zeros(leaves[k].shape()), want);
        report.compare(text("functional gradient ", places[k]), grads[k].value(), want);
    }
    for (std::size_t i = 0; i < call.x.size(); ++i)
        report.expect(one.at("grads").at(i).is_null() != one.at("inputs").at(i).at("differentiable").get<bool>(),
                      text("input ", i, " has a gradient and is not differentiable, or the other way round"));
    if (!one.contains("second")) return;

    const json& second = one.at("second");
    Variable<T> s = 0;
    for (std::size_t k = 0; k < leaves.size(); ++k)
        s += sum(grads[k] * Variable<T>(read_array<T>(second.at("v").at(places[k]))));
    std::vector<Variable<T>> with = leaves;
    with.push_back(upstream);
    const std::vector<Variable<T>> d = grad(s, with);
    for (std::size_t k = 0; k < leaves.size(); ++k)
        report.compare(text("second derivative, input ", places[k]), d[k].value(), second.at("d_inputs").at(places[k]));
    report.compare("second derivative, upstream", d.back().value(), second.at("d_upstream"));
}

}  // namespace

void check_ops(const json&, const json& one, Report& report) {
    check<double>(one, report);
    check<float>(one, report);
}

}  // namespace golden
