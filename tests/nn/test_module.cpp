#include <doctest/doctest.h>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/sequential.hpp"
#include "sevenfold/nn/summary.hpp"

using namespace sevenfold;

namespace {

// A module as a user would write it.
class Affine : public Module<double> {
  public:
    explicit Affine(std::size_t width)
        : factor(Array<double>::full({width}, 2)), offset(Array<double>::ones({width})) {}
    Variable<double> forward(const Variable<double>& x) override {
        calls = (Variable<double>(calls) + 1.0).value();
        return x * factor + offset;
    }
    Members<double> members() override { return {{"factor", factor}, {"offset", offset}, {"calls", calls}}; }
    std::string describe() const override { return "Affine"; }

    Parameter<double> factor, offset;
    Array<double> calls = 0.0;
};

// A module with modules inside.
class Twice : public Module<double> {
  public:
    Twice() : inner{Affine(3), Affine(3)} {}
    Variable<double> forward(const Variable<double>& x) override { return inner[1](inner[0](x)); }
    Members<double> members() override { return {{"inner.0", inner[0]}, {"inner.1", inner[1]}}; }
    std::string describe() const override { return "Twice"; }

    std::vector<Affine> inner;
};

}  // namespace

TEST_CASE("parameters are named by their path, and the leaves take these names") {
    Twice model;
    std::vector<std::string> names;
    for (const auto& [name, parameter] : model.named_parameters()) {
        names.push_back(name);
        CHECK(parameter.name() == name);
    }
    CHECK(names == std::vector<std::string>{"inner.0.factor", "inner.0.offset", "inner.1.factor", "inner.1.offset"});
    CHECK(model.parameters().size() == 4);
    CHECK(model.parameter_count() == 12);
}

TEST_CASE("parameters are handles of the module's own leaves") {
    Affine model(2);
    Tape<double> tape;
    tape.backward(sum(model(Array<double>({2}, {3, 4}))));
    const auto parameters = model.parameters();
    CHECK(parameters[0].same_as(model.factor));
    CHECK(parameters[0].grad() == Array<double>({2}, {3, 4}));
    model.zero_grad();
    CHECK_FALSE(model.factor.has_grad());
}

TEST_CASE("a copy of a module shares nothing with it") {
    Twice model;
    model.inner[0].offset.set_trainable(false);
    Twice copy = model;
    CHECK_FALSE(copy.inner[0].factor.same_as(model.inner[0].factor));
    CHECK_FALSE(copy.inner[0].offset.trainable());
    copy.inner[0].factor.assign(Array<double>({3}, {7, 7, 7}));
    CHECK(model.inner[0].factor.value() == Array<double>({3}, {2, 2, 2}));

    Sequential<double> chain(Affine(3), Activate<double>(Activation::relu));
    Sequential<double> twin = chain;
    twin.parameters()[0].assign(Array<double>({3}, {7, 7, 7}));
    CHECK(chain.parameters()[0].value() == Array<double>({3}, {2, 2, 2}));
}

TEST_CASE("assigning a module writes into the leaves that are there, so that handles of them stay good") {
    Affine model(2), best(2);
    const Variable<double> handle = model.factor;
    best.factor.assign(Array<double>({2}, {5, 6}));
    model = best;
    CHECK(handle.value() == Array<double>({2}, {5, 6}));
    CHECK(handle.same_as(model.factor));
    best.factor.assign(Array<double>({2}, {0, 0}));
    CHECK(model.factor.value() == Array<double>({2}, {5, 6}));

    model = Affine(4);  // another shape: another leaf
    CHECK(model.factor.size() == 4);
}

TEST_CASE("a moved module keeps its leaves") {
    Affine model(2);
    const Variable<double> handle = model.factor;
    const Affine moved = std::move(model);
    CHECK(handle.same_as(moved.factor));
}

TEST_CASE("train and eval reach the modules inside") {
    Random random(1);
    Sequential<double> chain(Sequential<double>(Dropout<double>(0.5, random)), Affine(3));
    CHECK(chain[0].training());
    chain.eval();
    CHECK_FALSE(chain.training());
    CHECK_FALSE(chain[0].training());
    CHECK_FALSE(dynamic_cast<Sequential<double>&>(chain[0])[0].training());
    chain.train();
    CHECK(dynamic_cast<Sequential<double>&>(chain[0])[0].training());
}

TEST_CASE("frozen parameters get no gradient, and thaw") {
    Affine model(2);
    model.freeze();
    {
        auto x = leaf(Array<double>({2}, {3, 4}));
        Tape<double> tape;
        tape.backward(sum(model(x)));
        CHECK(x.grad() == Array<double>({2}, {2, 2}));
        CHECK_FALSE(model.factor.has_grad());
    }
    model.freeze(false);
    Tape<double> tape;
    tape.backward(sum(model(Array<double>({2}, {3, 4}))));
    CHECK(model.factor.has_grad());
}

