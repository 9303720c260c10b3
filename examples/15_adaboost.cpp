// AdaBoost: rows that are wrong weigh more in the next round. While every learner is a little better than chance, a
// bound on the training error falls by a factor in each round; the test error follows as far as the data allows.
#include <algorithm>
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/ensemble/adaboost.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/score.hpp"
#include "sevenfold/viz/boosting.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::format;

// How far the row that is least sure is on the right side: its class's share of the say less the other's, -1..1.
double smallest_margin(const Array<double>& votes, const Array<double>& y) {
    double smallest = 1;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double say = votes(i, 0) + votes(i, 1), lead = (votes(i, 1) - votes(i, 0)) / say;
        smallest = std::min(smallest, y(i) == 1 ? lead : -lead);
    }
    return smallest;
}

// In the plane all of it can be seen.
viz::Section in_the_plane(const examples::Flags& flags, std::size_t rounds) {
    const Dataset<double> data = moons<double>(200, 0.2, flags.seed);
    const Array<double> y = data.labels.cast<double>();
    AdaBoost model(DecisionTree({.max_depth = 1}), {.rounds = rounds, .keep_sample_weights = true, .seed = flags.seed});
    model.fit(data.features, y);
    std::vector<std::size_t> shown;
    for (std::size_t t : {1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100, 200})
        if (static_cast<std::size_t>(t) <= model.rounds().size()) shown.push_back(static_cast<std::size_t>(t));
    return {
        "Round by round, on two moons",
        {viz::Paragraph{
             "Blue is class 0, orange class 1, pale undecided. A stump cuts along one axis; rows that are wrong grow, "
             "and the next stump tries to mend them."},
         viz::boosting_rounds(model, data.features, y, shown)}};
}

void boost(viz::Report& report, const examples::Flags& flags, const std::string& name, const Split<double>& data,
           const DecisionTree& learner, std::size_t rounds) {
    const Array<double>&X = data.train.features, y = data.train.labels.cast<double>();
    const Array<double>&X_test = data.test.features, y_test = data.test.labels.cast<double>();
    AdaBoost model(learner,
                   {.rounds = rounds, .keep_sample_weights = examples::wants_report(flags), .seed = flags.seed});
    model.fit(X, y);
    const Array<double> train = model.staged_predict(X), test = model.staged_predict(X_test);
    const Array<double> votes = model.staged_votes(X);

    std::cout << data.train.describe() << ", " << data.test.size() << " test rows; trees of depth "
              << learner.options().max_depth << ", errors in %.\n\n";
    examples::Table table({{"round", 0},
                           {"learner's error", 2},
                           {"its say", 3},
                           {"training error", 2},
                           {"bound", 2},
                           {"smallest margin", 3},
                           {"test error", 2}});
    for (std::size_t t = 1; t <= model.rounds().size(); ++t) {
        const BoostingRound& round = model.rounds()[t - 1];
        const bool shown = t <= 5 || t == 10 || t == 20 || t % 50 == 0 || t == model.rounds().size();
        if (!shown) continue;
        table.add({static_cast<double>(t), 100 * round.error, round.weight, 100 * (1 - accuracy(train.row(t - 1), y)),
                   100 * round.bound, smallest_margin(votes.row(t - 1), y),
                   100 * (1 - accuracy(test.row(t - 1), y_test))});
    }
    std::cout << "\nEnded: " << sevenfold::name(model.end()) << ".\n\n";
    table.save(flags, name);
    if (examples::wants_report(flags)) report.sections.push_back(viz::boosting_section(data.train.title, model, data));
}

void explore(const examples::Flags& flags, std::size_t rounds) {
    viz::Report report{.title = "AdaBoost", .summary = "Stumps, each trained on what the others got wrong."};
    if (examples::wants_report(flags)) report.sections.push_back(in_the_plane(flags, rounds));
    boost(report, flags, "breast_cancer", holdout(breast_cancer<double>(), 0.3, flags.seed, true),
          DecisionTree({.max_depth = 1}), rounds);
    // A ball inside a shell in ten dimensions: no single question tells them apart, many together do.
    boost(report, flags, "spheres", holdout(spheres<double>(2000, 10, 2, 0.2, flags.seed), 0.5, flags.seed, true),
          DecisionTree({.max_depth = 1}), rounds);
    std::cout << "The bound is above the training error in every round. After the training error is 0, rounds still "
                 "widen the\n"
                 "margins, and the test error may go on falling.\n"
                 "Try next: --rounds 1000; then 16_bagged_networks.\n";
    examples::write_report(flags, report);
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::size_t rounds = 200;
        const auto flags =
            examples::read_flags(argc, argv, "AdaBoost and its bound, on tumours and on nested spheres.", {},
                                 {{"--rounds", "Rounds of boosting", &rounds}}, examples::without_epochs);
        explore(flags, rounds);
    });
}
