// Three ways to learn how good a bag of trees will be: the rows that each tree's draw has left out, k-fold
// cross-validation, and test rows that nobody has touched. The first costs nothing.
#include <chrono>
#include <cmath>
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/score.hpp"
#include "sevenfold/validation/cross_validate.hpp"
#include "sevenfold/viz/evaluation.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::format;

template <class F>
double seconds(F&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void compare(const examples::Flags& flags, std::size_t k) {
    const Split<double> data = holdout(digits<double>().flattened(), 0.3, flags.seed, true);
    const Array<double>&X = data.train.features, y = data.train.labels.cast<double>();
    const Array<double> y_test = data.test.labels.cast<double>();
    std::cout << data.train.describe() << "; " << data.test.size() << " test rows.\nBags of B trees, errors in %:\n\n";

    examples::Table table({{"B", 0},
                           {"covered %", 2},
                           {"1 - (1 - 1/e)^B", 2},
                           {"out of bag", 2},
                           {format("%zu-fold", k), 2, 8},
                           {"test", 2},
                           {"fit s", 2},
                           {format("%zu-fold s", k), 2}});
    for (const std::size_t members : std::vector<std::size_t>{1, 2, 5, 10, 25, 50, 100}) {
        const Estimator forest = Bagging(DecisionTree({.max_features = 8}),
                                         {.estimators = members, .threads = flags.threads, .seed = flags.seed});
        Estimator fitted = forest;
        const double fit_seconds = seconds([&] { fitted.fit(X, y); });
        const OutOfBag& out_of_bag = fitted.as<Bagging>()->out_of_bag();
        CrossValidation folds;
        const double fold_seconds = seconds([&] {
            folds = cross_validate(forest, X, y, stratified_k_fold(y, k, flags.seed),
                                   {.metric = Metric::error_rate(), .seed = flags.seed});
        });
        table.add({static_cast<double>(members), 100 * out_of_bag.coverage,
                   100 * (1 - std::pow(1 - std::exp(-1), static_cast<double>(members))), 100 * (1 - out_of_bag.score),
                   100 * folds.test.mean(), 100 * (1 - accuracy(fitted.predict(data.test.features), y_test)),
                   fit_seconds, fold_seconds});
    }
    std::cout << "\nA row is out of about 1/e = 37 % of the bags, so a small bag judges it by few members: out of bag "
                 "begins too\n"
                 "high, and meets the others as B grows.\n"
                 "Try next: --threads 2 (same numbers, less time); then 15_adaboost: learners that mend each other's "
                 "errors.\n";
    table.save(flags, "out_of_bag");
    const std::vector<double> members = table.column("B");
    const std::string folds = format("%zu-fold", k);
    examples::write_report(
        flags,
        {.title = "Out of bag",
         .summary = data.train.describe(),
         .sections = {
             {"Three ways to one number",
              {viz::Figure{.title = "Error by trees in the bag",
                           .x = {.title = "trees", .log = true},
                           .y = {.title = "wrong answers (%)", .zero = true},
                           .marks = {viz::Line{"out of bag", members, table.column("out of bag"), viz::Colour::red},
                                     viz::Line{folds, members, table.column(folds), viz::Colour::blue},
                                     viz::Line{"test", members, table.column("test"), viz::Colour::ink, true}}},
               viz::Figure{.title = "What it costs",
                           .x = {.title = "trees", .log = true},
                           .y = {.title = "time (s)", .log = true},
                           .marks = {viz::Line{"one fit", members, table.column("fit s"), viz::Colour::red},
                                     viz::Line{folds, members, table.column(folds + " s"), viz::Colour::blue}}},
               viz::Figure{.title = "Rows that some tree has left out",
                           .x = {.title = "trees", .log = true},
                           .y = {.title = "rows (%)", .high = 102.0},
                           .marks = {viz::Line{"1 − (1 − 1/e)ᴮ", members, table.column("1 - (1 - 1/e)^B"),
                                               viz::Colour::ink, true},
                                     viz::Points{"covered", members, table.column("covered %"), viz::Colour::red}}},
               table.part("All numbers, errors in %")}}}});
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::size_t folds = 5;
        const auto flags =
            examples::read_flags(argc, argv, "Out-of-bag error against k-fold and test error.", {},
                                 {{"--folds", "Folds of the cross-validation", &folds}}, examples::without_epochs);
        compare(flags, folds);
    });
}
