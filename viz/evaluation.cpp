#include "sevenfold/viz/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

std::vector<double> numbers_up_to(std::size_t n) {
    std::vector<double> out;
    for (std::size_t i = 0; i < n; ++i) out.push_back(static_cast<double>(i));
    return out;
}

// A line and the band of a deviation around it.
void add_scores(Figure& figure, const std::string& name, const Curve& curve, Scores CrossValidation::*which,
                double factor, Colour colour, bool dashed) {
    std::vector<double> mean, low, high;
    for (const CrossValidation& result : curve.results) {
        const Scores& scores = result.*which;
        mean.push_back(factor * scores.mean());
        low.push_back(factor * (scores.mean() - scores.deviation()));
        high.push_back(factor * (scores.mean() + scores.deviation()));
    }
    figure.marks.push_back(Band{"", curve.at, low, high, colour});
    figure.marks.push_back(Line{name, curve.at, mean, colour, dashed});
}

}  // namespace

Figure curve_figure(std::string title, const Curve& curve, Axis x, std::string score, double factor) {
    Figure out{.title = std::move(title), .x = std::move(x), .y = {.title = std::move(score), .zero = true}};
    add_scores(out, "training", curve, &CrossValidation::train, factor, Colour::blue, true);
    add_scores(out, "test", curve, &CrossValidation::test, factor, Colour::red, false);
    return out;
}

Figure fold_scores(std::string title, const std::vector<std::string>& names,
                   const std::vector<CrossValidation>& results, std::string score, double factor) {
    Bars means{"mean", numbers_up_to(results.size()), {}, Colour::sky, 0.6};
    Points folds{.name = "a fold", .colour = Colour::ink, .radius = 3.5};
    for (std::size_t i = 0; i < results.size(); ++i) {
        means.y.push_back(factor * results[i].test.mean());
        for (double value : results[i].test.values)
            folds.x.push_back(static_cast<double>(i)), folds.y.push_back(factor * value);
    }
    return {
        .title = std::move(title), .x = {.names = names}, .y = {.title = std::move(score)}, .marks = {means, folds}};
}

Figure histogram(std::string title, const std::vector<double>& values, Axis x, std::size_t bins) {
    if (bins == 0) fail<ValueError>("histogram", "0 bins", "values fall into at least one");
    std::vector<double> finite;
    std::ranges::copy_if(values, std::back_inserter(finite), [](double v) { return std::isfinite(v); });
    Bars bars{.name = "", .colour = Colour::sky};
    if (!finite.empty()) {
        const auto [least, most] = std::ranges::minmax(finite);
        const double low = least, step = most > least ? (most - least) / static_cast<double>(bins) : 1;
        for (std::size_t b = 0; b < bins; ++b)
            bars.x.push_back(low + step * (static_cast<double>(b) + 0.5)), bars.y.push_back(0);
        for (double v : finite) ++bars.y[std::min(bins - 1, static_cast<std::size_t>((v - low) / step))];
        bars.width = step;
    }
    return {.title = std::move(title), .x = std::move(x), .y = {.title = "count", .whole = true}, .marks = {bars}};
}

Figure target_picture(std::string title, const Array<double>& predictions, const Array<double>& truth,
                      std::size_t row_x, std::size_t row_y, double reach) {
    if (predictions.rank() != 2 || truth.rank() != 1 || predictions.shape(1) != truth.size())
        fail<ShapeError>("target", text("predictions ", predictions.shape(), " of truth ", truth.shape()),
                         "they are (R, N) and (N,)");
    Points shots{.name = "a model", .colour = Colour::blue, .radius = 3.5};
    double mean_x = 0, mean_y = 0;
    const double models = static_cast<double>(predictions.shape(0));
    for (std::size_t r = 0; r < predictions.shape(0); ++r) {
        shots.x.push_back(predictions(r, row_x) - truth(row_x));
        shots.y.push_back(predictions(r, row_y) - truth(row_y));
        mean_x += shots.x.back() / models, mean_y += shots.y.back() / models;
    }
    Figure out{.title = std::move(title),
               .x = {.title = text("too much in row ", row_x), .low = -reach, .high = reach},
               .y = {.title = text("too much in row ", row_y), .low = -reach, .high = reach},
               .width = 330,
               .equal = true};
    for (int ring = 1; ring <= 4; ++ring) {
        Line circle{.colour = Colour::quiet, .thin = true, .listed = false};
        for (int k = 0; k <= 60; ++k) {
            const double angle = 2 * std::numbers::pi * k / 60;
            circle.x.push_back(reach * ring / 4 * std::cos(angle)),
                circle.y.push_back(reach * ring / 4 * std::sin(angle));
        }
        out.marks.push_back(circle);
    }
    out.marks.push_back(shots);
    out.marks.push_back(Points{"their mean", {mean_x}, {mean_y}, Colour::red, Dot::cross, 8});
    return out;
}

Slides rank_slides(std::string title, const Svd<double>& parts, const std::vector<std::size_t>& ranks, double low,
                   double high) {
    Slides out{.title = std::move(title), .label = "rank"};
    const double whole = parts.error(0);
    for (std::size_t rank : ranks) {
        const HeatMap map{.name = "value", .values = parts.approximation(rank), .low = low, .high = high};
        const double m = static_cast<double>(parts.u.shape(0)), n = static_cast<double>(parts.vt.shape(1));
        const double kept = static_cast<double>(rank) * (m + n + 1);
        out.slides.push_back(
            {text(rank),
             Figure{.title = text("Rank ", rank, ": ", shown(kept, 6), " numbers for ", shown(m * n, 6), ", error ",
                                  shown(100 * parts.error(rank) / std::max(whole, 1e-300), 3), " %"),
                    .x = {.title = "column"},
                    .y = {.title = "row", .down = true},
                    .marks = {map},
                    .equal = true}});
    }
    return out;
}

}  // namespace sevenfold::viz
