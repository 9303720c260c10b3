// A small vision transformer reads the same digits as 03_mlp_digits: an image is a sequence of patches.
#include <iostream>
#include <sstream>

#include "common.hpp"
#include "sevenfold/data/image.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/summary.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/viz/attention.hpp"
#include "sevenfold/viz/costs.hpp"
#include "sevenfold/viz/explore.hpp"

using namespace sevenfold;
using examples::format;

// How much the class token looks at each patch in the last block, mean over the heads, next to the image.
void show_attention(Vit<float>& model, const Array<float>& image, const Array<float>& as_patches) {
    const Array<float> weights = model.attention_weights(as_patches).back();
    const std::size_t heads = weights.shape(1), tokens = weights.shape(2);
    Array<float> look(Shape{8, 8});
    float most = 0;
    for (std::size_t y = 0; y < 8; ++y)
        for (std::size_t x = 0; x < 8; ++x) {
            float sum = 0;
            for (std::size_t h = 0; h < heads; ++h) sum += weights(0, h, 0, 1 + (y / 2) * 4 + x / 2);
            look(y, x) = sum / static_cast<float>(heads);
            most = std::max(most, look(y, x));
        }
    std::istringstream left(ascii(image)), right(ascii(look, 0, most));
    std::string a, b;
    std::cout << "\nAn image, and where the class token looks among its " << tokens - 1
              << " patches (darker: more):\n\n";
    while (std::getline(left, a) && std::getline(right, b)) std::cout << "  " << a << "   |   " << b << '\n';
}

// One image's way through the model and back, as a page.
void write_explorer(Vit<float>& model, const Dataset<float>& test, const std::string& file) {
    Tape tape;
    tape.keep_values();
    const Variable<float> loss = cross_entropy(model(test.features.rows(0, 1)), test.labels.rows(0, 1));
    viz::explore(tape, loss, file, {.title = "A vision transformer, step by step"});
    std::cout << "\nStep through the model in a browser: " << file << '\n';
}

void train(const examples::Flags& flags, const std::string& explore) {
    // (N, 8, 8) -> (N, 16, 4): sixteen patches of 2 x 2.
    Dataset<float> images = digits<float>();
    const Array<float> first_image = images.features.row(4);
    images.features = patches(images.features, 2);
    const Split<float> data = every_fifth(images);
    const Loader<float> loader(data.train, {.batch_size = flags.batch, .seed = flags.seed});

    Random random(flags.seed);
    Vit<float> model(
        {.patches = 16, .patch_size = 4, .classes = 10, .blocks = 2, .layer = {.width = 32, .heads = 4, .hidden = 64}},
        random);
    const auto optimizer = make_optimizer<float>(flags.optimizer, model.parameters(), flags.lr);
    std::cout << data.train.describe() << "; " << data.test.size() << " more are held out.\n\n";
    print(model, {1, 16, 4});
    std::cout << '\n';

    TrainOptions<float> options = examples::train_options(flags);
    options.validation = data.test;
    options.print_every = std::max<std::size_t>(1, flags.epochs / 10);
    // Attention trains best when the steps grow at first and shrink in the end.
    const std::size_t steps = flags.epochs * loader.batches();
    options.schedule =
        WarmupCosine{.lr = optimizer->lr(), .warmup_steps = std::max<std::size_t>(1, steps / 10), .total_steps = steps};
    options.settings["epochs"] = std::to_string(flags.epochs);  // the schedule depends on them
    examples::record_step(flags, model, loader);
    const TrainResult result = fit(model, *optimizer, loader, options);
    if (!examples::finish(flags, result)) return;

    const Evaluation test = evaluate(model, data.test);
    show_attention(model, first_image, data.test.features.rows(0, 1));
    if (examples::wants_report(flags)) {
        viz::Report report = examples::training_report(flags, result);
        const Array<float> shown = every_fifth(digits<float>()).test.features;
        report.sections.push_back(viz::answers(model, data.test, shown));
        report.sections.push_back(viz::attention_maps(model, shown.rows(0, 2), data.test.features.rows(0, 2)));
        report.sections.push_back(viz::cost_receipt(viz::step_costs(model, classification<float>(), loader.epoch(0)[0]),
                                                    viz::measure_peak()));
        examples::write_report(flags, report);
    }
    if (!explore.empty()) write_explorer(model, data.test, explore);
    std::cout << '\n'
              << confusion_table(*test.confusion) << format("\nHeld-out accuracy: %.2f %%\n", 100 * *test.accuracy)
              << "\nTry next: --epochs 10, --optimizer sgd (attention wants Adam), --lr 0.01;\n"
                 "then 07_vit_fashion: the same on 60000 images of clothing.\n";
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::string explore;
        const examples::Flags flags = examples::read_flags(
            argc, argv, "A vision transformer learns handwritten digits.",
            {.epochs = 40, .batch = 32, .lr = 3e-3, .micro_batch = 8},
            {{"--explore", "Write a page to step through one image's loss to this file", &explore}}, {"--data"});
        train(flags, explore);
    });
}
