// layers.json: outputs, loss and every gradient of each layer, from stored weights and inputs.
#include <set>

#include "golden.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/vit.hpp"

namespace golden {
namespace {

// Settings of a case by name. What the case has and nobody asked for is a failure.
class Settings {
  public:
    explicit Settings(const json& one) : config_(one.at("config")) {}
    template <class V>
    V get(const std::string& key) {
        asked_.insert(key);
        return config_.at(key).get<V>();
    }
    std::size_t size(const std::string& key) { return get<std::size_t>(key); }
    void finish(Report& report) const {
        for (const auto& [key, value] : config_.items())
            if (!asked_.contains(key)) report.unknown("config " + key);
    }

  private:
    const json& config_;
    std::set<std::string> asked_;
};

// The named arrays of a list such as "params".
class Arrays {
  public:
    Arrays(const json& one, const std::string& list) : one_(one), list_(list) {}
    bool contains(const std::string& name) { return find(name) != nullptr; }
    const json& operator()(const std::string& name) {
        const json* array = find(name);
        if (!array) throw std::out_of_range(list_ + " has no " + name);
        asked_.insert(name);
        return *array;
    }
    void finish(Report& report) const {
        for (const json& array : one_.at(list_))
            if (!asked_.contains(array.at("name").get<std::string>()))
                report.unknown(list_ + ' ' + array.at("name").get<std::string>());
    }

  private:
    const json* find(const std::string& name) const {
        for (const json& array : one_.at(list_))
            if (array.at("name") == name) return &array;
        return nullptr;
    }
    const json& one_;
    std::string list_;
    std::set<std::string> asked_;
};

// Parameters that take their values from a case, and whose gradients are compared with it. Where the reference has
// several arrays for what is one here, they are its rows, one after the other.
template <class T>
class Bound {
  public:
    void bind(Parameter<T>& parameter, std::vector<std::string> names, Arrays& values) {
        std::vector<T> rows;
        for (const std::string& name : names) {
            const Array<T> part = read_array<T>(values(name));
            rows.insert(rows.end(), part.begin(), part.end());
        }
        parameter.assign(Array<T>(parameter.shape(), rows));
        bound_.push_back({parameter, std::move(names)});
    }
    void compare_gradients(Arrays& wanted, Report& report) const {
        for (const auto& [parameter, names] : bound_) {
            const std::size_t rows = parameter.shape(0) / names.size();
            for (std::size_t i = 0; i < names.size(); ++i)
                report.compare("gradient of " + names[i], parameter.grad().rows(i * rows, (i + 1) * rows),
                               wanted(names[i]));
        }
    }

    void linear(Linear<T>& layer, const std::string& at, Arrays& values) {
        bind(layer.weight, {at + "weight"}, values);
        if (layer.bias) bind(*layer.bias, {at + "bias"}, values);
    }
    template <class Norm>
    void norm(Norm& layer, const std::string& at, Arrays& values) {
        bind(layer.gamma, {at + "gamma"}, values);
        bind(layer.beta, {at + "beta"}, values);
    }
    void attention(MultiHeadAttention<T>& layer, const std::string& at, Arrays& values) {
        bind(layer.qkv.weight, {at + "q.weight", at + "k.weight", at + "v.weight"}, values);
        bind(*layer.qkv.bias, {at + "q.bias", at + "k.bias", at + "v.bias"}, values);
        linear(layer.o, at + "o.", values);
    }
    void encoder_layer(TransformerEncoderLayer<T>& layer, const std::string& at, Arrays& values) {
        attention(layer.attention, at + "attn.", values);
        norm(layer.norm1, at + "norm1.", values);
        linear(layer.ff1, at + "ff1.", values);
        linear(layer.ff2, at + "ff2.", values);
        norm(layer.norm2, at + "norm2.", values);
    }

