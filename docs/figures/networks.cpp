// Where attention looks, and what a rank leaves of a network.
#include <cmath>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/image.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/docs/figures/figures.hpp"
#include "sevenfold/nn/transformer.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/trainer.hpp"

namespace figures {
namespace {

// To two decimals, as many as a cell shows well.
Array<double> rounded(Array<double> values) {
    for (double& v : values.flat()) v = std::round(100 * v) / 100;
    return values;
}

// A causal transformer that has learned to repeat the token before, and where its head looks.
viz::Figure attention_of_a_copy() {
    constexpr std::size_t rows = 32, length = 8, vocabulary = 5;
    Random random(1);
    CausalTransformer<float> model(
        {.vocabulary = vocabulary, .context = length, .blocks = 1, .layer = {.width = 16, .heads = 1, .hidden = 32}},
        random);
    Adam<float> optimizer(model.parameters(), {.lr = 0.01});
    Indices tokens(Shape{rows, length}), before(Shape{rows * length});
    for (int step = 0; step < 300; ++step) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            tokens.data()[i] = static_cast<std::int64_t>(random.below(vocabulary));
            before.data()[i] = i % length == 0 ? 0 : tokens.data()[i - 1];
        }
        optimizer.zero_grad();
        Tape<float> tape;
        tape.backward(cross_entropy(reshape(model(tokens), Shape{rows * length, vocabulary}), before));
        optimizer.step();
    }
    const Variable<float> z = model.tokens(tokens) + model.positions;
    const Array<float> weights = model.blocks[0].attention_weights(z).value().row(0);
    return {.title = "Attention weights of a model that has learned to repeat the token before",
            .x = {.title = "looks at position", .whole = true},
            .y = {.title = "position", .whole = true, .down = true},
            .marks = {viz::HeatMap{.name = "weight",
                                   .values = rounded(weights.reshape({length, length}).cast<double>()),
                                   .low = 0,
                                   .high = 1,
                                   .numbers = true}},
            .width = 520,
            .height = 420};
}

Array<double> eight_by_eight(const Array<float>& image) { return image.cast<double>().reshape({8, 8}); }

// Example 06's transformer and the image that it shows.
Pictures look_of_a_vit() {
    Dataset<float> images = digits<float>();
    const Array<float> first_image = images.features.row(4);
    images.features = patches(images.features, 2);
    const Split<float> data = every_fifth(images);
    Random random(1);
    Vit<float> model(
        {.patches = 16, .patch_size = 4, .classes = 10, .blocks = 2, .layer = {.width = 32, .heads = 4, .hidden = 64}},
        random);
    Adam<float> optimizer(model.parameters(), {.lr = 3e-3});
    TrainOptions<float> options{.epochs = 12};
    options.verbose = false;
    fit(model, optimizer, Loader<float>(data.train, {.batch_size = 32, .seed = 1}), options);

    const Array<float> weights = model.attention_weights(data.test.features.rows(0, 1)).back();
    Array<double> look = Array<double>::zeros({4, 4});
    for (std::size_t patch = 0; patch < 16; ++patch)
        for (std::size_t head = 0; head < 4; ++head) look(patch / 4, patch % 4) += weights(0, head, 0, 1 + patch) / 4.0;
    const viz::HeatMap image{.name = "ink",
                             .values = eight_by_eight(first_image),
                             .bar = false,
                             .x_low = 0,
                             .x_high = 4,
                             .y_low = 0,
                             .y_high = 4};
    const viz::HeatMap shares{.name = "weight",
                              .values = rounded(look),
                              .low = 0,
                              .numbers = true,
                              .bar = false,
                              .x_low = 0,
                              .x_high = 4,
                              .y_low = 0,
                              .y_high = 4};
    return {{"18_vit_image",
             {.title = "A held-out image of 8 x 8 pixels, in 16 patches",
              .x = {.title = "patch", .whole = true},
              .y = {.title = "patch", .whole = true, .down = true},
              .marks = {image},
              .width = 330,
              .height = 330}},
            {"18_vit_look",
             {.title = "How much the class token looks at each patch, mean of 4 heads of the last block",
              .x = {.title = "patch", .whole = true},
              .y = {.title = "patch", .whole = true, .down = true},
              .marks = {shares},
              .width = 330,
              .height = 330}}};
}

viz::Figure ranks(const std::filesystem::path& table) {
    const std::vector<double> share = column(table, "share %");
    return {.title = "A network for digits, its layers cut down to a rank",
            .x = {.title = "weights that are left (%)"},
            .y = {.title = "%", .zero = true},
            .marks = {viz::Line{"right on held-out digits", share, column(table, "right %"), viz::Colour::blue},
                      viz::Line{"error of the 256 x 128 layer", share, column(table, "error of 256 x 128 in %"),
                                viz::Colour::orange}},
            .width = 640,
            .height = 340};
}

}  // namespace

Pictures of_networks(const std::filesystem::path& runs) {
    Pictures out{{"17_attention", attention_of_a_copy()}, {"19_svd", ranks(runs / "17_svd" / "layers.csv")}};
    for (Picture& picture : look_of_a_vit()) out.push_back(std::move(picture));
    return out;
}

}  // namespace figures
