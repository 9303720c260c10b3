// A small race, and beside it what the standings must show: the library's own trails, run once more.
#include <fstream>
#include <nlohmann/json.hpp>

#include "pages.hpp"
#include "sevenfold/viz/race.hpp"

using namespace sevenfold;
using nlohmann::json;

void write_race_pages(const std::filesystem::path& folder) {
    const viz::RaceOptions options{.steps = 25, .seed = 2, .rates = {0.01, 0.1, 1, 300}, .grid = 40};
    std::vector<viz::Surface> surfaces = viz::classic_surfaces();
    surfaces.resize(2);
    viz::race(surfaces, folder / "race.html", options);
    json out = json::array();  // by surface, noise, racer and rate
    for (const viz::Surface& surface : surfaces) {
        json of_surface = json::array();
        for (double deviation : {0.0, surface.noise}) {
            json of_noise = json::array();
            const auto noise = viz::gradient_noise(options.steps, deviation, options.seed);
            for (const viz::Racer& racer : viz::racers()) {
                const viz::Field field = viz::field(surface, racer, noise, options.rates);
                json of_racer{{"title", racer.title}, {"winner", field.winner}, {"trails", json::array()}};
                for (const viz::Trail& trail : field.trails)
                    of_racer["trails"].push_back({{"w", trail.w}, {"loss", trail.loss}});
                of_noise.push_back(of_racer);
            }
            of_surface.push_back(of_noise);
        }
        out.push_back(of_surface);
    }
    std::ofstream(folder / "race.json") << out;
}