TEST_CASE("state holds parameters and buffers, and loads back") {
    Twice model, other;
    model.inner[1].offset.assign(Array<double>({3}, {1, 2, 3}));
    model(Array<double>::ones({3}));
    const State<double> state = model.state();
    REQUIRE(state.size() == 6);
    CHECK(state[2].first == "inner.0.calls");
    other.load_state(state);
    CHECK(other.inner[1].offset.value() == Array<double>({3}, {1, 2, 3}));
    CHECK(other.inner[0].calls.item() == 1);
    other.inner[1].offset.assign(Array<double>::zeros({3}));  // state is a copy
    CHECK(state[4].second == Array<double>({3}, {1, 2, 3}));
}

TEST_CASE("a state that does not fit says how, and changes nothing") {
    Affine model(2);
    State<double> state = Affine(2).state();
    state[0].first = "factr";
    state[1].second = Array<double>::zeros({3});
    state.push_back(state[1]);
    CHECK_THROWS_WITH_AS(
        model.load_state(state, "x.npz"),
        "[load] x.npz; missing factor; unknown to the model factr; given twice offset; offset is (3,), the model has "
        "(2,): names and shapes must be the model's own. Build the model with the settings it was saved with.",
        ValueError);
    CHECK(model.factor.value() == Array<double>({2}, {2, 2}));
}

TEST_CASE("random streams are found by path, and continue where they were") {
    Random random(1);
    Sequential<double> model(Affine(50), Dropout<double>(0.5, random));
    const auto streams = model.random_streams();
    REQUIRE(streams.size() == 1);
    CHECK(streams[0].first == "1.random");
    const std::string before = streams[0].second->state();
    const Array<double> x = Array<double>::ones({50});
    const Array<double> first = model(x).value();
    CHECK_FALSE(model(x).value() == first);
    streams[0].second->restore(before);
    CHECK(model(x).value() == first);
}

TEST_CASE("a sequential counts from zero and says when it ends") {
    Sequential<double> model(Affine(3), Affine(3));
    CHECK(model.size() == 2);
    CHECK(model(Array<double>({3}, {0, 1, 2})).value() == Array<double>({3}, {3, 7, 11}));
    CHECK_THROWS_WITH_AS(model[2], "[Sequential] module 2: it has 2, counted from 0.", IndexError);
}

TEST_CASE("activations are known by name") {
    CHECK(activation_named("gelu_tanh") == Activation::gelu_tanh);
    for (int i = 0; i < 9; ++i)
        CHECK(activation_named(name_of(static_cast<Activation>(i))) == static_cast<Activation>(i));
    CHECK_THROWS_WITH_AS(activation_named("Relu"),
                         "[activation] \"Relu\": the names are identity, relu, leaky_relu, tanh, sigmoid, gelu, "
                         "gelu_tanh, silu, softplus.",
                         ValueError);
    const Variable<double> x = Array<double>({3}, {-1, 0, 2});
    CHECK(activate(x, Activation::relu).value() == relu(x).value());
    CHECK(activate(x, Activation::silu).value() == silu(x).value());
    CHECK(activate(x, Activation::identity).value() == x.value());
}

TEST_CASE("the summary shows every module's shape and own parameters, and leaves modes and streams alone") {
    Random random(1);
    Sequential<double> model(Affine(3), Dropout<double>(0.5, random), Twice());
    model[2].freeze();
    model[0].eval();
    const std::string before = model.random_streams()[0].second->state();
    CHECK(summary(model, {5, 3}) ==
          "Layer                Output shape  Parameters\n"
          "---------------------------------------------\n"
          "Sequential           (5, 3)\n"
          "  0  Affine          (5, 3)                 6\n"
          "  1  Dropout(0.5)    (5, 3)\n"
          "  2  Twice           (5, 3)\n"
          "    inner.0  Affine  (5, 3)                 6\n"
          "    inner.1  Affine  (5, 3)                 6\n"
          "---------------------------------------------\n"
          "Input (5, 3), 18 parameters, 6 of them trained\n");
    CHECK(model.training());
    CHECK_FALSE(model[0].training());
    CHECK(model[1].training());
    CHECK(model.random_streams()[0].second->state() == before);
}

TEST_CASE("on a tape that keeps values, steps are marked with the names of the modules that recorded them") {
    Random random(1);
    Mlp<double> model({3, 4, 2}, Activation::tanh, random);
    const Array<double> x = random.normal<double>({2, 3});
    Tape<double> tape;
    tape.keep_values();
    const auto y = model(x);
    std::vector<std::string> names;
    for (const TapeScope& scope : tape.scopes())
        names.push_back(text(scope.name, ' ', scope.first, ' ', scope.last, ' ', scope.parent));
    CHECK(names == std::vector<std::string>{"Mlp(tanh) 0 6 -1", "layers.0 0 3 0", "layers.1 3 6 0"});
    CHECK(y.is_recorded());
}
