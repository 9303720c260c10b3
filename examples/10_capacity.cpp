// Under- and overfitting: the more a model can describe, the better it fits the rows that it learns from. On other rows
// that helps up to a point only.
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/network.hpp"
#include "sevenfold/validation/cross_validate.hpp"
#include "sevenfold/viz/evaluation.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::format;

// A kind of model whose capacity can be set, on data that shows what it does.
struct Study {
    std::string capacity;  // what is varied
    std::vector<double> values;
    std::function<Estimator(double)> make;
    Dataset<double> data;
    Expectation expected;  // error rates
};

Study trees() {
    const auto make = [](double depth) { return DecisionTree({.max_depth = static_cast<std::size_t>(depth)}); };
    return {"depth", {1, 2, 3, 4, 5, 6, 8, 12}, make, breast_cancer<double>(), {.train = 0.03, .allowed_gap = 0.06}};
}

Study networks(const examples::Flags& flags) {
    const auto make = [flags](double units) {
        return Network(
            Task::classification, hidden_layers({static_cast<std::size_t>(units)}),
            {.epochs = flags.epochs, .batch_size = flags.batch, .optimizer = flags.optimizer, .lr = flags.lr});
    };
    Dataset<double> few =
        shuffled(digits<double>().flattened(), flags.seed);  // so few that they can be learned by heart
    few.features = few.features.rows(0, 250);
    few.labels = few.labels.rows(0, 250);
    return {"hidden units", {1, 2, 4, 8, 16, 64}, make, few, {.train = 0.05, .allowed_gap = 0.10}};
}

// Error over capacity, and over the rows there are to learn from.
void report(const examples::Flags& flags, const Study& study, const Curve& capacity, const examples::Table& table) {
    const double best = capacity.at[capacity.best()];
    const Array<double> y = study.data.labels.cast<double>();
    std::vector<std::size_t> sizes;
    for (std::size_t part : {1u, 2u, 4u, 6u, 8u}) sizes.push_back(part * y.size() / 10);
    sizes.back() -= 1;  // no fold has fewer rows to train on
    const Curve rows =
        learning_curve(study.make(best), study.data.features, y, repeated_k_fold(y.size(), 5, 1, flags.seed), sizes,
                       {.metric = Metric::error_rate(), .seed = flags.seed, .threads = flags.threads});
    examples::write_report(
        flags,
        {.title = "Capacity: under- and overfitting",
         .summary = study.data.describe(),
         .sections = {
             {"Error",
              {viz::curve_figure("Error by " + study.capacity, capacity,
                                 {.title = study.capacity, .log = study.values.back() > 20}, "wrong answers (%)", 100),
               viz::curve_figure(format("Error by rows learned from, %s %g", study.capacity.c_str(), best), rows,
                                 {.title = "rows to learn from"}, "wrong answers (%)", 100),
               viz::Paragraph{"Bands are a deviation of the folds to both sides. Too little capacity: both errors "
                              "are large. Too much: training goes to 0, and the test error with its gap does "
                              "not."},
               table.part("By " + study.capacity)}}}});
}

void compare(const examples::Flags& flags, const std::string& model) {
    const Study study = model == "tree" ? trees() : networks(flags);
    const Array<double> y = study.data.labels.cast<double>();
    const std::size_t folds = 5, repeats = 3;
    std::cout << study.data.describe() << ".\nA " << model << " is fitted " << folds * repeats
              << " times, each time to " << 100 - 100 / folds << " % of the rows; errors are means in %.\n"
              << format(
                     "Expected: at most %g %% of the rows learned from wrong, and at most %g more of the others.\n\n",
                     100 * study.expected.train, 100 * study.expected.allowed_gap);
    const Curve curve = validation_curve(
        study.make, study.values, study.data.features, y, repeated_k_fold(y.size(), folds, repeats, flags.seed),
        {.metric = Metric::error_rate(), .seed = flags.seed, .threads = flags.threads});

    examples::Table table({{study.capacity, 0},
                           {"training error", 2},
                           {"test error", 2},
                           {"gap", 2},
                           {"verdict", examples::Table::words, 12}});
    const std::vector<std::string> words{"underfitted", "overfitted", "well fitted"};
    for (std::size_t i = 0; i < curve.at.size(); ++i) {
        const CrossValidation& result = curve.results[i];
        const auto fit = static_cast<std::size_t>(verdict(result, study.expected).fit);
        table.add({curve.at[i], 100 * result.train.mean(), 100 * result.test.mean(), 100 * result.generalization_gap(),
                   words[fit]});
    }
    std::cout
        << format("\nBest on rows not learned from: %s %g with %.2f %% wrong.\n", study.capacity.c_str(),
                  curve.at[curve.best()], 100 * curve.results[curve.best()].test.mean())
        << "Try next: the other --model; then 11_cross_validation: a choice made on test rows needs a judge of its "
           "own.\n";
    table.save(flags, "capacity");
    if (examples::wants_report(flags)) report(flags, study, curve, table);
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::string model = "tree";
        const auto flags = examples::read_flags(
            argc, argv, "Under- and overfitting over a model's capacity.", {.epochs = 60, .lr = 0.01},
            {{"--model", "What is fitted: tree, network", &model, {"tree", "network"}}}, examples::without_checkpoints);
        compare(flags, model);
    });
}
