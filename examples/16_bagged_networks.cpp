// A bag of networks reads handwritten digits: each member is trained on a draw of its own and from a start of its own.
// They err in different places, so the vote is better than the voters.
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/network.hpp"
#include "sevenfold/ensemble/score.hpp"
#include "sevenfold/viz/evaluation.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::format;

void vote(const examples::Flags& flags, std::size_t members) {
    const Split<double> data = every_fifth(digits<double>().flattened());
    const Array<double> y = data.train.labels.cast<double>(), y_test = data.test.labels.cast<double>();
    const Network network(Task::classification, hidden_layers({32}),
                          {.epochs = flags.epochs,
                           .batch_size = flags.batch,
                           .optimizer = flags.optimizer,
                           .lr = flags.lr,
                           .standardize = false});
    Bagging bag(network, {.estimators = members, .threads = flags.threads, .seed = flags.seed});
    std::cout << data.train.describe() << "; " << data.test.size() << " more are held out.\n"
              << members << " networks 64-32-10, " << flags.epochs << " epochs each.\n\n";
    bag.fit(data.train.features, y);

    examples::Table table({{"networks", 0}, {"this one %", 2}, {"hard vote %", 2}, {"soft vote %", 2}});
    Array<double> votes = Array<double>::zeros({y_test.size(), 10}), sure = votes;
    double single = 0;
    for (std::size_t m = 0; m < members; ++m) {
        const Array<double> p = bag.estimators()[m].probabilities(data.test.features, 10), answer = largest_column(p);
        for (std::size_t i = 0; i < y_test.size(); ++i) ++votes(i, answer(i));
        for (std::size_t i = 0; i < p.size(); ++i) sure.data()[i] += p.data()[i];
        const double right = accuracy(answer, y_test);
        single += right / static_cast<double>(members);
        table.add({static_cast<double>(m + 1), 100 * right, 100 * accuracy(largest_column(votes), y_test),
                   100 * accuracy(largest_column(sure), y_test)});
    }
    Network whole = network.clone(flags.seed);
    whole.fit(data.train.features, y);
    std::cout
        << format("\nA member alone, on average: %.2f %%; one network that saw all rows: %.2f %%.\n", 100 * single,
                  100 * accuracy(whole.predict(data.test.features), y_test))
        << format("Out of bag, without test rows: %.2f %%, over %.1f %% of the rows.\n", 100 * bag.out_of_bag().score,
                  100 * bag.out_of_bag().coverage)
        << format("Held-out accuracy of the bag: %.2f %%\n", 100 * accuracy(largest_column(sure), y_test))
        << "Try next: --members 50, --threads 2, --epochs 5; then 17_svd: what of a network's weights is needed.\n";
    table.save(flags, "votes");
    const std::vector<double> count = table.column("networks");
    examples::write_report(
        flags,
        {.title = "A bag of networks",
         .summary = data.train.describe(),
         .sections = {
             {"Votes",
              {viz::Figure{.title = "Right answers by networks in the bag",
                           .x = {.title = "networks", .whole = true},
                           .y = {.title = "right answers (%)"},
                           .marks = {viz::Points{"one network", count, table.column("this one %"), viz::Colour::quiet},
                                     viz::Line{"hard vote", count, table.column("hard vote %"), viz::Colour::blue},
                                     viz::Line{"soft vote", count, table.column("soft vote %"), viz::Colour::red}}},
               table.part("Network by network")}}}});
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::size_t members = 15;
        const auto flags =
            examples::read_flags(argc, argv, "A bag of networks reads handwritten digits.", {.epochs = 25, .lr = 3e-3},
                                 {{"--members", "Networks in the bag", &members}}, examples::without_checkpoints);
        vote(flags, members);
    });
}
