// Generalization: pictures from what examples 03, 10, 11 and 12 have saved, and the bootstrap of 13.
#include <algorithm>
#include <cmath>

#include "sevenfold/data/csv.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/docs/figures/figures.hpp"
#include "sevenfold/ensemble/bootstrap.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/score.hpp"

namespace figures {
namespace {

using std::filesystem::path;

viz::Figure generalization(const path& history) {
    const std::vector<double> epochs = column(history, "epoch"), train = column(history, "loss"),
                              held_out = column(history, "validation_loss");
    return {.title = "Loss of an MLP on digits: rows it learns from, and rows held out",
            .x = {.title = "epoch", .log = true},
            .y = {.title = "loss", .log = true},
            .marks = {viz::Band{"generalization gap", epochs, train, held_out, viz::Colour::quiet},
                      viz::Line{"held out", epochs, held_out, viz::Colour::orange},
                      viz::Line{"training", epochs, train, viz::Colour::blue}},
            .width = 640,
            .height = 340};
}

viz::Figure capacity(const path& table) {
    const std::vector<double> depth = column(table, "depth", "verdict");
    return {.title = "Errors of a decision tree by its depth, means of 15 fits",
            .x = {.title = "depth of the tree", .whole = true},
            .y = {.title = "wrong (%)", .zero = true},
            .marks = {viz::Line{"training", depth, column(table, "training error", "verdict"), viz::Colour::blue},
                      viz::Line{"test", depth, column(table, "test error", "verdict"), viz::Colour::orange}},
            .width = 640,
            .height = 340};
}

viz::Figure candidates(const path& file) {
    const Dataset<double> table = read_csv<double>(file, {.label = "candidate"});
    const std::vector<double> test = column(file, "test", "candidate"),
                              deviation = column(file, "deviation", "candidate");
    viz::Figure figure{.title = "Ten candidates in 5 folds: mean error, and one deviation to each side",
                       .x = {.title = "wrong on the fold that was left out (%)", .zero = true},
                       .y = {.title = "", .down = true},
                       .width = 640,
                       .height = 380};
    viz::Points means{"mean", test, {}, viz::Colour::orange};
    for (std::size_t i = 0; i < test.size(); ++i) {
        const auto place = static_cast<double>(i);
        figure.y.names.push_back(table.class_names[static_cast<std::size_t>(table.labels(i))]);
        figure.marks.emplace_back(
            viz::Line{"", {test[i] - deviation[i], test[i] + deviation[i]}, {place, place}, viz::Colour::quiet});
        means.y.push_back(place);
    }
    figure.marks.emplace_back(means);
    return figure;
}

viz::Figure bias_variance(const path& file) {
    const Dataset<double> table = read_csv<double>(file, {.label = "model"});
    viz::Figure figure{.title = "Where the squared error of four models comes from",
                       .x = {.title = "model"},
                       .y = {.title = "part of the squared error", .zero = true},
                       .width = 640,
                       .height = 340};
    for (std::size_t i = 0; i < table.size(); ++i)
        figure.x.names.push_back(table.class_names[static_cast<std::size_t>(table.labels(i))]);
    const std::vector<double> places = counted(table.size(), 0);
    figure.marks = {viz::Bars{"bias", places, column(file, "+ bias", "model"), viz::Colour::blue},
                    viz::Bars{"variance", places, column(file, "+ variance", "model"), viz::Colour::orange},
                    viz::Bars{"noise", places, column(file, "= noise", "model"), viz::Colour::quiet}};
    return figure;
}

// Example 13's tree and draws.
viz::Figure bootstrapped() {
    const Split<double> data = holdout(breast_cancer<double>(), 0.3, 1, true);
    DecisionTree tree({.max_depth = 4});
    tree.fit(data.train.features, data.train.labels.cast<double>());
    const Array<double> answers = tree.predict(data.test.features), y = data.test.labels.cast<double>();
    const BootstrapResult result = bootstrap(
        y.size(), [&](std::span<const std::size_t> rows) { return 100 * accuracy(answers.rows(rows), y.rows(rows)); },
        {.samples = 1000, .seed = 1});
    const auto rows = static_cast<double>(y.size());
    viz::Bars bars{"", {}, {}, viz::Colour::blue, 80 / rows};
    for (double right = std::floor(0.88 * rows); right <= rows; ++right) {  // an accuracy is a whole number of rows
        bars.x.push_back(100 * right / rows);
        bars.y.push_back(static_cast<double>(std::ranges::count_if(
            result.statistics, [&](double s) { return std::abs(s / 100 * rows - right) < 0.5; })));
    }
    return {.title = "What 1000 test sets drawn from one test set say of the same tree",
            .x = {.title = "right (%)", .low = 88, .high = 100},
            .y = {.title = "draws", .zero = true},
            .marks = {bars, viz::Marker{"2.5 %", result.interval.low}, viz::Marker{"97.5 %", result.interval.high}},
            .width = 640,
            .height = 320};
}

}  // namespace

Pictures of_evaluation(const path& runs) {
    return {{"03_generalization", generalization(runs / "03_mlp_digits" / "history.csv")},
            {"04_capacity", capacity(runs / "10_capacity" / "capacity.csv")},
            {"05_cross_validation", candidates(runs / "11_cross_validation" / "candidates.csv")},
            {"06_bias_variance", bias_variance(runs / "12_bias_variance" / "squared.csv")},
            {"07_bootstrap", bootstrapped()}};
}

}  // namespace figures
