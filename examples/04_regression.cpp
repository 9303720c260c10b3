// Seven update rules on one problem: y = exp(-x^2) cos(10 x) + noise, with the same network, start, batches and budget.
#include <algorithm>
#include <cmath>
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;
using examples::format;

constexpr double noise = 0.05;

viz::TrainingRun run_of(const std::string& rule, const History& history, double lr) {
    return {.name = rule, .history = history, .settings = {{"learning rate", format("%g", lr)}}};
}

// The curve that was learned beside the truth, as a figure.
viz::Figure figure(Module<float>& model, const std::string& rule, const Dataset<float>& held_out) {
    std::vector<double> x, truth, learned, at, measured;
    const Array<float> grid = Array<float>::linspace(-2, 2, 401).reshape({401, 1}), y = predict(model, grid);
    for (std::size_t i = 0; i < grid.size(); ++i) {
        x.push_back(grid(i, 0)), learned.push_back(y(i, 0));
        truth.push_back(std::exp(-x[i] * x[i]) * std::cos(10 * x[i]));
    }
    for (std::size_t i = 0; i < held_out.size(); ++i)
        at.push_back(held_out.features(i, 0)), measured.push_back(held_out.targets(i, 0));
    return {
        .title = "What " + rule + " has learned",
        .x = {.title = "x", .low = -2, .high = 2},
        .y = {.title = "y"},
        .marks = {viz::Points{"held-out points", at, measured, viz::Colour::sky, viz::Dot::circle, 2},
                  viz::Line{"truth", x, truth, viz::Colour::ink, true}, viz::Line{rule, x, learned, viz::Colour::red}}};
}

// The curve that was learned, with dots for the truth.
void draw(Module<float>& model) {
    const std::size_t columns = 72, lines = 17;
    std::vector<std::string> picture(lines, std::string(columns, ' '));
    const Array<float> x = Array<float>::linspace(-2, 2, columns).reshape({columns, 1});
    const Array<float> y = predict(model, x);
    const auto put = [&](std::size_t column, double value, char mark) {
        const double line = std::round((1.1 - value) / 2.2 * (lines - 1));
        if (line >= 0 && line < lines) picture[static_cast<std::size_t>(line)][column] = mark;
    };
    for (std::size_t j = 0; j < columns; ++j) {
        const double at = x(j, 0);
        put(j, std::exp(-at * at) * std::cos(10 * at), '.');
        put(j, y(j, 0), 'o');
    }
    for (const std::string& line : picture) std::cout << "  |" << line << '\n';
}

void compare(const examples::Flags& flags) {
    const Split<float> data = holdout(gabor<float>(2000, noise, flags.seed), 0.25, flags.seed);
    const Loader<float> loader(data.train, {.batch_size = flags.batch, .seed = flags.seed});
    Random random(flags.seed);
    Mlp<float> start({1, 30, 30, 1}, Activation::tanh, random);
    // The usual start makes curves too smooth for these waves: steeper units in the first layer, spread over the axis.
    for (Variable<float> p : start.layers[0].parameters())
        for (float& w : p.change("the start")) w *= 8;
    std::cout << "y = exp(-x^2) cos(10 x) + noise: " << data.train.size() << " points to learn from, "
              << data.test.size() << " held out.\nA 1-30-30-1 network (tanh), " << flags.epochs << " epochs of "
              << loader.batches() << format(" steps; nobody can get below the noise, %.4f.\n\n", noise * noise)
              << "  rule        lr   loss after 10 %      50 %     100 %   held-out loss   time\n";

    std::vector<viz::TrainingRun> runs;
    std::optional<Mlp<float>> best;
    double best_loss = 1e300;
    std::string best_rule;
    for (const NamedRule& rule : named_rules()) {
        if (flags.optimizer == "all" ? rule.name == "adamw" : flags.optimizer != rule.name) continue;
        Mlp<float> model = start;
        const auto optimizer = make_optimizer<float>(rule.name, model.parameters(), flags.lr);
        std::cout << format("  %-9s %4g", std::string(rule.name).c_str(), optimizer->lr()) << std::flush;
        try {
            const TrainResult result = fit(model, *optimizer, loader, {.epochs = flags.epochs, .verbose = false});
            if (result.interrupted) return void(std::cout << "\nInterrupted.\n");
            const std::vector<double>&losses = result.history["loss"], &seconds = result.history["seconds"];
            const auto after = [&](double part) {
                return losses[static_cast<std::size_t>(part * static_cast<double>(losses.size() - 1))];
            };
            runs.push_back(run_of(std::string(rule.name), result.history, optimizer->lr()));
            double time = 0;
            for (double s : seconds) time += s;
            const double held_out = evaluate(model, data.test).loss;
            std::cout << format("          %8.4f  %8.4f  %8.4f        %8.4f  %4.1f s\n", after(0.1), after(0.5),
                                after(1), held_out, time);
            if (held_out >= best_loss) continue;
            best_loss = held_out;
            best = model;
            best_rule = rule.name;
            examples::save_history(flags, result);
        } catch (const AnomalyError&) { std::cout << "          diverged: the loss is no longer a number\n"; }
    }
    if (!best) return;
    std::cout << "\nWhat " << best_rule << " has learned (o), and the truth (.):\n\n";
    draw(*best);
    examples::write_report(flags, {.title = "Update rules on one regression",
                                   .summary = "The same network, start, batches and budget for each rule.",
                                   .sections = {viz::learning_curves(runs),
                                                {"The curve", {figure(*best, best_rule, data.test)}},
                                                viz::settings_and_results(runs)}});
    std::cout << "\nThe learning rates are each rule's usual ones; the race is another one with --lr.\n"
                 "Try next: --lr 0.001 for all, --optimizer adadelta --epochs 1000, --seed 2; then 05_adding.\n";
}

int main(int argc, char** argv) {
    return examples::run([&] {
        compare(examples::read_flags(
            argc, argv, "The seven update rules side by side on a regression.", {.epochs = 200, .optimizer = "all"}, {},
            {"--data", "--save", "--resume", "--threads", "--micro-batch", "--patience", "--compare", "--record"}));
    });
}
