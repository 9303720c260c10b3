#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "../message.hpp"
#include "marks.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/viz/boosting.hpp"
#include "sevenfold/viz/evaluation.hpp"

using namespace sevenfold;
using namespace sevenfold::viz;

namespace {

CrossValidation result(std::vector<double> train, std::vector<double> test) {
    CrossValidation out;
    out.train.values = std::move(train), out.test.values = std::move(test);
    return out;
}
AdaBoost boosted(const Dataset<double>& data) {
    AdaBoost model(DecisionTree({.max_depth = 1}), {.rounds = 10, .keep_sample_weights = true});
    model.fit(data.features, data.labels.cast<double>());
    return model;
}

}  // namespace

TEST_CASE("a curve has the means of its folds, in bands of a deviation") {
    const Curve curve{{1, 2}, {result({0.1, 0.1}, {0.25, 0.75}), result({0, 0}, {0.5, 0.5})}};
    const Figure figure = curve_figure("t", curve, {.title = "depth"}, "wrong (%)", 100);
    const auto lines = marks<Line>(figure);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].y == std::vector<double>{10, 0});
    CHECK(lines[1].y == std::vector<double>{50, 50});
    CHECK(marks<Band>(figure)[1].low == std::vector<double>{25, 50});
    CHECK(marks<Band>(figure)[1].high == std::vector<double>{75, 50});
}

TEST_CASE("scores of folds are dots over a bar of their mean") {
    const Figure figure = fold_scores("t", {"a", "b"}, {result({}, {1, 3}), result({}, {4, 6})}, "score");
    CHECK(marks<Bars>(figure)[0].y == std::vector<double>{2, 5});
    CHECK(marks<Points>(figure)[0].x == std::vector<double>{0, 0, 1, 1});
    CHECK(marks<Points>(figure)[0].y == std::vector<double>{1, 3, 4, 6});
}

TEST_CASE("a histogram counts every finite value once") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto bars = marks<Bars>(histogram("t", {0, 0.1, 0.9, 1, 1, infinity, std::nan("")}, {}, 2))[0];
    CHECK(bars.y == std::vector<double>{2, 3});
    CHECK(bars.x == std::vector<double>{0.25, 0.75});
    CHECK(marks<Bars>(histogram("t", {3, 3}, {}, 4))[0].y == std::vector<double>{2, 0, 0, 0});
    CHECK(marks<Bars>(histogram("t", {}, {}))[0].x.empty());
    CHECK(message<ValueError>([] { histogram("t", {1}, {}, 0); }) ==
          "[histogram] 0 bins: values fall into at least one.");
}

TEST_CASE("a target shows how far each model is off in two rows, and the mean of these") {
    const Array<double> predictions({2, 3}, {1, 9, 4, 3, 9, 8});
    const Figure figure = target_picture("t", predictions, Array<double>({3}, {1, 0, 2}), 0, 2, 8);
    const auto points = marks<Points>(figure);
    CHECK(points[0].x == std::vector<double>{0, 2});
    CHECK(points[0].y == std::vector<double>{2, 6});
    CHECK(points[1].x == std::vector<double>{1});
    CHECK(points[1].y == std::vector<double>{4});
    CHECK(message<ShapeError>([&] {
              target_picture("t", predictions, Array<double>({2}, {1, 2}), 0, 1, 1);
          }) == "[target] predictions (2, 3) of truth (2,): they are (R, N) and (N,).");
}

TEST_CASE("boosting round by round: the decision agrees with the model's answers, and heavier rows are larger") {
    const Dataset<double> data = moons<double>(60, 0.2, 1);
    const Array<double> y = data.labels.cast<double>();
    const AdaBoost model = boosted(data);
    const Slides slides = boosting_rounds(model, data.features, y, {1, 5, 99});
    REQUIRE(slides.slides.size() == 2);  // there are 10 rounds
    CHECK(slides.slides[1].name == "5");
    const HeatMap map = marks<HeatMap>(slides.slides[1].figure)[0];
    const Array<double> answers = model.staged_predict(data.features).row(4);
    for (std::size_t i = 0; i < y.size(); ++i) {
        const auto cell = [&](std::size_t axis, double low, double high) {
            return std::min<std::size_t>(59,
                                         static_cast<std::size_t>((data.features(i, axis) - low) / (high - low) * 60));
        };
        const double decision = map.values(cell(1, map.y_low, map.y_high), cell(0, map.x_low, map.x_high));
        if (std::abs(decision) > 0.4) CHECK((decision > 0) == (answers(i) == 1));
    }
    const auto points = marks<Points>(slides.slides[0].figure);
    const Array<double> weights = model.sample_weights().row(1);
    std::size_t seen[2] = {0, 0};
    double heaviest = 0, largest = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double radius = points[y(i) == 1].radii[seen[y(i) == 1]++];
        heaviest = std::max(heaviest, weights(i)), largest = std::max(largest, radius);
    }
    CHECK(largest == doctest::Approx(3 * std::sqrt(heaviest * 60)));
    CHECK(message<ShapeError>([&] {
              boosting_rounds(model, Array<double>::ones({60, 3}), y, {1});
          }) == "[boosting_rounds] X (60, 3) and y (60,): they are (N, 2) and (N,).");
    CHECK(message<ValueError>([&] { boosting_rounds(model, data.features, y, {}); }) ==
          "[boosting_rounds] no rounds: there is one to show.");
}

TEST_CASE("the errors of boosting stand under their bound, and margins are a distribution") {
    const Dataset<double> data = moons<double>(80, 0.2, 1);
    const Split<double> split = every_fifth(data);
    const Section section = boosting_section("moons", boosted(split.train), split);
    const auto lines = marks<Line>(std::get<Figure>(section.parts[0]));
    REQUIRE(lines.size() == 3);
    REQUIRE(lines[0].name == "bound");
    for (std::size_t t = 0; t < lines[0].y.size(); ++t) CHECK(lines[2].y[t] <= lines[0].y[t] + 1e-9);
    const Line margins = marks<Line>(std::get<Figure>(section.parts[1]))[0];
    CHECK(std::ranges::is_sorted(margins.x));
    CHECK(std::ranges::is_sorted(margins.y));
    CHECK(margins.y.back() == 100);
    CHECK(marks<Line>(std::get<Figure>(section.parts[2])).size() == 5);
}

TEST_CASE("a matrix at every rank: the full one is the matrix itself") {
    const Array<double> a({2, 3}, {1, 2, 3, 4, 5, 7});
    const Slides slides = rank_slides("t", svd(a), {1, 2}, 0, 7);
    REQUIRE(slides.slides.size() == 2);
    const Array<double> whole = marks<HeatMap>(slides.slides[1].figure)[0].values;
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(whole.data()[i] == doctest::Approx(a.data()[i]));
    CHECK(slides.slides[0].figure.title.starts_with("Rank 1: 6 numbers for 6, error "));
}
