#include <doctest/doctest.h>

#include "../data/python.hpp"
#include "../data/scratch.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/normalization.hpp"
#include "sevenfold/nn/save.hpp"
#include "sevenfold/nn/sequential.hpp"

using namespace sevenfold;

namespace {

template <class T>
Sequential<T> small_model(std::uint64_t seed) {
    Random random(seed);
    return Sequential<T>(Mlp<T>({3, 4, 2}, Activation::relu, random), BatchNorm1d<T>(2));
}

}  // namespace

TEST_CASE("a model comes back from a file as it was, buffers included") {
    const Scratch scratch;
    auto model = small_model<float>(1), other = small_model<float>(2);
    model(Array<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
    for (const char* name : {"model.safetensors", "model.npz"}) {
        save(model, scratch / name);
        REQUIRE_FALSE(other.state() == model.state());
        load(other, scratch / name);
        CHECK(other.state() == model.state());
        other = small_model<float>(2);
    }
}

TEST_CASE("weights of floats load into a model of doubles, and back") {
    const Scratch scratch;
    auto narrow = small_model<float>(1), back = small_model<float>(3);
    auto wide = small_model<double>(2);
    for (const char* name : {"model.safetensors", "model.npz"}) {
        save(narrow, scratch / name);
        load(wide, scratch / name);
        CHECK(wide.parameters()[0].value() == narrow.parameters()[0].value().cast<double>());
        save(wide, scratch / name);
        load(back, scratch / name);
        CHECK(back.state() == narrow.state());
        back = small_model<float>(3);
    }
}

TEST_CASE("a file of another model is refused by name, and the model stays as it was") {
    const Scratch scratch;
    Random random(1);
    save(Mlp<float>({3, 5}, Activation::relu, random), scratch / "a.safetensors");
    Mlp<float> model({3, 4, 2}, Activation::relu, random);
    const State<float> before = model.state();
    CHECK_THROWS_WITH_AS(
        load(model, scratch / "a.safetensors"),
        ("[load] " + (scratch / "a.safetensors").string() +
         "; missing layers.1.weight, layers.1.bias; layers.0.weight is (5, 3), the model has (4, 3), "
         "layers.0.bias is (5,), the model has (4,): names and shapes must be the model's own. Build the "
         "model with the settings it was saved with.")
            .c_str(),
        ValueError);
    CHECK(model.state() == before);
}

TEST_CASE("NumPy reads and writes a model's .npz") {
    if (!python("import numpy")) {
        MESSAGE("skipped: python3 has no numpy");
        return;
    }
    const Scratch scratch;
    Random random(1);
    Linear<double> model(2, 2, random);
    model.weight.assign(Array<double>{{1, 2}, {3, 4}});
    model.bias->assign(Array<double>({2}, {0.5, -1}));
    save(model, scratch / "model.npz");
    CHECK(python(R"(
import numpy, sys
f = numpy.load(sys.argv[1])
assert sorted(f.files) == ['bias', 'weight'] and f['weight'].dtype == numpy.float64
assert (f['weight'] == [[1, 2], [3, 4]]).all() and (f['bias'] == [0.5, -1]).all()
numpy.savez(sys.argv[1], weight=-f['weight'], bias=f['bias'].astype(numpy.float32))
)",
                 scratch / "model.npz"));
    load(model, scratch / "model.npz");
    CHECK(model.weight.value() == Array<double>{{-1, -2}, {-3, -4}});
    CHECK(model.bias->value() == Array<double>({2}, {0.5, -1}));
}
