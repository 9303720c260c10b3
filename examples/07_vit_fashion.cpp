// The vision transformer, or an MLP, on Fashion-MNIST: 70000 images of clothing.
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/image.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/summary.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/viz/attention.hpp"
#include "sevenfold/viz/costs.hpp"

using namespace sevenfold;
using examples::format;

// `images` are those of the test rows as they are shown, (N, 28, 28).
void train(const examples::Flags& flags, Module<float>& model, const Split<float>& data, const Array<float>& images) {
    const Loader<float> loader(data.train, {.batch_size = flags.batch, .seed = flags.seed});
    const auto optimizer = make_optimizer<float>(flags.optimizer, model.parameters(), flags.lr);
    std::cout << data.train.describe() << "; " << data.test.size() << " more are held out.\n\n";
    Shape one_row = data.train.features.shape();
    one_row[0] = 1;
    print(model, one_row);
    std::cout << '\n';

    TrainOptions<float> options = examples::train_options(flags);
    options.validation = data.test;
    examples::record_step(flags, model, loader);
    const TrainResult result = fit(model, *optimizer, loader, options);
    if (!examples::finish(flags, result)) return;

    if (examples::wants_report(flags)) {
        viz::Report report = examples::training_report(flags, result);
        report.sections.push_back(viz::answers(model, data.test, images));
        if (auto* vit = dynamic_cast<Vit<float>*>(&model))
            report.sections.push_back(viz::attention_maps(*vit, images.rows(0, 2), data.test.features.rows(0, 2)));
        report.sections.push_back(viz::cost_receipt(viz::step_costs(model, classification<float>(), loader.epoch(0)[0]),
                                                    viz::measure_peak()));
        examples::write_report(flags, report);
    }
    const Evaluation test = evaluate(model, data.test);
    std::cout << '\n'
              << confusion_table(*test.confusion, data.test.class_names)
              << format("\nHeld-out accuracy: %.2f %%\n", 100 * *test.accuracy)
              << "\nTry next: the other --model, more --epochs, --optimizer momentum;\n"
                 "then 08_hessian: the shape of the loss around what was learned.\n";
}

// The first n rows: 0 for all.
Dataset<float> first_rows(const Dataset<float>& data, std::size_t n) {
    std::vector<std::size_t> rows(n == 0 ? data.size() : std::min(n, data.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    return rows.size() == data.size() ? data : data.rows(rows);
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::string which = "vit";
        std::size_t rows = 60000;
        auto flags = examples::read_flags(
            argc, argv,
            "A vision transformer or an MLP learns Fashion-MNIST (Debian: apt install dataset-fashion-mnist).",
            {.epochs = 5, .batch = 64},
            {{"--model", "vit or mlp", &which, {"vit", "mlp"}},
             {"--rows", "Learn from the first N rows only", &rows, {}}});
        Split<float> data = flags.data.empty() ? fashion_mnist<float>() : fashion_mnist<float>(flags.data);
        data.train = first_rows(data.train, rows);
        const Array<float> images = data.test.features;
        Random random(flags.seed);
        if (which == "mlp") {
            data.train = data.train.flattened();
            data.test = data.test.flattened();
            Mlp<float> model({784, 256, 128, 10}, Activation::relu, random);
            if (!flags.micro_batch) flags.micro_batch = 16;
            train(flags, model, data, images);
        } else {
            if (!flags.micro_batch) flags.micro_batch = 8;  // their activations stay in the cache
            if (!flags.lr) flags.lr = 2e-3;  // the transformer learns faster with a larger rate than Adam's usual one
            data.train.features = patches(data.train.features, 4);  // (N, 28, 28) -> (N, 49, 16)
            data.test.features = patches(data.test.features, 4);
            Vit<float> model({.patches = 49,
                              .patch_size = 16,
                              .classes = 10,
                              .blocks = 2,
                              .layer = {.width = 32, .heads = 4, .hidden = 64}},
                             random);
            train(flags, model, data, images);
        }
    });
}
