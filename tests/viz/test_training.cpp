#include <doctest/doctest.h>

#include <cmath>

#include "../data/scratch.hpp"
#include "../message.hpp"
#include "marks.hpp"
#include "sevenfold/nn/linear.hpp"
#include "sevenfold/viz/training.hpp"

using namespace sevenfold;
using namespace sevenfold::viz;

namespace {

TrainingRun run(const std::string& name, bool validated) {
    TrainingRun out{.name = name, .settings = {{"seed", "1"}, {"optimizer", name}}};
    for (int epoch = 1; epoch <= 3; ++epoch) {
        out.history.add_row();
        out.history.set("epoch", epoch);
        out.history.set("loss", 1.0 / epoch);
        out.history.set("accuracy", 1 - 0.1 / epoch);
        if (validated) out.history.set("validation_loss", epoch == 2 ? 0.5 : 0.75);
        out.history.set("lr", 0.01);
        out.history.set("gradient_norm", 2.0 / epoch);
        out.history.set("gradient_norm layers.0", 0.1);
        out.history.set("gradient_norm layers.1", 10);
        out.history.set_measured("seconds", 0.5);
    }
    return out;
}

std::vector<Figure> figures(const Section& section) {
    std::vector<Figure> out;
    for (const Part& part : section.parts)
        if (const auto* figure = std::get_if<Figure>(&part)) out.push_back(*figure);
    return out;
}

}  // namespace

TEST_CASE("the curves of a run: both losses, the gap between them, and where held-out was best") {
    const auto all = figures(learning_curves({run("adam", true)}));
    REQUIRE(all.size() == 5);  // loss, wrong answers, learning rate, gradient norm, layers
    const auto bands = marks<Band>(all[0]);
    REQUIRE(bands.size() == 1);
    CHECK(bands[0].low == std::vector<double>{1, 0.5, 1.0 / 3});
    CHECK(bands[0].high == std::vector<double>{0.75, 0.5, 0.75});
    CHECK(marks<Line>(all[0]).size() == 2);
    REQUIRE(marks<Marker>(all[0]).size() == 1);
    CHECK(marks<Marker>(all[0])[0].x == 2);
    CHECK(marks<Line>(all[1])[0].y[0] == doctest::Approx(10));  // 10 % of the rows are wrong
    const auto maps = marks<HeatMap>(all[4]);
    REQUIRE(maps.size() == 1);
    CHECK(maps[0].values.shape() == Shape{2, 3});
    CHECK(maps[0].values(0, 0) == doctest::Approx(-1));
    CHECK(maps[0].values(1, 2) == doctest::Approx(1));
    CHECK(all[4].y.names == std::vector<std::string>{"layers.0", "layers.1"});
}

TEST_CASE("an early-stopped run is marked at its best epoch") {
    TrainingRun stopped = run("adam", true);
    stopped.best_epoch = 2, stopped.stopped_early = true;
    const auto all = figures(learning_curves({stopped}));
    CHECK(marks<Marker>(all[0])[0].note == "best; stopped at 3");
    CHECK(marks<Marker>(all[1])[0].x == 2);
}

TEST_CASE("two runs share the figures of their quantities, and differences between settings stand out") {
    const std::vector<TrainingRun> runs{run("adam", true), run("sgd", false)};
    const auto all = figures(learning_curves(runs));
    std::vector<std::string> names;
    for (const Line& line : marks<Line>(all[0])) names.push_back(line.name);
    CHECK(names == std::vector<std::string>{"adam", "adam, training", "sgd, training"});
    const TextTable table = std::get<TextTable>(settings_and_results(runs).parts[0]);
    CHECK(table.columns == std::vector<std::string>{"", "adam", "sgd"});
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        INFO(table.rows[i][0]);
        CHECK(table.marked[i] == (table.rows[i][1] != table.rows[i][2]));
    }
    CHECK(table.rows[1] == std::vector<std::string>{"optimizer", "adam", "sgd"});
    CHECK(std::ranges::find(table.rows, std::vector<std::string>{"held-out loss", "0.75", "–"}) != table.rows.end());
    CHECK(message<ValueError>([] { learning_curves({}); }) == "[report] no runs: there is at least one to show.");
}

