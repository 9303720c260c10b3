// Choosing a model by k-fold cross-validation, and judging the choice by nested cross-validation: the score by which
// something was chosen flatters it, so rows that the choice has never seen decide how good it is.
#include <algorithm>
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/linear_model.hpp"
#include "sevenfold/ensemble/nearest_neighbours.hpp"
#include "sevenfold/validation/cross_validate.hpp"
#include "sevenfold/viz/evaluation.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::format;

void choose(const examples::Flags& flags, std::size_t k) {
    const Dataset<double> data = breast_cancer<double>();
    const Array<double>&X = data.features, y = data.labels.cast<double>();
    std::vector<std::string> names;
    std::vector<Estimator> candidates;
    const auto candidate = [&](const std::string& name, Estimator model) {
        names.push_back(name);
        candidates.push_back(std::move(model));
    };
    for (const std::size_t depth : std::vector<std::size_t>{1, 3, 5})
        candidate(format("tree, depth %zu", depth), DecisionTree({.max_depth = depth}));
    for (const std::size_t n : std::vector<std::size_t>{1, 5, 15})
        candidate(format("%zu nearest", n), NearestNeighbours(n));
    for (const double l2 : {0.0001, 0.001, 0.1, 10.0})
        candidate(format("logistic, l2 %g", l2), LogisticRegression({l2}));

    std::cout << data.describe() << ".\n\n1. " << k << "-fold cross-validation of " << names.size()
              << " candidates, errors in %:\n\n";
    const CrossValidationOptions options{.metric = Metric::error_rate(), .seed = flags.seed, .threads = flags.threads};
    const Folds outer = stratified_k_fold(y, k, flags.seed);
    examples::Table table(
        {{"candidate", examples::Table::words, 20}, {"training", 2}, {"test", 2}, {"deviation", 2}, {"seconds", 3}});
    double best = 1;
    std::vector<CrossValidation> results;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const CrossValidation result = cross_validate(candidates[i], X, y, outer, options);
        table.add({names[i], 100 * result.train.mean(), 100 * result.test.mean(), 100 * result.test.deviation(),
                   result.fit_seconds.mean()});
        best = std::min(best, result.test.mean());
        results.push_back(result);
    }

    std::cout
        << "\n2. Nested: in each outer fold the rows to train on are split again, and the best mean error chooses:\n\n";
    const NestedCrossValidation nested = nested_cross_validate(
        candidates, X, y, outer, [&](const Array<double>& part) { return stratified_k_fold(part, 3, flags.seed); },
        options);
    examples::Table folds(
        {{"outer fold", 0}, {"chosen", examples::Table::words, 20}, {"inner error", 2}, {"outer error", 2}});
    for (std::size_t i = 0; i < nested.outer.size(); ++i) {
        const OuterFold& fold = nested.outer[i];
        folds.add({static_cast<double>(i + 1), names[fold.chosen], 100 * fold.inner[fold.chosen],
                   100 * nested.chosen.test.values[i]});
    }
    std::cout << format(
                     "\nThe winner's own score: %.2f %% wrong; what choosing and fitting is worth: %.2f ± %.2f %%.\n",
                     100 * best, 100 * nested.chosen.test.mean(), 100 * nested.chosen.test.standard_error())
              << "Try next: --folds 10, other seeds; then 12_bias_variance: where the errors come from.\n";
    table.save(flags, "candidates");
    folds.save(flags, "nested");
    const std::vector<double> fold = folds.column("outer fold");
    examples::write_report(
        flags, {.title = "Choosing a model by cross-validation",
                .summary = data.describe(),
                .sections = {
                    {"Scores of folds",
                     {viz::fold_scores("Test error of each fold", names, results, "wrong answers (%)", 100),
                      viz::Figure{.title = "The chosen model: where it was chosen, and where it was not seen",
                                  .x = {.title = "outer fold", .whole = true},
                                  .y = {.title = "wrong answers (%)"},
                                  .marks = {viz::Bars{"inner folds, which chose it", fold, folds.column("inner error")},
                                            viz::Bars{"outer fold, new to the choice", fold,
                                                      folds.column("outer error"), viz::Colour::red}}},
                      table.part("Candidates"), folds.part("Nested cross-validation")}}}});
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::size_t folds = 5;
        const auto flags = examples::read_flags(argc, argv, "k-fold and nested cross-validation choose a model.", {},
                                                {{"--folds", "Outer folds", &folds}}, examples::without_epochs);
        choose(flags, folds);
    });
}
