// Training is interrupted in the middle of an epoch, as by Ctrl-C, and goes on later in another network: the weights end
// with the same bits as if nothing had happened.
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "common.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/linear.hpp"
#include "sevenfold/nn/sequential.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;

// Everything from its beginning, as a program that is started again would make it. Dropout draws random numbers, so
// their state is saved too.
struct Training {
    Split<float> data = every_fifth(digits<float>().flattened());
    Random random;
    Sequential<float> model;
    std::unique_ptr<Optimizer<float>> optimizer;
    Loader<float> loader;
    TrainOptions<float> options;

    explicit Training(const examples::Flags& flags)
        : random(flags.seed),
          model(Linear(64, 64, random), Activate(Activation::relu), Dropout(0.2, random), Linear(64, 10, random)),
          optimizer(make_optimizer<float>(flags.optimizer, model.parameters(), flags.lr)),
          loader(data.train, {.batch_size = flags.batch, .seed = flags.seed}),
          options(examples::train_options(flags)) {
        options.validation = data.test;
        options.save.clear();
        options.resume.clear();
    }
    TrainResult run() { return fit(model, *optimizer, loader, options); }
};

void show(const examples::Flags& flags) {
    const std::string file = flags.save.empty()
                                 ? (std::filesystem::temp_directory_path() / "sevenfold-09_resume.ckpt").string()
                                 : flags.save;

    std::cout << "1. Training from beginning to end:\n\n";
    Training whole(flags);
    const TrainResult all = whole.run();
    if (all.interrupted) return;

    std::cout << "\n2. The same, with Ctrl-C in the middle:\n\n";
    Training first(flags);
    first.options.save = file;
    const std::size_t stop_at = flags.epochs * first.loader.batches() / 2 + 7;
    std::size_t step = 0;
    Objective<float> objective = classification<float>();
    objective.loss = [&, loss = objective.loss](const Variable<float>& output, const Batch<float>& batch) {
        if (Tape<float>::current() && ++step == stop_at) std::raise(SIGINT);  // what the terminal sends on Ctrl-C
        return loss(output, batch);
    };
    first.options.objective = objective;
    first.run();

    std::cout << "\n3. A new start from that file:\n\n";
    Training second(flags);
    second.options.resume = file;
    const TrainResult rest = second.run();
    if (rest.interrupted) return;

    std::size_t weights = 0, different = 0;
    const State<float> a = whole.model.state(), b = second.model.state();
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t k = 0; k < a[i].second.size(); ++k, ++weights)
            different += std::memcmp(a[i].second.data() + k, b[i].second.data() + k, sizeof(float)) != 0;
    std::cout << '\n'
              << (different == 0 && all.history == rest.history ? "Bit-identical: " : "DIFFERENT: ")
              << weights - different << " of " << weights << " weights have the same bits, and the histories are "
              << (all.history == rest.history ? "" : "not ") << "the same.\n";
    examples::save_history(flags, rest);
    examples::write_report(flags, examples::training_report(flags, rest));
    std::cout << "The checkpoint is in " << file << ".\n"
              << "\nTry next: stop any other example with Ctrl-C after starting it with --save FILE, and go on with "
                 "--resume FILE.\n";
    if (different > 0) fail<Error>("09_resume", "weights that differ", "a resumed run ends with the same bits");
}

int main(int argc, char** argv) {
    return examples::run([&] {
        show(examples::read_flags(argc, argv, "Training interrupted and resumed, bit for bit.",
                                  {.epochs = 6, .micro_batch = 16}, {},
                                  {"--data", "--resume", "--patience", "--record"}));
    });
}
