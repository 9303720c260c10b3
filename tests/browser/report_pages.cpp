// Reports: of a short training and of two side by side, beside each the histories as JSON; and one of every part.
#include <nlohmann/json.hpp>

#include "pages.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/trainer.hpp"
#include "sevenfold/viz/training.hpp"

using namespace sevenfold;

namespace {

// An MLP that reads digits, held-out answers included.
viz::TrainingRun train(const std::string& name, std::size_t hidden, std::vector<viz::Section>& sections) {
    const Split<float> data = every_fifth(digits<float>().flattened());
    Random random(1);
    Mlp<float> model({64, hidden, 10}, Activation::relu, random);
    Adam<float> optimizer(model.parameters());
    TrainOptions<float> options;
    options.epochs = 4;
    options.validation = data.test;
    options.verbose = false;
    options.layer_gradients = true;
    options.early_stopping = EarlyStoppingOptions{.patience = 1};
    const TrainResult result = fit(model, optimizer, Loader<float>(data.train), options);
    sections.push_back(viz::answers(model, data.test, data.test.features.reshape({data.test.size(), 8, 8})));
    return {.name = name,
            .history = result.history,
            .settings = {{"hidden units", text(hidden)}},
            .best_epoch = result.best_epoch,
            .stopped_early = result.stopped_early};
}

void write(const std::filesystem::path& folder, const std::string& name, const std::vector<viz::TrainingRun>& runs,
           const std::vector<viz::Section>& more) {
    viz::Report report{.title = "The report <" + name + ">",
                       .sections = {viz::learning_curves(runs), viz::settings_and_results(runs)}};
    report.sections.insert(report.sections.end(), more.begin(), more.end());
    viz::write_report(report, folder / (name + ".html"));
    nlohmann::json losses = nlohmann::json::array();
    for (const viz::TrainingRun& run : runs)
        losses.push_back({{"training", run.history["loss"]}, {"held out", run.history["validation_loss"]}});
    write_file_atomically(folder / (name + ".json"), losses.dump());
}

}  // namespace

void write_report_pages(const std::filesystem::path& folder) {
    std::vector<viz::Section> sections;
    const viz::TrainingRun small = train("small", 8, sections);
    write(folder, "training", {small}, sections);
    write(folder, "comparison", {small, train("large", 64, sections)}, {});

    const auto curve = [](double slope) {
        return viz::Figure{.title = text("A line of slope ", slope),
                           .x = {.title = "x"},
                           .y = {.title = "y", .low = 0, .high = 3},
                           .marks = {viz::Line{"line", {0, 1}, {0, slope}}}};
    };
    viz::Slides slides{.title = "Slopes", .label = "slope", .shown = 1};
    for (double slope : {1.0, 2.0, 3.0}) slides.slides.push_back({text(slope), curve(slope)});
    Array<double> wave(Shape{40, 40});
    for (std::size_t i = 0; i < wave.size(); ++i) wave.data()[i] = static_cast<double>(i % 40) - 20;
    const viz::HeatMap map{.name = "height", .values = wave, .scale = viz::Scale::diverging};
    viz::write_report(
        {.title = "Every part",
         .summary = "Words.",
         .sections = {{"Figures",
                       {slides, viz::Figure{.title = "A surface", .marks = {map}, .equal = true},
                        viz::Paragraph{"More words."},
                        viz::TextTable{.title = "A table", .columns = {"name", "number"}, .rows = {{"a", "1"}}}}}}},
        folder / "parts.html");
}
