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

TrainingRun run_from_json(std::string_view source, const History& history, std::string_view where) {
    const auto reject = [&](std::string_view rule) {
        fail<FileError>("run", printable(where), rule, "Give the folder that --out of another run has named.");
    };
    // Deeper nesting would overflow the stack where a part is copied.
    const auto shallow = [&](int depth, json::parse_event_t, const json&) {
        if (depth > 3) reject("no run nests deeper than three levels");
        return true;
    };
    const json root = json::parse(source, shallow, false);
    if (root.is_discarded() || !root.is_object()) reject("it is not JSON, or it is cut short");
    if (root.value("format", json()) != "sevenfold-run" || root.value("version", json()) != 1)
        reject("it does not say \"format\": \"sevenfold-run\" and \"version\": 1");
    const json name = root.value("name", json()), settings = root.value("settings", json());
    const json best = root.value("best_epoch", json()), stopped = root.value("stopped_early", json());
    if (!name.is_string() || !settings.is_array() || !best.is_number_unsigned() || !stopped.is_boolean())
        reject("a run has a name, settings, best_epoch and stopped_early");
    TrainingRun out{.name = name.get<std::string>(), .history = history};
    for (const json& pair : settings) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
            reject("a setting is a pair of words");
        out.settings.emplace_back(pair[0].get<std::string>(), pair[1].get<std::string>());
    }
    out.best_epoch = best.get<std::size_t>();
    if (out.best_epoch > history.rows())
        reject(text("best_epoch is 0, or one of the ", history.rows(), " epochs of its history"));
    out.stopped_early = stopped.get<bool>();
    return out;
}

TrainingRun load_run(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / "run.json";
    const std::string source = read_file(path, largest_file);
    return run_from_json(source, History::load_json(folder / "history.json"), path.string());
}

}  // namespace sevenfold::viz
