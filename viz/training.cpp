#include "sevenfold/viz/training.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/viz/colours.hpp"
#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {

namespace {

std::string class_name(const std::vector<std::string>& names, std::size_t c) {
    return c < names.size() ? names[c] : text(c);
}

std::string percent(double part) { return shown(100 * part, 4) + " %"; }

// A number with its name, where the history has it.
void add_result(std::vector<std::pair<std::string, std::string>>& out, const TrainingRun& run, const char* column,
                const char* name, bool share) {
    if (!run.history.has(column) || run.history.rows() == 0) return;
    const double value = run.history[column].back();
    out.emplace_back(name, share ? percent(value) : shown(value));
}

std::vector<std::pair<std::string, std::string>> facts(const TrainingRun& run) {
    auto out = run.settings;
    add_result(out, run, "epoch", "epochs done", false);
    if (run.best_epoch)
        out.emplace_back(run.stopped_early ? "stopped early; best epoch" : "best epoch", text(run.best_epoch));
    add_result(out, run, "loss", "training loss, last epoch", false);
    add_result(out, run, "validation_loss", "held-out loss", false);
    add_result(out, run, "accuracy", "training accuracy, last epoch", true);
    add_result(out, run, "validation_accuracy", "held-out accuracy", true);
    if (run.history.has("seconds")) {
        double seconds = 0;
        for (double s : run.history["seconds"]) seconds += std::isfinite(s) ? s : 0;
        out.emplace_back("time in training steps", shown(seconds, 3) + " s");
    }
    return out;
}

}  // namespace

Section settings_and_results(const std::vector<TrainingRun>& runs) {
    TextTable table{.title = runs.size() > 1 ? "What they were run with, and what came out; rows that differ stand out"
                                             : "What it was run with, and what came out",
                    .columns = {""}};
    std::vector<std::vector<std::pair<std::string, std::string>>> all;
    for (const TrainingRun& run : runs) {
        table.columns.push_back(run.name);
        all.push_back(facts(run));
    }
    std::vector<std::string> names;  // in the order of the first run that has them
    for (const auto& pairs : all)
        for (const auto& [name, value] : pairs)
            if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    for (const std::string& name : names) {
        std::vector<std::string> row{name};
        for (const auto& pairs : all) {
            const auto found = std::ranges::find(pairs, name, &std::pair<std::string, std::string>::first);
            row.push_back(found == pairs.end() ? "–" : found->second);
        }
        table.marked.push_back(
            std::any_of(row.begin() + 2, row.end(), [&](const auto& cell) { return cell != row[1]; }));
        table.rows.push_back(std::move(row));
    }
    return {"Settings and results", {table}};
}

Figure confusion_figure(const Array<std::int64_t>& confusion, const std::vector<std::string>& class_names) {
    std::vector<std::string> names;
    for (std::size_t c = 0; c < confusion.shape(0); ++c) names.push_back(class_name(class_names, c));
    return {.title = "Confusion: what rows of each class were taken for",
            .x = {.title = "taken for", .names = names},
            .y = {.title = "true class", .down = true, .names = names},
            .marks = {HeatMap{.name = "rows", .values = confusion.cast<double>(), .numbers = true}},
            .height = 420};
}

template <class T>
std::vector<Answer> worst_mistakes(const Array<T>& logits, const Labels& labels, std::size_t most) {
    if (logits.rank() != 2 || labels.rank() != 1 || logits.shape(0) != labels.size())
        fail<ShapeError>("mistakes", text("logits ", logits.shape(), " and labels ", labels.shape()),
                         "they are (N, C) and (N,)");
    std::vector<Answer> out;
    const std::size_t classes = logits.shape(1);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const T* row = logits.data() + i * classes;
        const std::size_t chosen = static_cast<std::size_t>(std::max_element(row, row + classes) - row);
        const auto truth = static_cast<std::size_t>(labels(i));
        if (chosen == truth) continue;
        if (truth >= classes)
            fail<IndexError>("mistakes", text("label ", truth), text("there are ", classes, " classes"));
        double sum = 0;  // of exp(logit − largest)
        for (std::size_t c = 0; c < classes; ++c) sum += std::exp(static_cast<double>(row[c] - row[chosen]));
        out.push_back({i, truth, chosen, 1 / sum, std::log(sum) + static_cast<double>(row[chosen] - row[truth])});
    }
    std::ranges::stable_sort(out, std::greater<>(), &Answer::loss);
    out.resize(std::min(out.size(), most));
    return out;
}

template <class T>
Section answers(Module<T>& model, const Dataset<T>& data, const Array<T>& images, std::size_t most_mistakes) {
    if (images.rank() != 3 || images.shape(0) != data.size())
        fail<ShapeError>("answers", text("images ", images.shape(), " of ", data.size(), " rows"),
                         "they are (N, H, W), one for each row");
    const std::vector<Answer> mistakes = worst_mistakes(predict(model, data.features), data.labels, most_mistakes);
    Section out{"Right and wrong on held-out rows",
                {confusion_figure(*evaluate(model, data).confusion, data.class_names)}};
    Gallery gallery{.title = mistakes.empty() ? "No row is answered wrong" : "The worst mistakes, by their loss"};
    for (const Answer& a : mistakes)
        gallery.pictures.push_back(
            {grey_png_uri(images.row(a.row).template cast<double>(), 0, 1),
             text(class_name(data.class_names, a.truth), " taken for ", class_name(data.class_names, a.chosen), ", ",
                  shown(100 * a.confidence, 3), " % sure")});
    out.parts.push_back(std::move(gallery));
    return out;
}

template std::vector<Answer> worst_mistakes(const Array<float>&, const Labels&, std::size_t);
template std::vector<Answer> worst_mistakes(const Array<double>&, const Labels&, std::size_t);
template Section answers(Module<float>&, const Dataset<float>&, const Array<float>&, std::size_t);
template Section answers(Module<double>&, const Dataset<double>&, const Array<double>&, std::size_t);

}  // namespace sevenfold::viz
