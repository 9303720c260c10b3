#include <doctest/doctest.h>

#include <cmath>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/summary.hpp"
#include "sevenfold/nn/vit.hpp"

using namespace sevenfold;

namespace {

double largest_difference(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a.data()[i] - b.data()[i]));
    return largest;
}

// x (N, T, D) with everything at position t replaced.
Array<double> with_noise_at(Array<double> x, std::size_t t, Random& random) {
    for (std::size_t n = 0; n < x.shape(0); ++n)
        for (std::size_t d = 0; d < x.shape(2); ++d) x(n, t, d) = random.normal();
    return x;
}

Array<double> at(const Array<double>& x, std::size_t t) {
    Array<double> out(Shape{x.shape(0), x.shape(2)});
    for (std::size_t n = 0; n < x.shape(0); ++n)
        for (std::size_t d = 0; d < x.shape(2); ++d) out(n, d) = x(n, t, d);
    return out;
}

}  // namespace

TEST_CASE("heads must divide the width") {
    Random random(1);
    CHECK_THROWS_WITH_AS(
        MultiHeadAttention(10, 3, random),
        "[MultiHeadAttention] width 10 and 3 heads: heads cut the width into equal parts, so they must "
        "divide it. Heads that do: 1, 2, 5, 10.",
        ValueError);
}

TEST_CASE("attention weights are shares: every row sums to one") {
    Random random(1);
    MultiHeadAttention<double> model(8, 2, random);
    const Array<double> w = model.weights(random.normal<double>({3, 5, 8})).value();
    REQUIRE(w.shape() == Shape{3, 2, 5, 5});
    for (std::size_t row = 0; row < w.size() / 5; ++row) {
        double total = 0;
        for (std::size_t j = 0; j < 5; ++j) total += w.data()[row * 5 + j];
        CHECK(total == doctest::Approx(1));
    }
}

TEST_CASE("causal attention at a position does not depend on what comes after it") {
    Random random(1);
    MultiHeadAttention<double> model(8, 2, random, true);
    const Array<double> x = random.normal<double>({2, 6, 8});
    const Array<double> y = model(x).value(), changed = model(with_noise_at(x, 3, random)).value();
    for (std::size_t t = 0; t < 3; ++t) CHECK(at(changed, t) == at(y, t));
    for (std::size_t t = 3; t < 6; ++t) CHECK(largest_difference(at(changed, t), at(y, t)) > 1e-3);
}

TEST_CASE("padding does not influence other positions, and no one looks at it") {
    Random random(1);
    MultiHeadAttention<double> model(8, 2, random);
    const Array<double> x = random.normal<double>({2, 4, 8});
    const PaddingMask mask = Array<float>({2, 4}, {0, 0, 1, 0, 0, 0, 1, 0});
    const Array<double> y = model(x, mask).value(), changed = model(with_noise_at(x, 2, random), mask).value();
    for (std::size_t t : {0u, 1u, 3u}) CHECK(at(changed, t) == at(y, t));
    const Array<double> w = model.weights(x, mask).value();
    for (std::size_t head = 0; head < 2; ++head)
        for (std::size_t i = 0; i < 4; ++i) CHECK(w(0, head, i, 2) == 0);
}

TEST_CASE("attention itself knows no order: permuted inputs give permuted outputs") {
    Random random(1);
    TransformerEncoderLayer<double> model({.width = 8, .heads = 2, .hidden = 12}, random);
    const Variable<double> x = random.normal<double>({2, 4, 8});
    const Indices order({4}, {2, 0, 3, 1});
    const Array<double> a = model(index_select(x, 1, order)).value(), b = index_select(model(x), 1, order).value();
    CHECK(largest_difference(a, b) < 1e-12);
}

TEST_CASE("a ViT without positions does not see the order of patches, with them it does") {
    Random random(1);
    Vit<double> model({.patches = 6, .patch_size = 4, .classes = 3, .layer = {.width = 8, .heads = 2, .hidden = 8}},
                      random);
    const Variable<double> x = random.normal<double>({2, 6, 4});
    const Variable<double> shuffled = index_select(x, 1, Indices({6}, {5, 0, 3, 1, 4, 2}));
    CHECK(largest_difference(model(x).value(), model(shuffled).value()) > 1e-6);
    model.positions.assign(Array<double>::zeros({1, 7, 8}));
    CHECK(largest_difference(model(x).value(), model(shuffled).value()) < 1e-12);
}