  private:
    std::vector<std::pair<Variable<T>, std::vector<std::string>>> bound_;
};

TransformerLayerConfig layer_config(Settings& settings) {
    return {.width = settings.size("dim"),
            .heads = settings.size("heads"),
            .hidden = settings.size("mlp_dim"),
            .activation = activation_named(settings.get<std::string>("activation")),
            .norm_first = settings.get<bool>("norm_first"),
            .epsilon = settings.get<double>("eps")};
}

template <class T>
Variable<T> loss_of(const json& spec, const Variable<T>& output, Arrays& inputs, Report& report) {
    const std::string kind = spec.at("kind");
    if (kind == "dot") return sum(output * Variable<T>(read_array<T>(spec.at("upstream"))));
    report.expect(spec.at("reduction") == "mean", "a reduction other than mean");
    if (kind == "cross_entropy") return cross_entropy(output, read_indices(inputs("target")));
    if (kind == "mse") return mse(output, Variable<T>(read_array<T>(inputs("target"))));
    throw std::out_of_range("loss " + kind);
}

// Everything but batch normalization: one input, one pass, outputs by name.
template <class T>
void check_pass(const json& one, Report& report) {
    const std::string kind = one.at("kind");
    Settings settings(one);
    Arrays values(one, "params"), gradients(one, "param_grads");
    Arrays inputs(one, "inputs"), input_gradients(one, "input_grads"), outputs(one, "outputs");
    Bound<T> bound;
    Random random(1);  // every parameter is overwritten

    const std::string input_name = kind == "vit" ? "image" : "x";
    const Variable<T> x = leaf(read_array<T>(inputs(input_name)), input_name);
    PaddingMask padding;
    if (inputs.contains("key_padding_mask")) padding = read_array<float>(inputs("key_padding_mask"));

    Tape<T> tape;
    Variable<T> output;
    const auto compare = [&](const std::string& name, const Variable<T>& got) {
        report.compare(name, got.value(), outputs(name));
    };
    if (kind == "linear") {
        Linear<T> model(settings.size("in"), settings.size("out"), random, settings.get<bool>("bias"));
        bound.linear(model, "", values);
        output = model(x);
    } else if (kind == "mlp") {
        Mlp<T> model(settings.get<std::vector<std::size_t>>("sizes"),
                     activation_named(settings.get<std::string>("activation")), random);
        for (std::size_t i = 0; i < model.layers.size(); ++i)
            bound.linear(model.layers[i], text("layer", i, '.'), values);
        const std::vector<Variable<T>> layers = model.each_layer(x);
        for (std::size_t i = 0; i + 1 < layers.size(); ++i) compare(text("hidden", i), layers[i]);
        output = layers.back();
    } else if (kind == "layer_norm") {
        LayerNorm<T> model(settings.size("features"), settings.get<double>("eps"));
        bound.norm(model, "", values);
        output = model(x);
    } else if (kind == "multihead_attention") {
        MultiHeadAttention<T> model(settings.size("dim"), settings.size("heads"), random, settings.get<bool>("causal"));
        report.expect(settings.get<bool>("key_padding") == padding.has_value(),
                      "key_padding without a mask, or the reverse");
        bound.attention(model, "", values);
        compare("weights", model.weights(x, padding));
        output = model(x, padding);
    } else if (kind == "transformer_encoder_layer") {
        TransformerLayerConfig config = layer_config(settings);
        config.causal = settings.get<bool>("causal");
        TransformerEncoderLayer<T> model(config, random);
        bound.encoder_layer(model, "", values);
        compare("weights", model.attention_weights(x));
        output = model(x);
    } else if (kind == "vit") {
        const std::size_t side = settings.size("patch"), channels = settings.size("channels");
        report.expect(x.shape() == Shape{x.shape(0), channels, settings.size("height"), settings.size("width")},
                      "image size");
        const VitConfig config{.patches = settings.size("tokens"),
                               .patch_size = channels * side * side,
                               .classes = settings.size("classes"),
                               .blocks = settings.size("blocks"),
                               .layer = layer_config(settings)};
        Vit<T> model(config, random);
        bound.linear(model.tokens, "patch.", values);
        bound.bind(model.class_token, {"cls"}, values);
        bound.bind(model.positions, {"pos"}, values);
        for (std::size_t i = 0; i < config.blocks; ++i)
            bound.encoder_layer(model.blocks[i], text("block", i, '.'), values);
        bound.norm(model.norm, "norm.", values);
        bound.linear(model.head, "head.", values);
        const Variable<T> cut = patches(x, side);
        compare("tokens", model.tokens(cut));
        compare("embedded", model.embed(cut));
        const Shape one_each{x.shape(0), config.layer.width};
        compare("encoded_cls", reshape(slice(model.encode(cut), {{}, {0, 1}}), one_each));
        output = model(cut);
    } else {
        return report.unknown("kind " + kind);
    }
    compare("output", output);

    const Variable<T> loss = loss_of(one.at("loss_spec"), output, inputs, report);
    report.compare("loss", loss.value(), {{"shape", json::array()}, {"data", {one.at("loss")}}});
    tape.backward(loss);
    bound.compare_gradients(gradients, report);
    report.compare("gradient of " + input_name, x.grad(), input_gradients(input_name));

    settings.finish(report);
    for (const Arrays& list : {values, gradients, inputs, input_gradients, outputs}) list.finish(report);
}

// One training or evaluation step of batch normalization with its gradients: x, output, upstream, param_grads, input_grad.
template <class T>
void check_batch_norm_step(BatchNorm1d<T>& model, const std::string& when, const json& step, Report& report) {
    const Variable<T> x = leaf(read_array<T>(step.at("x")), "x");
    Arrays gradients(step, "param_grads");
    model.zero_grad();
    Tape<T> tape;
    const Variable<T> output = model(x);
    report.compare(when + " output", output.value(), step.at("output"));
    tape.backward_from(output, read_array<T>(step.at("upstream")));
    report.compare(when + " gradient of gamma", model.gamma.grad(), gradients("gamma"));
    report.compare(when + " gradient of beta", model.beta.grad(), gradients("beta"));
    report.compare(when + " gradient of x", x.grad(), step.at("input_grad"));
    gradients.finish(report);
}

template <class T>
void check_batch_norm(const json& one, Report& report) {
    Settings settings(one);
    Arrays values(one, "params");
    BatchNorm1d<T> model(settings.size("features"), settings.get<double>("eps"), settings.get<double>("momentum"));
    Bound<T>().norm(model, "", values);
    const json& batches = one.at("train_batches");
    report.expect(batches.size() == settings.size("steps"), "as many batches as steps");
    for (std::size_t i = 0; i < batches.size(); ++i) {
        const BatchNorm1d<T> before = model;
        report.compare(text("output ", i), model(read_array<T>(batches[i])).value(), one.at("train_outputs")[i]);
        report.compare(text("running_mean ", i), model.running_mean, one.at("running_mean")[i]);
        report.compare(text("running_var ", i), model.running_var, one.at("running_var")[i]);
        if (i + 1 == batches.size()) {  // the last batch once more, for its gradients
            BatchNorm1d<T> again = before;
            json step = one.at("last_step");
            step["x"] = batches[i];
            step["output"] = one.at("train_outputs")[i];
            check_batch_norm_step(again, "last step", step, report);
        }
    }
    model.eval();
    check_batch_norm_step(model, "eval", one.at("eval"), report);
    settings.finish(report);
    values.finish(report);
}

}  // namespace

void check_layers(const json&, const json& one, Report& report) {
    if (one.at("kind") == "batch_norm1d") {
        check_batch_norm<double>(one, report);
        check_batch_norm<float>(one, report);
    } else {
        check_pass<double>(one, report);
        check_pass<float>(one, report);
    }
}

}  // namespace golden
