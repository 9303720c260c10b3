#include "sevenfold/viz/race.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "sevenfold/viz/page.hpp"
#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

using nlohmann::json;

constexpr double infinity = std::numeric_limits<double>::infinity();

double loss_at(const Trail& trail, std::size_t step) { return step < trail.loss.size() ? trail.loss[step] : infinity; }

double final_loss(const Trail& trail, std::size_t steps) {
    const std::size_t tail = std::max<std::size_t>(1, steps / 10);
    double sum = 0;
    for (std::size_t t = steps + 1 - tail; t <= steps; ++t) sum += loss_at(trail, t);
    return sum / static_cast<double>(tail);
}

bool stays(const Surface& surface, const Trail& trail) {
    const auto inside = [&](const Point& w) {
        return w[0] >= surface.low[0] && w[0] <= surface.high[0] && w[1] >= surface.low[1] && w[1] <= surface.high[1];
    };
    return !trail.diverged && std::ranges::all_of(trail.w, inside);
}

/// Numbers for the page: the three upper bytes of each as a float, which is five digits, in base64.
class Packed {
  public:
    void add(double x) {
        const std::uint32_t bits = std::bit_cast<std::uint32_t>(static_cast<float>(x));
        const std::uint32_t rounded = (bits & 0x7f800000) == 0x7f800000 ? bits : bits + 0x80;
        for (int shift : {24, 16, 8}) bytes_ += static_cast<char>(rounded >> shift & 0xff);
    }
    void add(const std::vector<double>& xs) {
        for (double x : xs) add(x);
    }
    void add(const std::vector<Point>& points) {
        for (std::size_t k : {0u, 1u})
            for (const Point& p : points) add(p[k]);
    }
    std::string str() const { return base64(bytes_); }

  private:
    std::string bytes_;
};

json packed(const Trail& trail, double lr) {
    Packed numbers;
    json parts = json::array();
    const auto add = [&](const char* name, const std::vector<Point>& points) {
        parts.push_back(name);
        numbers.add(points);
    };
    numbers.add(trail.loss);
    add("w", trail.w);
    add("gradient", trail.gradient);
    const bool scaled = std::ranges::any_of(trail.rate, [&](const Point& p) { return p != Point{lr, lr}; });
    if (!trail.velocity.empty()) add("velocity", trail.velocity);
    if (scaled) add("rate", trail.rate);
    if (!trail.ahead.empty()) add("ahead", trail.ahead);
    if (!trail.rms_updates.empty()) add("rms_updates", trail.rms_updates), add("rms_gradients", trail.rms_gradients);
    return {{"lr", number(lr)},
            {"steps", trail.steps()},
            {"diverged", trail.diverged},
            {"parts", parts},
            {"numbers", numbers.str()}};
}

json described(const Field& field, const Racer& racer, const RaceOptions& options) {
    json out{{"winner", field.winner}, {"trails", json::array()}, {"final", json::array()}};
    for (std::size_t k = 0; k < options.rates.size(); ++k) {
        out["trails"].push_back(packed(field.trails[k], options.rates[k] * racer.lr));
        const double reached = final_loss(field.trails[k], options.steps);
        out["final"].push_back(std::isfinite(reached) ? json(number(reached)) : json());
    }
    Packed band;
    band.add(field.best), band.add(field.middle);
    out["band"] = band.str();
    return out;
}

json map_of(const Surface& surface, std::size_t n) {
    Packed losses;
    for (std::size_t row = 0; row < n; ++row)
        for (std::size_t column = 0; column < n; ++column)
            losses.add(surface.at(grid_point(surface, n, row, column)).loss);
    return {{"n", n}, {"losses", losses.str()}};
}

json described(const Surface& surface, const RaceOptions& options) {
    json out{{"name", surface.name},
             {"formula", surface.formula},
             {"note", surface.note},
             {"start", surface.start},
             {"low", surface.low},
             {"high", surface.high},
             {"minima", surface.minima},
             {"noise", number(surface.noise)},
             {"map", map_of(surface, options.grid)},
             {"runs", json::array()}};
    for (double deviation : {0.0, surface.noise}) {
        const std::vector<Point> noise = gradient_noise(options.steps, deviation, options.seed);
        json run = json::array();
        for (const Racer& racer : racers())
            run.push_back(described(field(surface, racer, noise, options.rates), racer, options));
        out["runs"].push_back(run);
    }
    return out;
}

}  // namespace

Field field(const Surface& surface, const Racer& racer, const std::vector<Point>& noise,
            const std::vector<double>& rates) {
    Field out;
    for (double rate : rates) out.trails.push_back(follow(surface, racer.name, rate * racer.lr, noise));
    for (std::size_t t = 0; t <= noise.size(); ++t) {
        std::vector<double> losses;
        for (const Trail& trail : out.trails) losses.push_back(loss_at(trail, t));
        std::ranges::sort(losses);
        out.best.push_back(losses.front());
        out.middle.push_back(losses[(losses.size() - 1) / 2]);
    }
    const bool some_stay = std::ranges::any_of(out.trails, [&](const Trail& t) { return stays(surface, t); });
    double lowest = infinity;
    for (std::size_t k = 0; k < rates.size(); ++k) {
        const double reached = final_loss(out.trails[k], noise.size());
        if (reached >= lowest || (some_stay && !stays(surface, out.trails[k]))) continue;
        lowest = reached, out.winner = k;
    }
    return out;
}

void race(const std::vector<Surface>& surfaces, const std::filesystem::path& path, const RaceOptions& options) {
    if (surfaces.empty()) fail<ValueError>("race", "no surfaces", "a race needs a place");
    if (options.steps == 0) fail<ValueError>("race", "0 steps", "a race has at least one");
    if (options.rates.empty()) fail<ValueError>("race", "no learning rates", "a rule needs one to run");
    if (options.grid < 2)
        fail<ValueError>("race", text("a map of ", options.grid, " points"), "it has at least 2 along each side");
    json data{{"steps", options.steps}, {"seed", options.seed}, {"racers", json::array()}, {"surfaces", json::array()}};
    for (double rate : options.rates) data["rates"].push_back(number(rate));
    for (const Racer& racer : racers())
        data["racers"].push_back(
            {{"name", racer.name}, {"title", racer.title}, {"lr", number(racer.lr)}, {"formula", racer.formula}});
    for (const Surface& surface : surfaces) data["surfaces"].push_back(described(surface, options));
    write({.title = "The race: seven update rules",
           .body = asset("race.html"),
           .style = asset("race.css"),
           .script = asset("race_chart.js") + asset("race.js"),
           .data = data.dump(-1, ' ', false, json::error_handler_t::replace)},
          path);
}

}  // namespace sevenfold::viz
