// The bootstrap: drawing N of N rows with replacement, again and again, stands in for new data. How many rows a draw
// reaches, how sure a measured accuracy is, and how far models agree that were trained on different draws.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "common.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/bootstrap.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/score.hpp"
#include "sevenfold/viz/evaluation.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::format;

viz::Section count_rows(const examples::Flags& flags, std::size_t draws) {
    std::cout << "1. Which share of N rows is in a draw of N? Mean of " << draws << " draws, in %:\n\n";
    examples::Table table({{"N", 0}, {"drawn", 3}, {"1 - (1 - 1/N)^N", 3}});
    for (const std::size_t n : std::vector<std::size_t>{1, 2, 5, 10, 100, 1000}) {
        double share = 0;
        for (const Rows& bag : bootstrap_bags(n, draws, flags.seed))
            share += static_cast<double>(std::set(bag.begin(), bag.end()).size());
        share /= static_cast<double>(n * draws);
        table.add({static_cast<double>(n), 100 * share, 100 * (1 - not_drawn_probability(n))});
    }
    std::cout << format("Its limit is 1 - 1/e = %.3f %%.\n", 100 * (1 - std::exp(-1)));
    table.save(flags, "share");
    const std::vector<double> n = table.column("N");
    return {
        "Rows in a draw",
        {viz::Figure{.title = "Share of N rows that a draw of N reaches",
                     .x = {.title = "N", .log = true},
                     .y = {.title = "rows drawn (%)"},
                     .marks = {viz::Line{"1 − (1 − 1/N)ᴺ", n, table.column("1 - (1 - 1/N)^N"), viz::Colour::ink, true},
                               viz::Points{"drawn", n, table.column("drawn"), viz::Colour::red}}}}};
}

void resample(const examples::Flags& flags, std::size_t draws, const viz::Section& shares) {
    const Split<double> data = holdout(breast_cancer<double>(), 0.3, flags.seed, true);
    const Array<double>&X = data.train.features, y = data.train.labels.cast<double>();
    const Array<double>&X_test = data.test.features, y_test = data.test.labels.cast<double>();
    const DecisionTree tree({.max_depth = 4});

    DecisionTree one = tree;
    one.fit(X, y);
    const Array<double> answers = one.predict(X_test);
    const auto accuracy_of = [&](std::span<const std::size_t> rows) {
        return accuracy(answers.rows(rows), y_test.rows(rows));
    };
    const BootstrapResult sure =
        bootstrap(y_test.size(), accuracy_of, {.samples = draws, .seed = flags.seed, .threads = flags.threads});
    std::cout << "\n2. A tree of depth 4 on " << data.train.describe()
              << format(":\n   %.1f %% of %zu test rows are right; with 95 %% confidence %.1f to %.1f %%.\n",
                        100 * sure.estimate, y_test.size(), 100 * sure.interval.low, 100 * sure.interval.high);

    const std::size_t models = 50;
    const Consistency agreed =
        prediction_consistency(tree, X, y, X_test, {.samples = models, .seed = flags.seed, .threads = flags.threads});
    const Array<double> chosen = largest_column(agreed.votes);
    std::cout << "\n3. " << models
              << " such trees, each trained on a draw of its own. The test rows by how many agree:\n\n";
    examples::Table table({{"agreement from %", 0}, {"to %", 0}, {"rows", 0}, {"right %", 1}});
    const double edges[] = {0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.01};
    for (std::size_t b = 0; b + 1 < std::size(edges); ++b) {
        double rows = 0, right = 0;
        for (std::size_t i = 0; i < y_test.size(); ++i) {
            if (agreed.agreement(i) < edges[b] || agreed.agreement(i) >= edges[b + 1]) continue;
            ++rows;
            right += chosen(i) == y_test(i);
        }
        table.add({100 * edges[b], std::min(100.0, 100 * edges[b + 1]), rows, 100 * right / rows});
    }
    std::cout << "\nWhere models from other draws say something else, the answer is a guess; agreement costs no test "
                 "labels.\n"
                 "Try next: --seed 2; then 14_out_of_bag: the rows that a draw leaves out are test data for free.\n";
    table.save(flags, "agreement");
    std::vector<double> percent, sureness;
    for (double share : sure.statistics) percent.push_back(100 * share);
    for (double share : agreed.agreement) sureness.push_back(100 * share);
    viz::Figure interval = viz::histogram("Accuracy in resampled test rows", percent, {.title = "right answers (%)"});
    interval.marks.push_back(viz::Marker{"2.5 %", 100 * sure.interval.low});
    interval.marks.push_back(viz::Marker{"97.5 %", 100 * sure.interval.high});
    examples::write_report(
        flags,
        {.title = "The bootstrap",
         .summary = data.train.describe(),
         .sections = {
             shares,
             {"How sure a number is",
              {interval, viz::histogram("Models that agree on a test row", sureness, {.title = "agreement (%)"}, 10),
               table.part("Test rows by how many models agree")}}}});
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::size_t draws = 1000;
        const auto flags =
            examples::read_flags(argc, argv, "The bootstrap: shares, intervals and consistency.", {},
                                 {{"--draws", "Draws for shares and intervals", &draws}}, examples::without_epochs);
        resample(flags, draws, count_rows(flags, draws));
    });
}
