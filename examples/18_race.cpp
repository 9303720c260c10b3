// The seven update rules race down six surfaces: same start, same noise, and ten learning rates each instead of a lucky one.
//
// Five surfaces are textbook functions. The sixth is the loss of a small network on a plane through its trained weights.
#include <algorithm>
#include <iostream>

#include "common.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/viz/race.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::format, examples::Table;

// Iris, standardized, and a network that has learned it.
struct Trained {
    explicit Trained(const examples::Flags& flags)
        : data{iris<double>(), iris<double>()}, random(flags.seed), model({4, 6, 3}, Activation::tanh, random) {
        standardize(data);
        Adam optimizer(model.parameters(), {.lr = 0.01});
        fit(model, optimizer, Loader<double>(data.train, {.batch_size = 30, .seed = flags.seed}),
            {.epochs = flags.epochs, .verbose = false});
    }
    viz::Surface surface() {
        const viz::Direction x = viz::filter_normalized(model.parameters(), random);
        const viz::Direction y = viz::filter_normalized(model.parameters(), random);
        return viz::network_surface(
            model.parameters(), [this] { return cross_entropy(model(data.train.features), data.train.labels); }, x, y);
    }

    Split<double> data;
    Random random;
    Mlp<double> model;
};

// What each rule reaches at its best rate, and at how many of its rates it left for infinity.
std::vector<viz::Field> show(const viz::Surface& surface, const viz::RaceOptions& options) {
    std::vector<viz::Field> fields;
    std::cout << "\n  " << surface.name << ", " << surface.formula << ", " << options.steps << " steps\n\n";
    Table table(
        {{"rule", Table::words, 20}, {"best lr", 4, 8}, {"loss there", Table::words, 10}, {"diverged", Table::words}});
    for (const viz::Racer& racer : viz::racers()) {
        fields.push_back(
            viz::field(surface, racer, viz::gradient_noise(options.steps, 0, options.seed), options.rates));
        const viz::Field& field = fields.back();
        const auto lost = std::ranges::count_if(field.trails, [](const viz::Trail& t) { return t.diverged; });
        table.add({std::string(racer.title), options.rates[field.winner] * racer.lr,
                   format("%.2g", field.trails[field.winner].loss.back()), text(lost, " of ", options.rates.size())});
    }
    return fields;
}

void race(const examples::Flags& flags, const viz::RaceOptions& options, const std::string& page) {
    Trained network(flags);
    std::vector<viz::Surface> surfaces = viz::classic_surfaces();
    surfaces.push_back(network.surface());
    std::cout << "Each rule at ten learning rates, 0.01 to 300 times its default; the best of them:\n";
    viz::Report report{.title = "The race", .summary = "Every rule at the best of its learning rates, from one start."};
    for (const viz::Surface& surface : surfaces) {
        const std::vector<viz::Field> fields = show(surface, options);
        report.sections.push_back(
            {surface.name,
             {viz::Paragraph{surface.note}, viz::trails_figure(surface, fields), viz::losses_figure(surface, fields)}});
    }
    examples::write_report(flags, report);
    if (!page.empty()) {
        viz::race(surfaces, page, options);
        std::cout << "\nWatch it in a browser: " << page << '\n';
    }
    std::cout << "\nTry next: --page race.html (contours, trails, and the terms of each step), --figures race (as "
                 "SVG), --steps 50.\n";
}

int main(int argc, char** argv) {
    return examples::run([&] {
        viz::RaceOptions options;
        std::string page;
        const examples::Flags flags = examples::read_flags(
            argc, argv, "The seven update rules race down six surfaces.", {.epochs = 60},
            {{"--steps", "Steps of every rule", &options.steps}, {"--page", "Write the page to this file", &page}},
            {"--data", "--batch", "--lr", "--optimizer", "--save", "--resume", "--threads", "--micro-batch",
             "--patience", "--out", "--compare", "--record"});
        options.seed = flags.seed;
        race(flags, options, page);
    });
}
