// Reports: of a short training and of two side by side, beside each the histories as JSON; and one of every part.
#include <nlohmann/json.hpp>

#include "pages.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/image.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/trainer.hpp"
#include "sevenfold/viz/attention.hpp"
#include "sevenfold/viz/boosting.hpp"
#include "sevenfold/viz/costs.hpp"
#include "sevenfold/viz/evaluation.hpp"
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

// A transformer that has learned nothing yet, boosting in the plane, and a digit at every rank.
void write_sections(const std::filesystem::path& path) {
    const Dataset<float> images = digits<float>();
    Random random(1);
    Vit<float> vit(
        {.patches = 16, .patch_size = 4, .classes = 10, .blocks = 2, .layer = {.width = 16, .heads = 2, .hidden = 16}},
        random);
    Batch<float> batch;
    batch.features = patches(images.features.rows(0, 8), 2);
    batch.labels = images.labels.rows(0, 8);
    const Split<double> plane = every_fifth(moons<double>(100, 0.2, 1));
    const Array<double> y = plane.train.labels.cast<double>();
    AdaBoost boost(DecisionTree({.max_depth = 1}), {.rounds = 20, .keep_sample_weights = true});
    boost.fit(plane.train.features, y);
    const Svd<double> digit = svd(images.features.row(0).cast<double>());
    viz::write_report(
        {.title = "Sections",
         .sections = {viz::attention_maps(vit, images.features.rows(0, 1), batch.features.rows(0, 1)),
                      viz::cost_receipt(viz::step_costs(vit, classification<float>(), batch, 1), {1e11, 1e11}),
                      viz::boosting_section("Boosting", boost, plane),
                      {"Slides",
                       {viz::boosting_rounds(boost, plane.train.features, y, {1, 20}),
                        viz::rank_slides("A digit", digit, {1, 2, 4, 8}, 0, 1)}}}},
        path);
}

}  // namespace

void write_report_pages(const std::filesystem::path& folder) {
    std::vector<viz::Section> sections;
    const viz::TrainingRun small = train("small", 8, sections);
    write(folder, "training", {small}, sections);
    write_sections(folder / "sections.html");
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
