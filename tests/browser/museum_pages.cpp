// The museum's page, and beside it the first wrong result of each exhibit.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "exhibit.hpp"
#include "pages.hpp"

using namespace sevenfold;
using nlohmann::json;

void write_museum_pages(const std::filesystem::path& folder) {
    std::vector<viz::Exhibit> shown;
    json results = json::array();
    for (const museum::Exhibit& e : museum::exhibits()) {
        shown.push_back(museum::checked(e));
        const auto& all = shown.back().wrong_report.results;
        const GradcheckResult& r = *std::ranges::find_if(all, [](const auto& one) { return !one.passed(); });
        results.push_back({{"title", e.title},
                           {"right", shown.back().right},
                           {"input", r.name},
                           {"entry", r.entry},
                           {"rule", std::vector<double>(r.rule.begin(), r.rule.end())},
                           {"differences", std::vector<double>(r.differences.begin(), r.differences.end())}});
    }
    viz::museum(shown, folder / "museum.html");
    std::ofstream(folder / "museum.json") << results;
}
