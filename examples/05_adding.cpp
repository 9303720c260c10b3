// A causal transformer learns to add from examples alone: it sees "47+38=" and writes the answer, digit by digit.
// The answer is written backwards ("580" for 85), because carries run that way: each digit then follows from what stands
// to its left. With --text FILE the same network learns to write like any text.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "characters.hpp"
#include "common.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/nn/transformer.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;
using examples::format;
using examples::Texts;

Texts sums(std::size_t digits, Random& random) {
    Texts out{"0123456789+=", {}};
    std::size_t limit = 1;
    for (std::size_t i = 0; i < digits; ++i) limit *= 10;
    const std::size_t all = limit * limit;
    std::set<std::size_t> seen;  // no sum twice: what is held out is new to the model
    while (out.rows.size() < std::min<std::size_t>(10000, all)) {
        const std::size_t pair = random.below(all), a = pair / limit, b = pair % limit;
        if (!seen.insert(pair).second) continue;
        std::string answer = format("%0*zu", static_cast<int>(digits + 1), a + b);
        std::reverse(answer.begin(), answer.end());
        out.rows.push_back(format("%0*zu+%0*zu=", static_cast<int>(digits), a, static_cast<int>(digits), b) + answer);
    }
    return out;
}

constexpr std::size_t overlap = 4;  // each character of a text is in so many pieces

Texts windows(const std::string& path, std::size_t context) {
    const std::string text = read_file(path, 64 << 20);
    if (text.size() < 10 * (context + 1))
        fail<ValueError>("--text", sevenfold::text(path, " of ", text.size(), " characters"),
                         sevenfold::text("at least ", 10 * (context + 1), " are needed"));
    Texts out;
    std::string bytes = text;
    std::ranges::sort(bytes);
    bytes.erase(std::unique(bytes.begin(), bytes.end()), bytes.end());
    out.alphabet = bytes;
    for (std::size_t at = 0; at + context < text.size(); at += context / overlap)
        out.rows.push_back(text.substr(at, context + 1));
    return out;
}

void train(const examples::Flags& flags, const std::string& text_file, std::size_t digits) {
    Random random(flags.seed);
    const bool adding = text_file.empty();
    const Texts texts = adding ? sums(digits, random) : windows(text_file, 64);
    const std::size_t held_out = texts.rows.size() / 5, context = texts.rows[0].size() - 1;
    const Dataset<float> training = texts.dataset(held_out + (adding ? 0 : overlap), texts.rows.size());
    const Loader<float> loader(training, {.batch_size = flags.batch, .seed = flags.seed});

    CausalTransformer<float> model({.vocabulary = texts.alphabet.size(),
                                    .context = context,
                                    .blocks = 2,
                                    .layer = {.width = 64, .heads = 4, .hidden = 128}},
                                   random);
    const auto optimizer = make_optimizer<float>(flags.optimizer, model.parameters(), flags.lr);
    std::cout << training.size() << (adding ? " sums such as " : " pieces of text, ")
              << (adding ? texts.rows.back() : "") << (adding ? " (answers written backwards), " : "") << held_out
              << " others held out; " << model.parameter_count() << " parameters.\n\n";

    TrainOptions<float> options = examples::train_options(flags);
    options.validation = texts.dataset(0, held_out);
    options.objective = examples::next_character(adding ? 2 * digits + 1 : 0);
    if (!adding) options.objective->correct = nullptr;  // no text is "right"
    const std::size_t steps = flags.epochs * loader.batches();
    options.schedule =
        WarmupCosine{.lr = optimizer->lr(), .warmup_steps = std::max<std::size_t>(1, steps / 10), .total_steps = steps};
    options.settings["epochs"] = std::to_string(flags.epochs);  // the schedule depends on them
    examples::record_step(flags, model, loader, *options.objective);
    const TrainResult result = fit(model, *optimizer, loader, options);
    if (!examples::finish(flags, result)) return;
    if (examples::wants_report(flags)) examples::write_report(flags, examples::training_report(flags, result));

    model.eval();
    if (adding) {
        std::cout << "\nSums that it has never seen:\n\n";
        for (std::size_t i = 0; i < std::min<std::size_t>(6, held_out); ++i) {
            const std::string question = texts.rows[i].substr(0, 2 * digits + 2);
            std::string answer = examples::write(model, texts, question, digits + 1, 0, random).substr(question.size());
            const bool right = question + answer == texts.rows[i];
            std::reverse(answer.begin(), answer.end());
            std::cout << "  " << question << answer << (right ? "" : "   wrong") << '\n';
        }
        const double exact = *evaluate<float>(model, *options.validation, *options.objective).accuracy;
        std::cout
            << format("\nHeld-out sums with every digit right: %.2f %%\n", 100 * exact)
            << "\nTry next: --digits 3, --epochs 5 (which sums are still wrong? look at the carries), --text FILE;\n"
               "then 06_vit_digits: attention on images.\n";
    } else {
        std::cout << format("\nHeld out: %.3f bits a character. It writes:\n\n",
                            result.history["validation_loss"].back() / std::log(2.0))
                  << examples::write(model, texts, texts.rows[0].substr(0, 20), 400, 0.8, random)
                  << "\n\nTry next: more --epochs, a longer text.\n";
    }
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::string text;
        std::size_t digits = 2;
        const auto flags =
            examples::read_flags(argc, argv, "A causal transformer learns to add, or to write like a text.",
                                 {.epochs = 8, .batch = 64, .lr = 3e-3, .micro_batch = 16},
                                 {{"--text", "Learn from this file instead of sums", &text, {}},
                                  {"--digits", "Digits of the numbers to add", &digits, {}}},
                                 {"--data"});
        if (digits > 8) fail<ValueError>("--digits", std::to_string(digits), "numbers have 1 to 8 digits");
        train(flags, text, digits);
    });
}
