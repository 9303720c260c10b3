#include "sevenfold/nn/forward_pass.hpp"

#include <doctest/doctest.h>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/normalization.hpp"

using namespace sevenfold;
using Kind = ForwardPass::Kind;

namespace {

const Array<float> ones = Array<float>::ones({40});

struct Layer {
    Random random{7};
    Dropout<float> dropout{0.5, random};
    Array<float> operator()() { return dropout(ones).value(); }
};

}  // namespace

TEST_CASE("a repeated pass draws what the first one drew, as often as it is repeated") {
    Layer layer, plain;
    std::vector<Array<float>> masks;
    std::vector<ForwardPass::Stream> noted;
    {
        const ForwardPass first(Kind::first);
        masks = {layer(), layer()};
        noted = first.streams();
    }
    CHECK(masks[0] == plain());
    CHECK(masks[1] == plain());
    for (int i = 0; i < 2; ++i) {
        const ForwardPass again(Kind::repeat, noted);
        CHECK(layer() == masks[0]);
        CHECK(layer() == masks[1]);
    }
    CHECK(layer() == plain());  // repeating took nothing from the layer's own stream
}

TEST_CASE("parts of a batch draw from the streams given to them, also where their passes are repeated") {
    Layer layer, plain;
    const auto part = [&](std::uint64_t number) {
        return std::vector<ForwardPass::Stream>{{&layer.dropout.stream, Random(1, number)}};
    };
    std::vector<Array<float>> masks;
    for (const std::uint64_t number : {0u, 1u}) {
        const ForwardPass pass(Kind::part, part(number));
        CHECK(ForwardPass::is(Kind::part));
        std::vector<ForwardPass::Stream> noted;
        {
            const ForwardPass first(Kind::first);
            masks.push_back(layer());
            noted = first.streams();
        }
        const ForwardPass again(Kind::repeat, noted);
        CHECK(layer() == masks.back());
    }
    CHECK_FALSE(ForwardPass::is(Kind::part));
    CHECK_FALSE(masks[0] == masks[1]);
    CHECK(layer() == plain());
}

TEST_CASE("a part of a batch refuses streams that it does not know, and layers that need the whole batch") {
    Layer layer;
    BatchNorm1d<float> norm(3);
    const ForwardPass pass(Kind::part);
    CHECK_THROWS_WITH_AS(
        layer(),
        "[ForwardPass] a module that draws from a stream the model does not list: parts of a batch draw "
        "from streams of their own, found through members(). Name the Random in the module's members().",
        ValueError);
    CHECK_THROWS_WITH_AS(
        norm(Array<float>::ones({2, 3})),
        "[BatchNorm1d] a part of a batch, (2, 3): it needs mean and variance of the whole batch. Train "
        "without micro-batches, or normalise with LayerNorm.",
        ValueError);
    norm.eval();
    CHECK(norm(Array<float>::ones({2, 3})).shape() == Shape{2, 3});
}

TEST_CASE("a repeated pass does not count twice in running statistics") {
    BatchNorm1d<float> norm(2);
    const Array<float> x({2, 2}, {1, 2, 3, 4});
    const Array<float> y = norm(x).value(), mean = norm.running_mean;
    const ForwardPass again(Kind::repeat);
    CHECK(norm(x).value() == y);
    CHECK(norm.running_mean == mean);
}
