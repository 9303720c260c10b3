// Where errors come from. The same model is fitted to many samples of the rows: bias is what the answers have wrong on
// average, variance how much they differ from sample to sample. A bag of trees lowers the variance and leaves the bias.
#include <cmath>
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/network.hpp"
#include "sevenfold/validation/bias_variance.hpp"
#include "sevenfold/viz/evaluation.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::format;

struct Candidate {
    std::string name;
    Estimator model;
};

// A stump, a tree, a bag of such trees and a network.
std::vector<Candidate> candidates(const examples::Flags& flags, Task task) {
    const Criterion criterion = task == Task::regression ? Criterion::squared_error : Criterion::gini;
    const DecisionTree tree({.criterion = criterion});
    return {
        {"stump", DecisionTree({.criterion = criterion, .max_depth = 1})},
        {"tree", tree},
        {"bag of 25 trees", Bagging(tree, {.estimators = 25, .out_of_bag = false})},
        {"network",
         Network(task, hidden_layers({64, 64}),
                 {.epochs = flags.epochs, .batch_size = flags.batch, .optimizer = flags.optimizer, .lr = flags.lr})}};
}

void decompose(const examples::Flags& flags, std::size_t rounds) {
    const auto answers = [&](const Candidate& c, const Array<double>& X, const Array<double>& y,
                             const Array<double>& X_test) {
        return predictions_over(c.model, X, y, X_test, bootstrap_bags(y.size(), rounds, flags.seed), flags.seed,
                                flags.threads);
    };

    const Split<double> cells = holdout(breast_cancer<double>(), 0.3, flags.seed, true);
    const Array<double> y = cells.train.labels.cast<double>(), y_test = cells.test.labels.cast<double>();
    std::cout << cells.train.describe() << "; " << cells.test.size() << " more are asked for.\nEach model is fitted to "
              << rounds << " bootstrap samples. Of the answers, in %:\n\n";
    examples::Table classes(
        {{"model", examples::Table::words, 16}, {"wrong", 2}, {"= bias", 2}, {"+ net variance", 2}, {"variance", 2}});
    for (const Candidate& c : candidates(flags, Task::classification)) {
        const auto parts = decompose_zero_one(answers(c, cells.train.features, y, cells.test.features), y_test);
        classes.add({c.name, 100 * parts.loss, 100 * parts.bias, 100 * parts.net_variance, 100 * parts.variance});
    }

    const double noise = 0.2;
    const Dataset<double> wave = gabor<double>(200, noise, flags.seed),
                          test = gabor<double>(2000, noise, flags.seed + 1);
    std::cout << "\nThe same for squared errors on y = exp(-x^2) cos(10 x) + noise, 200 points, where the noise is "
                 "known:\n\n";
    examples::Table values({{"model", examples::Table::words, 16},
                            {"squared error", 4},
                            {"= noise", 4},
                            {"+ bias", 4},
                            {"+ variance", 4}});
    viz::Section targets{
        "Bias and variance as targets",
        {viz::Paragraph{"Every dot is the model fitted to another sample: how far its answers are off at x = 0 "
                        "and at x = 0.3. A mean far from the middle is bias, scatter is variance."}}};
    const Array<double> two({2, 1}, {0, 0.3}), truth({2}, {1, std::exp(-0.09) * std::cos(3)});
    for (const Candidate& c : candidates(flags, Task::regression)) {
        const Array<double> y_wave = wave.targets.reshape({wave.size()});
        const auto parts = decompose_squared(answers(c, wave.features, y_wave, test.features),
                                             test.targets.reshape({test.size()}), noise * noise);
        if (examples::wants_report(flags)) {
            viz::Figure target = viz::target_picture(c.name, answers(c, wave.features, y_wave, two), truth, 0, 1, 1.2);
            target.x.title = "answer − truth at x = 0", target.y.title = "answer − truth at x = 0.3";
            targets.parts.push_back(target);
        }
        values.add({c.name, parts.loss, parts.noise, parts.bias, parts.variance});
    }
    std::cout
        << "\nA stump is wrong in the same way every time, a tree each time in another. A bag of trees evens that out, "
           "and\nleaves the bias about where it was.\n"
           "Try next: --rounds 200, --epochs 5 (a network that has not learned yet is mostly bias); then "
           "13_bootstrap.\n";
    classes.save(flags, "zero_one");
    values.save(flags, "squared");
    std::vector<std::string> names;
    for (const Candidate& c : candidates(flags, Task::regression)) names.push_back(c.name);
    const auto parts_of = [&](const std::string& title, const std::string& unit, const examples::Table& table,
                              const char* bias, const char* variance) {
        std::vector<double> at;
        for (std::size_t i = 0; i < names.size(); ++i) at.push_back(static_cast<double>(i));
        return viz::Figure{.title = title,
                           .x = {.names = names},
                           .y = {.title = unit},
                           .marks = {viz::Bars{"bias", at, table.column(bias)},
                                     viz::Bars{"variance", at, table.column(variance), viz::Colour::red}}};
    };
    examples::write_report(
        flags,
        {.title = "Bias and variance",
         .summary = format("Each model fitted to %zu bootstrap samples of the rows.", rounds),
         .sections = {
             targets,
             {"Where the errors come from",
              {parts_of("Squared error on Gabor waves", "squared error", values, "+ bias", "+ variance"),
               parts_of("Wrong answers on tumours", "part of all answers (%)", classes, "= bias", "+ net variance"),
               values.part("Squared errors"), classes.part("Wrong answers in %")}}}});
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::size_t rounds = 40;
        const auto flags = examples::read_flags(
            argc, argv, "Bias and variance of a stump, a tree, a bag and a network.", {.epochs = 150, .lr = 0.01},
            {{"--rounds", "Samples that each model is fitted to", &rounds}}, examples::without_checkpoints);
        decompose(flags, rounds);
    });
}
