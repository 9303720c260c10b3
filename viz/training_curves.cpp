#include <algorithm>
#include <cmath>

#include "sevenfold/viz/training.hpp"

namespace sevenfold::viz {
namespace {

constexpr Colour run_colours[] = {Colour::red,    Colour::blue, Colour::green, Colour::purple,
                                  Colour::orange, Colour::sky,  Colour::ink};
constexpr std::string_view layer_prefix = "gradient_norm ";

std::vector<double> column(const TrainingRun& run, std::string_view name, double (*of)(double)) {
    std::vector<double> out = run.history[name];
    for (double& v : out) v = of(v);
    return out;
}
double same(double v) { return v; }
double wrong_percent(double accuracy) { return 100 * (1 - accuracy); }

std::vector<double> epochs(const TrainingRun& run) {
    if (run.history.has("epoch")) return run.history["epoch"];
    std::vector<double> out;
    for (std::size_t i = 0; i < run.history.rows(); ++i) out.push_back(static_cast<double>(i + 1));
    return out;
}

Figure by_epoch(std::string title, std::string unit) {
    return {.title = std::move(title),
            .x = {.title = "epoch", .whole = true},
            .y = {.title = std::move(unit), .zero = true}};
}

// Training and held-out rows of one run, and the gap between them.
void add_pair(Figure& figure, const TrainingRun& run, const std::string& name, double (*of)(double)) {
    const std::string held_out = "validation_" + name;
    const std::vector<double> x = epochs(run), train = column(run, name, of);
    if (run.history.has(held_out)) {
        const std::vector<double> test = column(run, held_out, of);
        figure.marks.push_back(Band{"generalization gap", x, train, test, Colour::red});
        figure.marks.push_back(Line{"held out", x, test, Colour::red});
    }
    figure.marks.push_back(Line{"training", x, train, Colour::blue, true});
    if (run.best_epoch == 0 && run.history.has("validation_loss") && name == "loss") {
        const std::vector<double>& losses = run.history["validation_loss"];
        const auto least = std::ranges::min_element(
            losses, [](double a, double b) { return a < b || (std::isfinite(a) && std::isnan(b)); });
        if (least != losses.end())
            figure.marks.push_back(Marker{"lowest held-out loss", x[static_cast<std::size_t>(least - losses.begin())]});
    }
    if (run.best_epoch)
        figure.marks.push_back(Marker{run.stopped_early ? text("best; stopped at ", run.history.rows()) : "best epoch",
                                      static_cast<double>(run.best_epoch)});
}

// The same quantity of several runs: held-out rows where there are some, and training dashed.
void add_runs(Figure& figure, const std::vector<TrainingRun>& runs, const std::string& name, double (*of)(double)) {
    const std::string held_out = "validation_" + name;
    const bool both = std::ranges::any_of(runs, [&](const TrainingRun& run) { return run.history.has(held_out); });
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Colour colour = run_colours[i % std::size(run_colours)];
        if (runs[i].history.has(held_out))
            figure.marks.push_back(Line{runs[i].name, epochs(runs[i]), column(runs[i], held_out, of), colour});
        if (runs[i].history.has(name))
            figure.marks.push_back(Line{.name = runs[i].name + (both ? ", training" : ""),
                                        .x = epochs(runs[i]),
                                        .y = column(runs[i], name, of),
                                        .colour = colour,
                                        .dashed = both,
                                        .labelled = !both});
    }
}

void add_quantity(Section& section, const std::vector<TrainingRun>& runs, Figure figure, const std::string& name,
                  double (*of)(double)) {
    const bool known = std::ranges::any_of(runs, [&](const TrainingRun& run) { return run.history.has(name); });
    if (!known) return;
    if (runs.size() == 1)
        add_pair(figure, runs[0], name, of);
    else
        add_runs(figure, runs, name, of);
    section.parts.push_back(std::move(figure));
}

// Learning rate and gradient norm: a line for each run.
void add_single(Section& section, const std::vector<TrainingRun>& runs, Figure figure, const std::string& name) {
    for (std::size_t i = 0; i < runs.size(); ++i)
        if (runs[i].history.has(name))
            figure.marks.push_back(Line{runs.size() > 1 ? runs[i].name : "", epochs(runs[i]),
                                        column(runs[i], name, same),
                                        runs.size() > 1 ? run_colours[i % std::size(run_colours)] : Colour::blue});
    double least = 1e300, most = 0;
    for (const Mark& mark : figure.marks)
        for (double v : std::get<Line>(mark).y) least = std::min(least, v), most = std::max(most, v);
    figure.y.log |= runs.size() > 1 && least > 0 && most > 20 * least;
    if (!figure.marks.empty()) section.parts.push_back(std::move(figure));
}

// A map, because a network has more layers than lines can be told apart.
void add_layers(Section& section, const TrainingRun& run, bool named) {
    std::vector<std::string> layers;
    std::vector<double> norms;
    for (const History::Column& one : run.history.columns())
        if (one.name.starts_with(layer_prefix)) {
            layers.push_back(one.name.substr(layer_prefix.size()));
            for (double v : one.values) norms.push_back(v > 0 ? std::log10(v) : std::nan(""));
        }
    if (layers.empty() || run.history.rows() == 0) return;
    const double end = static_cast<double>(run.history.rows()) + 0.5;
    HeatMap map{.name = "log₁₀ of the norm", .values = Array<double>(Shape{layers.size(), run.history.rows()}, norms)};
    map.x_low = 0.5, map.x_high = end;
    const std::string of = named ? " (" + run.name + ")" : "";
    section.parts.push_back(Figure{.title = "Gradient norm of each layer" + of + ", in the last step of an epoch",
                                   .x = {.title = "epoch", .whole = true},
                                   .y = {.title = "layer", .down = true, .names = layers},
                                   .marks = {map},
                                   .height = 110 + 17.0 * static_cast<double>(layers.size())});
}

}  // namespace

Section learning_curves(const std::vector<TrainingRun>& runs) {
    if (runs.empty()) fail<ValueError>("report", "no runs", "there is at least one to show");
    Section out{"What happened in training", {}};
    out.parts.push_back(Paragraph{runs.size() == 1 ? "The gap between training and held-out rows, shaded, is what the "
                                                     "model owes to having seen its rows: while both "
                                                     "fall together it learns something general; where held-out gets "
                                                     "worse while training gets better, it overfits. "
                                                     "Training numbers are means over an epoch while the weights "
                                                     "change, so a young model can be better on held-out "
                                                     "rows."
                                                   : "Solid lines are held-out rows, dashed ones the rows trained on. "
                                                     "Runs can be compared by epochs; what an epoch "
                                                     "costs is in the table of settings and results."});
    add_quantity(out, runs, by_epoch("Loss", "loss"), "loss", same);
    add_quantity(out, runs, by_epoch("Wrong answers", "wrong answers (%)"), "accuracy", wrong_percent);
    add_single(out, runs, by_epoch("Learning rate, in the last step of an epoch", "learning rate"), "lr");
    Figure norms = by_epoch("Gradient norm, mean over the steps of an epoch", "norm of all gradients");
    norms.y.log = true;
    add_single(out, runs, norms, "gradient_norm");
    for (const TrainingRun& run : runs) add_layers(out, run, runs.size() > 1);
    return out;
}

}  // namespace sevenfold::viz
