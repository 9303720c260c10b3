#include "sevenfold/train/checkpoint.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "sevenfold/nn/safetensors.hpp"

namespace sevenfold {
namespace {

using Json = nlohmann::json;

constexpr std::string_view format_name = "sevenfold-checkpoint", format_version = "1";
constexpr std::string_view model_prefix = "model.", best_prefix = "best.", optimizer_prefix = "optimizer.";

template <class T>
constexpr std::string_view dtype = sizeof(T) == 4 ? "F32" : "F64";

// JSON has no infinity and no NaN; as text, every double reads back exactly.
std::string exact(double x) { return text(x); }
double exact(const Json& word) {
    const std::string s = word.get<std::string>();
    double x = 0;
    if (std::from_chars(s.data(), s.data() + s.size(), x).ptr != s.data() + s.size())
        throw std::invalid_argument("not a number: " + s);
    return x;
}

Json to_json(const TrainPosition& p) {
    return {{"epoch", p.epoch},
            {"batch", p.batch},
            {"loss", exact(p.loss)},
            {"gradient_norm", exact(p.gradient_norm)},
            {"seconds", exact(p.seconds)},
            {"rows", p.rows},
            {"correct", p.correct},
            {"best", exact(p.best)},
            {"best_epoch", p.best_epoch},
            {"waited", p.waited}};
}
TrainPosition position_from(const Json& j) {
    return {j.at("epoch"), j.at("batch"),   exact(j.at("loss")), exact(j.at("gradient_norm")), exact(j.at("seconds")),
            j.at("rows"),  j.at("correct"), exact(j.at("best")), j.at("best_epoch"),           j.at("waited")};
}

std::map<std::string, std::string> words_from(const std::string& json) { return Json::parse(json); }

template <class T>
void add_all(SafetensorsWriter& file, std::string_view prefix, const State<T>& state) {
    for (const auto& [name, value] : state) file.add(text(prefix, name), value);
}

}  // namespace

template <class T>
void save_checkpoint(const std::filesystem::path& path, const Checkpoint<T>& c) {
    SafetensorsWriter file;
    add_all(file, model_prefix, c.model);
    if (c.best) add_all(file, best_prefix, *c.best);
    for (const auto& slot : c.optimizer.slots) file.add(text(optimizer_prefix, slot.name), slot.value);

    Json lr = Json::array();
    for (double rate : c.optimizer.lr) lr.push_back(exact(rate));
    const Json optimizer{
        {"rule", c.optimizer.rule}, {"step", c.optimizer.step}, {"lr", lr}, {"updates", c.optimizer.updates}};
    file.metadata = {{"format", std::string(format_name)},      {"version", std::string(format_version)},
                     {"keeps_best", c.best ? "true" : "false"}, {"optimizer", optimizer.dump()},
                     {"random", Json(c.random).dump()},         {"settings", Json(c.settings).dump()},
                     {"position", to_json(c.position).dump()},  {"history", c.history.json()}};
    file.write(path);
}

template <class T>
Checkpoint<T> load_checkpoint(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    const auto& metadata = file.metadata();
    const auto entry = [&](const std::string& key) {
        const auto found = metadata.find(key);
        return found == metadata.end() ? std::string() : found->second;
    };
    if (entry("format") != format_name)
        fail<FileError>("checkpoint", path.string(), "it is a safetensors file, but no checkpoint",
                        "Weights alone are read with load_weights; training goes on from a file that a trainer saved.");
    if (entry("version") != format_version)
        fail<FileError>("checkpoint", text(path.string(), " of version ", entry("version")),
                        text("this program reads version ", format_version),
                        "Go on with the program that saved it, or start anew.");
    Checkpoint<T> c;
    try {
        const Json optimizer = Json::parse(entry("optimizer"));
        c.optimizer.rule = optimizer.at("rule");
        c.optimizer.step = optimizer.at("step");
        for (const Json& rate : optimizer.at("lr")) c.optimizer.lr.push_back(exact(rate));
        c.optimizer.updates = optimizer.at("updates").get<std::vector<std::uint64_t>>();
        c.random = words_from(entry("random"));
        c.settings = words_from(entry("settings"));
        c.position = position_from(Json::parse(entry("position")));
    } catch (const std::exception& damage) {
        fail<FileError>("checkpoint", path.string(), text("its metadata is damaged (", damage.what(), ")"),
                        "Go on from another checkpoint.");
    }
    c.history = History::from_json(entry("history"), path.string());
    if (entry("keeps_best") == "true") c.best.emplace();
    for (const SafetensorsFile::Entry& array : file.entries()) {
        if (array.dtype != dtype<T>)
            fail<FileError>("checkpoint", text(path.string(), ", ", array.name, " of type ", array.dtype),
                            text("this model computes in ", dtype<T>),
                            "Build the model with the type that was saved: float is F32, double F64.");
        const auto named = [&](std::string_view prefix) { return array.name.starts_with(prefix); };
        const auto rest = [&](std::string_view prefix) { return array.name.substr(prefix.size()); };
        if (named(model_prefix))
            c.model.emplace_back(rest(model_prefix), file.read<T>(array.name));
        else if (named(best_prefix) && c.best)
            c.best->emplace_back(rest(best_prefix), file.read<T>(array.name));
        else if (named(optimizer_prefix))
            c.optimizer.slots.push_back({rest(optimizer_prefix), file.read<T>(array.name)});
        else
            fail<FileError>("checkpoint", text(path.string(), ", ", array.name),
                            "no such part belongs into a checkpoint");
    }
    return c;
}

template void save_checkpoint(const std::filesystem::path&, const Checkpoint<float>&);
template void save_checkpoint(const std::filesystem::path&, const Checkpoint<double>&);
template Checkpoint<float> load_checkpoint(const std::filesystem::path&);
template Checkpoint<double> load_checkpoint(const std::filesystem::path&);

}  // namespace sevenfold
