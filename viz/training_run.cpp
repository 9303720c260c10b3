#include <nlohmann/json.hpp>

#include "sevenfold/data/file.hpp"
#include "sevenfold/viz/training.hpp"

namespace sevenfold::viz {
namespace {

using nlohmann::json;
constexpr std::uint64_t largest_file = 1 << 20;

}  // namespace

void save_run(const TrainingRun& run, const std::filesystem::path& folder) {
    json settings = json::array();
    for (const auto& [name, value] : run.settings) settings.push_back({name, value});
    const json root{{"format", "sevenfold-run"},
                    {"version", 1},
                    {"name", run.name},
                    {"settings", settings},
                    {"best_epoch", run.best_epoch},
                    {"stopped_early", run.stopped_early}};
    write_file_atomically(folder / "run.json", root.dump(1, ' ', false, json::error_handler_t::replace) + '\n');
    run.history.save_json(folder / "history.json");
}

TrainingRun load_run(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / "run.json";
    const json root = json::parse(read_file(path, largest_file), nullptr, false);
    const auto reject = [&](std::string_view rule) {
        fail<FileError>("run", path.string(), rule, "Give the folder that --out of another run has named.");
    };
    if (root.is_discarded() || !root.is_object()) reject("it is not JSON, or it is cut short");
    if (root.value("format", json()) != "sevenfold-run" || root.value("version", json()) != 1)
        reject("it does not say \"format\": \"sevenfold-run\" and \"version\": 1");
    const json name = root.value("name", json()), settings = root.value("settings", json());
    const json best = root.value("best_epoch", json()), stopped = root.value("stopped_early", json());
    if (!name.is_string() || !settings.is_array() || !best.is_number_unsigned() || !stopped.is_boolean())
        reject("a run has a name, settings, best_epoch and stopped_early");
    TrainingRun out{.name = name.get<std::string>()};
    for (const json& pair : settings) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
            reject("a setting is a pair of words");
        out.settings.emplace_back(pair[0].get<std::string>(), pair[1].get<std::string>());
    }
    out.best_epoch = best.get<std::size_t>();
    out.stopped_early = stopped.get<bool>();
    out.history = History::load_json(folder / "history.json");
    return out;
}

}  // namespace sevenfold::viz
