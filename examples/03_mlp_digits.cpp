// A multilayer perceptron reads handwritten digits: the training loop with everything that belongs to it.
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/image.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/summary.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/viz/costs.hpp"

using namespace sevenfold;
using examples::format;

// Two images that the model takes for something else, as a reader sees them.
void show_mistakes(Module<float>& model, const Dataset<float>& test) {
    const Labels chosen = argmax(predict(model, test.features), 1);
    std::size_t shown = 0;
    for (std::size_t i = 0; i < test.size() && shown < 2; ++i) {
        if (chosen(i) == test.labels(i)) continue;
        if (shown++ == 0) std::cout << "\nWhere it was wrong, for example:\n";
        std::cout << "\na " << test.labels(i) << " taken for a " << chosen(i) << ":\n"
                  << ascii(test.features.row(i).reshape({8, 8}));
    }
}

void train(const examples::Flags& flags) {
    // 1797 images of 8 x 8 grey values; every fifth is held out: the model never learns from it.
    const Split<float> data = every_fifth(digits<float>().flattened());
    const Loader<float> loader(data.train, {.batch_size = flags.batch, .seed = flags.seed});

    Random random(flags.seed);
    Mlp<float> model({64, 256, 128, 10}, Activation::relu, random);
    const auto optimizer = make_optimizer<float>(flags.optimizer, model.parameters(), flags.lr);
    std::cout << data.train.describe() << "; " << data.test.size() << " more are held out.\n\n";
    print(model, {1, 64});
    std::cout << '\n';

    TrainOptions<float> options = examples::train_options(flags);
    options.validation = data.test;
    options.objective = classification<float>(0.1);  // label smoothing: never quite sure, so it overfits less
    options.print_every = std::max<std::size_t>(1, flags.epochs / 10);
    examples::record_step(flags, model, loader, *options.objective);
    const TrainResult result = fit(model, *optimizer, loader, options);
    if (!examples::finish(flags, result)) return;

    const Evaluation test = evaluate(model, data.test);
    std::cout << '\n' << confusion_table(*test.confusion);
    show_mistakes(model, data.test);
    if (examples::wants_report(flags)) {
        viz::Report report = examples::training_report(flags, result);
        report.sections.push_back(viz::answers(model, data.test, data.test.features.reshape({data.test.size(), 8, 8})));
        report.sections.push_back(
            viz::cost_receipt(viz::step_costs(model, *options.objective, loader.epoch(0)[0]), viz::measure_peak()));
        examples::write_report(flags, report);
    }
    std::cout
        << format("\nHeld-out accuracy: %.2f %%\n", 100 * *test.accuracy)
        << "\nTry next: --epochs 200 and compare the two losses (overfitting), --optimizer sgd, --lr 0.1 (too much);\n"
           "then 04_regression: the seven rules side by side.\n";
}

int main(int argc, char** argv) {
    return examples::run([&] {
        train(examples::read_flags(argc, argv, "An MLP learns handwritten digits.", {.epochs = 40, .micro_batch = 16},
                                   {}, {"--data"}));
    });
}