TEST_CASE("patches go row by row over the image, and inside by channel, row and column") {
    Array<double> image(Shape{1, 2, 4, 6});
    for (std::size_t i = 0; i < image.size(); ++i) image.data()[i] = static_cast<double>(i);
    const Array<double> cut = patches(Variable<double>(image), 2).value();
    REQUIRE(cut.shape() == Shape{1, 6, 8});
    CHECK(cut.reshape({6, 8}).row(1) == Array<double>({8}, {2, 3, 8, 9, 26, 27, 32, 33}));
    CHECK(cut.reshape({6, 8}).row(3) == Array<double>({8}, {12, 13, 18, 19, 36, 37, 42, 43}));
    CHECK_THROWS_WITH_AS(
        patches(Variable<double>(image), 4),
        "[patches] images (1, 2, 4, 6) in squares of 4: images are (N, C, H, W), and the squares' side "
        "divides H and W.",
        ShapeError);
}

TEST_CASE("the ViT of the course: 49 patches of 16 to 50 tokens to 10 logits") {
    Random random(1);
    Vit<float> model(VitConfig{}, random);
    const Array<float> image = random.normal<float>({3, 1, 28, 28});
    const Variable<float> cut = patches(Variable<float>(image), 4);
    CHECK(cut.shape() == Shape{3, 49, 16});
    CHECK(model.embed(cut).shape() == Shape{3, 50, 16});
    CHECK(model(cut).shape() == Shape{3, 10});
    const auto weights = model.attention_weights(cut.value());
    REQUIRE(weights.size() == 2);
    CHECK(weights[1].shape() == Shape{3, 4, 50, 50});
    CHECK(model.named_parameters()[5].first == "blocks.0.norm1.beta");
    CHECK(model.named_parameters()[6].first == "blocks.0.attention.qkv.weight");
    CHECK_THROWS_WITH_AS(model(Variable<float>(image)),
                         "[Vit] x (3, 1, 28, 28): it takes (N, 49, 16). Cut images with patches(images, size).",
                         ShapeError);
}

TEST_CASE("the summary of a ViT") {
    Random random(1);
    Vit<float> model({.blocks = 1}, random);
    CHECK(summary(model, {1, 49, 16}) ==
          "Layer                                                  Output shape  Parameters\n"
          "-------------------------------------------------------------------------------\n"
          "Vit(49 patches, 1 block)                               (1, 10)              816\n"
          "  tokens  Linear(16, 16)                               (1, 49, 16)          272\n"
          "  blocks.0  TransformerEncoderLayer(norm first, gelu)  (1, 50, 16)\n"
          "    norm1  LayerNorm(16)                               (1, 50, 16)           32\n"
          "    attention  MultiHeadAttention(4 heads)             (1, 50, 16)\n"
          "      qkv  Linear(16, 48)                              (1, 50, 48)          816\n"
          "      o  Linear(16, 16)                                (1, 50, 16)          272\n"
          "    norm2  LayerNorm(16)                               (1, 50, 16)           32\n"
          "    ff1  Linear(16, 32)                                (1, 50, 32)          544\n"
          "    ff2  Linear(32, 16)                                (1, 50, 16)          528\n"
          "  norm  LayerNorm(16)                                  (1, 16)               32\n"
          "  head  Linear(16, 10)                                 (1, 10)              170\n"
          "-------------------------------------------------------------------------------\n"
          "Input (1, 49, 16), 3,514 parameters\n");
}

TEST_CASE("a language model's logits depend on the tokens so far, not on the ones to come") {
    Random random(1);
    CausalTransformer<double> model({.vocabulary = 7, .context = 6, .layer = {.width = 8, .heads = 2, .hidden = 16}},
                                    random);
    const Array<double> all = model(Indices({1, 5}, {3, 1, 4, 1, 5})).value();
    REQUIRE(all.shape() == Shape{1, 5, 7});
    const Array<double> begun = model(Indices({1, 2}, {3, 1})).value();
    for (std::size_t t = 0; t < 2; ++t) CHECK(largest_difference(at(all, t), at(begun, t)) < 1e-12);
    CHECK(model(Array<double>({1, 2}, {3, 1})).value() == begun);
    CHECK_THROWS_WITH_AS(model(Indices({1, 7}, {0, 0, 0, 0, 0, 0, 0})),
                         "[CausalTransformer] tokens (1, 7): they are (N, T) with T at most the context, 6.",
                         ShapeError);
}

TEST_CASE("dropout in a transformer layer acts in training only") {
    Random random(1);
    TransformerEncoderLayer<double> model({.width = 8, .heads = 2, .hidden = 12, .dropout = 0.2}, random);
    CHECK(model.random_streams().size() == 2);
    const Array<double> x = random.normal<double>({2, 4, 8});
    CHECK_FALSE(model(x).value() == model(x).value());
    model.eval();
    CHECK(model(x).value() == model(x).value());
}
