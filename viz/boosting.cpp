#include "sevenfold/viz/boosting.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sevenfold/ensemble/score.hpp"

namespace sevenfold::viz {
namespace {

constexpr Colour series[] = {Colour::blue, Colour::red, Colour::green, Colour::purple, Colour::orange, Colour::sky};

}  // namespace

Slides boosting_rounds(const AdaBoost& model, const Array<double>& X, const Array<double>& y,
                       const std::vector<std::size_t>& rounds) {
    if (X.rank() != 2 || X.shape(1) != 2 || y.rank() != 1 || y.size() != X.shape(0))
        fail<ShapeError>("boosting_rounds", text("X ", X.shape(), " and y ", y.shape()), "they are (N, 2) and (N,)");
    if (rounds.empty()) fail<ValueError>("boosting_rounds", "no rounds", "there is one to show");
    constexpr std::size_t side = 60;
    double low[2], high[2];
    for (std::size_t axis : {0u, 1u}) {
        low[axis] = high[axis] = X(0, axis);
        for (std::size_t i = 0; i < y.size(); ++i)
            low[axis] = std::min(low[axis], X(i, axis)), high[axis] = std::max(high[axis], X(i, axis));
        const double room = 0.08 * (high[axis] - low[axis]);
        low[axis] -= room, high[axis] += room;
    }
    Array<double> grid(Shape{side * side, 2});
    for (std::size_t i = 0; i < side * side; ++i) {
        grid(i, 0) = low[0] + (high[0] - low[0]) * (static_cast<double>(i % side) + 0.5) / side;
        grid(i, 1) = low[1] + (high[1] - low[1]) * (static_cast<double>(i / side) + 0.5) / side;
    }
    const Array<double> votes = model.staged_votes(grid);
    Slides out{.title = "What it decides, and which rows it looks at next", .label = "round"};
    for (std::size_t round : rounds) {
        if (round == 0 || round > model.rounds().size()) continue;
        const Array<double> say = votes.row(round - 1), weights = model.sample_weights().row(round);
        HeatMap map{.name = "decision",
                    .values = Array<double>(Shape{side, side}),
                    .scale = Scale::diverging,
                    .low = -1.0,
                    .high = 1.0};
        for (std::size_t i = 0; i < side * side; ++i)
            map.values.data()[i] = (say(i, 1) - say(i, 0)) / std::max(say(i, 0) + say(i, 1), 1e-300);
        map.x_low = low[0], map.x_high = high[0], map.y_low = low[1], map.y_high = high[1];
        Points of[2] = {{.name = "class 0", .colour = Colour::ink, .dot = Dot::circle},
                        {.name = "class 1", .colour = Colour::purple, .dot = Dot::triangle}};
        for (std::size_t i = 0; i < y.size(); ++i) {
            Points& points = of[y(i) == 1];
            points.x.push_back(X(i, 0)), points.y.push_back(X(i, 1));
            // Areas are weights; a row of the mean weight has radius 3.
            points.radii.push_back(std::clamp(3 * std::sqrt(weights(i) * static_cast<double>(y.size())), 1.0, 12.0));
        }
        out.slides.push_back({text(round), Figure{.title = text("After round ", round),
                                                  .x = {.title = "first feature"},
                                                  .y = {.title = "second feature"},
                                                  .marks = {map, of[0], of[1]},
                                                  .height = 380}});
    }
    return out;
}

Figure margin_distribution(std::string title, const std::vector<std::pair<std::string, Array<double>>>& after) {
    Figure out{.title = std::move(title),
               .x = {.title = "margin", .low = -1, .high = 1},
               .y = {.title = "rows with at most this margin (%)", .low = 0, .high = 100}};
    for (std::size_t i = 0; i < after.size(); ++i) {
        std::vector<double> sorted(after[i].second.begin(), after[i].second.end());
        std::ranges::sort(sorted);
        Line line{after[i].first, {-1}, {0}, series[i % std::size(series)]};
        for (std::size_t k = 0; k < sorted.size(); ++k) {
            const double before = line.y.back(),
                         share = 100 * static_cast<double>(k + 1) / static_cast<double>(sorted.size());
            line.x.insert(line.x.end(), {sorted[k], sorted[k]});
            line.y.insert(line.y.end(), {before, share});
        }
        line.x.push_back(1), line.y.push_back(line.y.back());
        out.marks.push_back(std::move(line));
    }
    out.marks.push_back(Marker{"wrong to the left", 0});
    return out;
}

Section boosting_section(std::string title, const AdaBoost& model, const Split<double>& data) {
    const Array<double>&X = data.train.features, y = data.train.labels.cast<double>();
    const Array<double> train = model.staged_predict(X), test = model.staged_predict(data.test.features);
    const Array<double> y_test = data.test.labels.cast<double>(), votes = model.staged_votes(X);
    std::vector<double> rounds, bound, training, held_out;
    for (std::size_t t = 0; t < model.rounds().size(); ++t) {
        rounds.push_back(static_cast<double>(t + 1));
        bound.push_back(100 * model.rounds()[t].bound);
        training.push_back(100 * (1 - accuracy(train.row(t), y)));
        held_out.push_back(100 * (1 - accuracy(test.row(t), y_test)));
    }
    std::vector<std::pair<std::string, Array<double>>> margins;
    for (std::size_t t : std::vector<std::size_t>{5, 20, rounds.size()}) {
        if (t > rounds.size()) continue;
        Array<double> of(Shape{y.size()});
        for (std::size_t i = 0; i < y.size(); ++i) {
            const double lead = (votes(t - 1, i, 1) - votes(t - 1, i, 0)) / (votes(t - 1, i, 0) + votes(t - 1, i, 1));
            of(i) = y(i) == 1 ? lead : -lead;
        }
        margins.emplace_back(text("round ", t), of);
    }
    // The rows that weigh most in the end.
    const Array<double>& weights = model.sample_weights();
    std::vector<std::size_t> rows(y.size());
    std::iota(rows.begin(), rows.end(), 0u);
    const Array<double> last = weights.row(rounds.size());
    std::ranges::stable_sort(rows, std::greater<>(), [&](std::size_t i) { return last(i); });
    Figure hard{.title = "Weight of the five hardest rows",
                .x = {.title = "round", .whole = true},
                .y = {.title = "weight (times the mean)", .zero = true}};
    const Colour colours[] = {Colour::red, Colour::blue, Colour::green, Colour::purple, Colour::orange};
    for (std::size_t k = 0; k < std::min<std::size_t>(5, rows.size()); ++k) {
        Line line{text("row ", rows[k]), rounds, {}, colours[k]};
        for (std::size_t t = 1; t <= rounds.size(); ++t)
            line.y.push_back(weights(t, rows[k]) * static_cast<double>(y.size()));
        hard.marks.push_back(line);
    }
    return {std::move(title),
            {Figure{.title = "Training error under its bound, and test error",
                    .x = {.title = "round", .whole = true},
                    .y = {.title = "wrong answers (%)", .zero = true},
                    .marks = {Line{"bound", rounds, bound, Colour::green}, Line{"test", rounds, held_out, Colour::red},
                              Line{"training", rounds, training, Colour::blue, true}}},
             margin_distribution("Margins of the training rows", margins), hard}};
}

}  // namespace sevenfold::viz
