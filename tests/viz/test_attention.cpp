#include <doctest/doctest.h>

#include <cmath>

#include "../message.hpp"
#include "sevenfold/viz/attention.hpp"

using namespace sevenfold;
using namespace sevenfold::viz;

TEST_CASE("roll-out multiplies what passes the blocks, half of it around attention") {
    const Array<double> look({1, 1, 2, 2}, {0, 1, 1, 0}), stay({1, 1, 2, 2}, {1, 0, 0, 1});
    // One block: (I + A) / 2.
    CHECK(attention_rollout<double>({look}) == Array<double>({1, 2, 2}, {0.5, 0.5, 0.5, 0.5}));
    CHECK(attention_rollout<double>({stay, stay}) == Array<double>({1, 2, 2}, {1, 0, 0, 1}));
    // The mean over heads comes first.
    const Array<double> heads({1, 2, 2, 2}, {1, 0, 1, 0, 0, 1, 1, 0});
    CHECK(attention_rollout<double>({heads}) == Array<double>({1, 2, 2}, {0.75, 0.25, 0.5, 0.5}));
    // Later blocks stand on the left: row 0 of the second block picks row 1 of the first.
    const Array<double> first({1, 1, 2, 2}, {1, 0, 1, 0}), second({1, 1, 2, 2}, {0, 1, 0, 1});
    const Array<double> both = attention_rollout<double>({first, second});
    CHECK(both(0, 0, 0) == 0.5 * 1 + 0.5 * 0.5);
    CHECK(both(0, 1, 1) == 0.5);
    CHECK(message<ShapeError>([] { attention_rollout<double>({}); }) ==
          "[attention_rollout] no blocks: the weights of a block are (N, heads, T, T).");
    CHECK(message<ShapeError>([&] {
              attention_rollout<double>({look, heads});
          }) == "[attention_rollout] (1, 2, 2, 2) after (1, 1, 2, 2): all blocks have the same shape.");
}

TEST_CASE(
    "attention maps of a ViT: every head of every block, rows of its roll-out sum to 1, and its positions' "
    "similarity") {
    Random random(1);
    Vit<double> model(
        {.patches = 4, .patch_size = 4, .classes = 3, .blocks = 2, .layer = {.width = 8, .heads = 2, .hidden = 8}},
        random);
    const Array<double> images = Array<double>::full({2, 4, 4}, 0.5), cut = random.normal<double>({2, 4, 4});
    const Array<double> rolled = attention_rollout(model.attention_weights(cut));
    CHECK(rolled.shape() == Shape{2, 5, 5});
    for (std::size_t i = 0; i < 5; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < 5; ++j) sum += rolled(1, i, j);
        CHECK(sum == doctest::Approx(1));
    }
    const Section section = attention_maps(model, images, cut);
    const auto& slides = std::get<Slides>(section.parts[1]);
    REQUIRE(slides.slides.size() == 4);
    CHECK(slides.slides[3].name == "2, 2");
    const auto& map = std::get<HeatMap>(slides.slides[1].figure.marks[0]);
    CHECK(map.values.shape() == Shape{2, 2});
    CHECK(map.values(1, 0) == model.attention_weights(cut)[0](0, 1, 0, 3));  // the third patch, of head 2 in block 1
    const Array<double> alike = position_similarity(model);
    CHECK(alike.shape() == Shape{4, 4});
    CHECK(alike(2, 2) == doctest::Approx(1));
    CHECK(alike(1, 3) == doctest::Approx(alike(3, 1)));
    CHECK(std::abs(alike(0, 1)) < 1);
    CHECK(message<ShapeError>([&] {
              attention_maps(model, Array<double>::ones({2, 5, 4}), cut);
          }) == "[attention_maps] 4 patches of an image 5 x 4: patches are squares that fill the image.");
}
