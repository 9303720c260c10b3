// The race: a page on which the seven rules walk down the same surfaces, from the same start, with the same noise, and at
// many learning rates, so that none owes its place to a lucky one.
#pragma once

#include <filesystem>

#include "sevenfold/viz/plot.hpp"
#include "sevenfold/viz/trail.hpp"

namespace sevenfold::viz {

struct RaceOptions {
    std::size_t steps = 150;
    std::uint64_t seed = 1;  ///< of the noise
    /// Learning rates, as multiples of each rule's default.
    std::vector<double> rates{0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300};
    std::size_t grid = 120;  ///< points of the map along each side
};

/// What all learning rates of one rule reached on one surface.
struct Field {
    std::vector<Trail> trails;  ///< one for each rate
    std::vector<double> best;   ///< the lowest loss of all rates after each number of steps
    std::vector<double>
        middle;              ///< the median of all rates there, the lower one of two; what diverged counts as infinite
    std::size_t winner = 0;  ///< the rate whose mean loss over the last tenth of the steps is lowest
};
Field field(const Surface& surface, const Racer& racer, const std::vector<Point>& noise,
            const std::vector<double>& rates);

// The same as figures, for papers and slides: every rule at its winner, over contours and against steps. `fields` has one
// for each of racers(), in their order.

Figure trails_figure(const Surface& surface, const std::vector<Field>& fields, std::size_t grid = 120);
Figure losses_figure(const Surface& surface, const std::vector<Field>& fields);

/// Writes the page: every racer on every surface at every rate, without noise and with the surface's. All is computed
/// here. Losses are drawn on a logarithmic scale, so the lowest should be 0. Throws ValueError without surfaces, steps or
/// rates, and FileError.
void race(const std::vector<Surface>& surfaces, const std::filesystem::path& path, const RaceOptions& options = {});

}  // namespace sevenfold::viz
