// The race as figures for papers and slides.
#include <algorithm>
#include <cmath>

#include "sevenfold/viz/contours.hpp"
#include "sevenfold/viz/race.hpp"

namespace sevenfold::viz {
namespace {

/// The colours of the racers, in their order; look-ahead is dashed beside Nesterov.
constexpr Colour colours[] = {Colour::ink,   Colour::orange, Colour::sky,    Colour::sky,
                              Colour::green, Colour::blue,   Colour::purple, Colour::red};
constexpr double smallest = 1e-8;  // of the losses drawn

// Twelve lines that cut the map into parts of equal size. The logarithm makes their pieces straighter in steep valleys.
std::vector<Line> contours(const Surface& surface, std::size_t n) {
    Array<double> heights(Shape{n, n});
    for (std::size_t row = 0; row < n; ++row)
        for (std::size_t column = 0; column < n; ++column) {
            const Point at = grid_point(surface, n, row, column);
            heights(row, column) = std::log(std::max(smallest, surface.at(at).loss));
        }
    std::vector<double> sorted(heights.begin(), heights.end());
    std::ranges::sort(sorted);
    std::vector<Line> lines;
    for (std::size_t part = 1; part <= 12; ++part) {
        lines.push_back(level_line(heights, surface.low, surface.high, sorted[part * sorted.size() / 13]));
        lines.back().colour = Colour::quiet;
        lines.back().thin = true, lines.back().listed = false;
    }
    return lines;
}

Line line_of(std::size_t racer) {
    return {.name = std::string(racers()[racer].title),
            .colour = colours[racer],
            .dashed = racers()[racer].name == "look-ahead"};
}

}  // namespace

Figure trails_figure(const Surface& surface, const std::vector<Field>& fields, std::size_t grid) {
    Figure figure{.title = text("Trails on ", surface.name, ": every rule at its best learning rate"),
                  .x = {.title = "x", .low = surface.low[0], .high = surface.high[0]},
                  .y = {.title = "y", .low = surface.low[1], .high = surface.high[1]},
                  .equal = true};
    for (Line& line : contours(surface, grid)) figure.marks.emplace_back(std::move(line));
    for (std::size_t r = 0; r < fields.size(); ++r) {  // the ends lie close together: names stand above the plot
        const Racer& racer = racers()[r];
        Points steps{.name = std::string(racer.title), .colour = colours[r], .radius = 2.4};
        for (const Point& w : fields[r].trails[fields[r].winner].w) steps.x.push_back(w[0]), steps.y.push_back(w[1]);
        Line line = line_of(r);
        line.name.clear(), line.x = steps.x, line.y = steps.y, line.listed = false;
        if (line.dashed) steps.dot = Dot::square;
        figure.marks.emplace_back(std::move(line));
        figure.marks.emplace_back(std::move(steps));
    }
    return figure;
}

Figure losses_figure(const Surface& surface, const std::vector<Field>& fields) {
    Figure figure{.title = text("Losses on ", surface.name, ": every rule at its best learning rate"),
                  .x = {.title = "step", .whole = true},
                  .y = {.title = "loss", .log = true}};
    for (std::size_t r = 0; r < fields.size(); ++r) {
        Line line = line_of(r);
        for (double loss : fields[r].trails[fields[r].winner].loss) {
            line.x.push_back(static_cast<double>(line.x.size()));
            line.y.push_back(std::max(smallest, loss));
        }
        figure.marks.emplace_back(std::move(line));
    }
    return figure;
}

}  // namespace sevenfold::viz