TEST_CASE("the worst mistakes are the wrong answers with the largest loss, worst first") {
    const Array<double> logits({4, 3}, {0, 5, 0, /**/ 3, 0, 0, /**/ 0, 1, 0, /**/ 0, 0, 9});
    const Labels labels({4}, {1, 2, 0, 0});
    const auto found = worst_mistakes(logits, labels, 10);
    REQUIRE(found.size() == 3);  // row 0 is right
    CHECK(found[0].row == 3);
    CHECK(found[1].row == 1);
    CHECK(found[2].row == 2);
    CHECK(found[1].truth == 2);
    CHECK(found[1].chosen == 0);
    CHECK(found[1].confidence == doctest::Approx(std::exp(3) / (std::exp(3) + 2)));
    CHECK(found[1].loss == doctest::Approx(std::log(std::exp(3) + 2)));
    CHECK(worst_mistakes(logits, labels, 1).size() == 1);
    CHECK(message<ShapeError>([&] {
              worst_mistakes(logits, Labels({3}, {0, 0, 0}), 1);
          }) == "[mistakes] logits (4, 3) and labels (3,): they are (N, C) and (N,).");
}

TEST_CASE("answers show the confusion counts and the images of mistakes") {
    Random random(1);
    Linear<double> model(4, 2, random);
    model.load_state(
        {{"weight", Array<double>({2, 4}, {1, 0, 0, 0, 0, 1, 0, 0})}, {"bias", Array<double>({2}, {0, 0})}});
    Dataset<double> data;
    data.features = Array<double>({3, 4}, {1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0});
    data.labels = Labels({3}, {0, 1, 1});
    data.classes = 2;
    data.class_names = {"cat", "dog"};
    const Section section = answers(model, data, data.features.reshape({3, 2, 2}));
    const auto map = marks<HeatMap>(figures(section)[0])[0];
    CHECK(map.values == Array<double>({2, 2}, {1, 0, 1, 1}));
    const Gallery gallery = std::get<Gallery>(section.parts[1]);
    REQUIRE(gallery.pictures.size() == 1);
    CHECK(gallery.pictures[0].caption.starts_with("dog taken for cat, 73.1 % sure"));
    CHECK(message<ShapeError>([&] { answers(model, data, data.features); }) ==
          "[answers] images (3, 4) of 3 rows: they are (N, H, W), one for each row.");
}

TEST_CASE("a run reads back as it was saved, and other files are refused") {
    const Scratch scratch;
    TrainingRun saved = run("adam", true);
    saved.best_epoch = 2;
    save_run(saved, scratch.folder);
    const TrainingRun read = load_run(scratch.folder);
    CHECK(read.name == "adam");
    CHECK(read.settings == saved.settings);
    CHECK(read.best_epoch == 2);
    CHECK(read.history == saved.history);
    const auto fault = [&](const std::string& bytes) {
        scratch.file("run.json", bytes);
        return file_error([&] { load_run(scratch.folder); });
    };
    CHECK(has(fault("{"), "it is not JSON, or it is cut short"));
    CHECK(has(fault("[]"), "it is not JSON"));
    CHECK(has(fault("{\"format\": \"other\"}"), "it does not say"));
    CHECK(has(fault("{\"format\": \"sevenfold-run\", \"version\": 1}"), "a run has a name, settings"));
    CHECK(has(
        fault(
            R"({"format": "sevenfold-run", "version": 1, "name": "a", "settings": [["x"]], "best_epoch": 0, "stopped_early": false})"),
        "a setting is a pair of words"));
    CHECK(has(
        fault(
            R"({"format": "sevenfold-run", "version": 1, "name": "a", "settings": [], "best_epoch": 99, "stopped_early": false})"),
        "best_epoch is 0, or one of the "));
    const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
    CHECK(has(fault(R"({"format": "sevenfold-run", "version": )" + deep + "}"), "no run nests deeper"));
}
