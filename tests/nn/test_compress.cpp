#include <doctest/doctest.h>

#include <cmath>

#include "sevenfold/autograd/linalg.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/loader.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/compress.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/evaluate.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

double distance(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(a.data()[i] - b.data()[i], 2);
    return std::sqrt(sum);
}

}  // namespace

TEST_CASE("two thin layers compute what the layer computes with its nearest weight of that rank") {
    Random random(1);
    for (const bool with_bias : {true, false}) {
        Linear<double> layer(7, 5, random, with_bias);
        const Array<double> x = random.normal<double>({4, 7});
        const auto all = compressions(layer);
        REQUIRE(all.size() == 5);
        for (const Compression& one : all) {
            auto thin = compressed(layer, one.rank);
            Linear<double> nearest = layer;
            nearest.weight.assign(svd(layer.weight.value()).approximation(one.rank));
            CHECK(distance(thin(x).value(), nearest(x).value()) < 1e-12);
            CHECK(one.error == Approx(distance(nearest.weight.value(), layer.weight.value())).epsilon(1e-9));
            CHECK(one.parameters == thin.parameter_count());
            CHECK(one.before == layer.parameter_count());
        }
        CHECK(distance(compressed(layer, 5)(x).value(), layer(x).value()) < 1e-12);
        CHECK(all[4].relative_error < 1e-12);
        CHECK(all[0].relative_error > all[1].relative_error);
    }
}

TEST_CASE("a trained network keeps most of its accuracy with far fewer numbers, and all of it at full rank") {
    auto split = every_fifth(digits().flattened());
    Random random(1);
    Mlp model({64, 64, 10}, Activation::relu, random);
    Adam optimizer(model.parameters(), {.lr = 3e-3});
    for (std::size_t epoch = 0; epoch < 8; ++epoch)
        for (const auto& batch : Loader(split.train, {.batch_size = 32}).epoch(epoch)) {
            Tape tape;
            auto loss = cross_entropy(model(batch.features), batch.labels);
            optimizer.zero_grad();
            tape.backward(loss);
            optimizer.step();
        }
    const auto right = [&](Module<float>& m) { return *evaluate(m, split.test).accuracy; };
    auto whole = compressed(model, 64), third = compressed(model, 16), one = compressed(model, 1);
    CHECK(right(model) > 0.93);
    CHECK(right(whole) == right(model));  // no layer gets smaller: all are copied
    CHECK(third.parameter_count() < 0.6 * static_cast<double>(model.parameter_count()));
    CHECK(right(third) > 0.88);
    CHECK(right(one) < right(third));
}

TEST_CASE("an image of a digit needs few of its singular values") {
    const Array<float> image = digits().features.row(0);
    const Svd<float> parts = svd(image);
    CHECK(parts.energy(3) > 0.95);
    CHECK(distance(parts.approximation(3).cast<double>(), image.cast<double>()) ==
          Approx(parts.error(3)).epsilon(1e-3));
}

TEST_CASE("ranks that a layer does not have are refused") {
    Random random(1);
    const Linear<double> layer(7, 5, random);
    CHECK_THROWS_WITH_AS(compressed(layer, 0), "[compressed] rank 0 of Linear(7, 5): ranks run from 1 to 5.",
                         ValueError);
    CHECK_THROWS_AS(compressed(layer, 6), ValueError);
    CHECK_THROWS_AS(compressed(Mlp<double>({3, 4, 2}, Activation::relu, random), 0), ValueError);
}
