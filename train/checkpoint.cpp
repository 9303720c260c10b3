#include "sevenfold/train/checkpoint.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/file.hpp"
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
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), x);
    if (error != std::errc{} || end != s.data() + s.size()) throw std::invalid_argument("not a number: " + s);
    return x;
}

// Json itself would turn -1, 1.5 and true into a count.
std::uint64_t count(const Json& number) {
    if (!number.is_number_unsigned()) throw std::invalid_argument("not a whole number");
    return number.get<std::uint64_t>();
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
    const TrainPosition p{count(j.at("epoch")),         count(j.at("batch")),   exact(j.at("loss")),
                          exact(j.at("gradient_norm")), exact(j.at("seconds")), count(j.at("rows")),
                          count(j.at("correct")),       exact(j.at("best")),    count(j.at("best_epoch")),
                          count(j.at("waited"))};
    if (p.correct > p.rows || p.best_epoch > p.epoch || p.waited > p.epoch)
        throw std::invalid_argument("counts that cannot be");
    return p;
}

// What is read here appears in messages, and must not steer the terminal.
std::string plain(const std::string& word) {
    if (printable(word) != word) throw std::invalid_argument("control characters in a name");
    return word;
}
std::map<std::string, std::string> words_from(const std::string& json) {
    const std::map<std::string, std::string> words = Json::parse(json);
    for (const auto& [name, word] : words) {
        plain(name);
        plain(word);
    }
    return words;
}

// What must hold for a training to go on from it.
template <class T>
void read_metadata(Checkpoint<T>& c, const auto& entry) {
    const Json optimizer = Json::parse(entry("optimizer"));
    c.optimizer.rule = plain(optimizer.at("rule"));
    c.optimizer.step = count(optimizer.at("step"));
    for (const Json& rate : optimizer.at("lr")) c.optimizer.lr.push_back(exact(rate));
    for (const Json& updates : optimizer.at("updates")) c.optimizer.updates.push_back(count(updates));
    c.random = words_from(entry("random"));
    for (const auto& [name, state] : c.random) Random(0).restore(state);
    c.settings = words_from(entry("settings"));
    c.position = position_from(Json::parse(entry("position")));
}

template <class T>
void add_all(SafetensorsWriter& file, std::string_view prefix, const State<T>& state) {
    for (const auto& [name, value] : state) file.add(text(prefix, name), value);
}

}  // namespace

template <class T>
std::string to_bytes(const Checkpoint<T>& c) {
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
    return file.bytes();
}

template <class T>
void save_checkpoint(const std::filesystem::path& path, const Checkpoint<T>& c) {
    write_file_atomically(path, to_bytes(c));
}

template <class T>
Checkpoint<T> load_checkpoint(const std::filesystem::path& path) {
    return checkpoint_from_bytes<T>(read_file(path), path);
}

template <class T>
Checkpoint<T> checkpoint_from_bytes(std::string bytes, const std::filesystem::path& path) {
    const SafetensorsFile file(std::move(bytes), path);
    const auto& metadata = file.metadata();
    std::string name;
    const auto entry = [&](const std::string& key) {
        name = key;
        const auto found = metadata.find(key);
        return found == metadata.end() ? std::string() : found->second;
    };
    if (entry("format") != format_name)
        fail<FileError>("checkpoint", path.string(), "it is a safetensors file, but no checkpoint",
                        "Weights alone are read with load_weights; training goes on from a file that a trainer saved.");
    if (entry("version") != format_version)
        fail<FileError>("checkpoint", printable(text(path.string(), " of version ", entry("version").substr(0, 20))),
                        text("this program reads version ", format_version),
                        "Go on with the program that saved it, or start anew.");
    Checkpoint<T> c;
    try {
        read_metadata(c, entry);
    } catch (const std::exception&) {
        fail<FileError>("checkpoint", path.string(), text("its metadata is damaged, in the entry ", name),
                        "Go on from another checkpoint.");
    }
    c.history = History::from_json(entry("history"), path.string());
    if (c.history.rows() != c.position.epoch)
        fail<FileError>("checkpoint",
                        text(path.string(), ": ", c.position.epoch, " epochs and a history of ", c.history.rows()),
                        "its metadata is damaged", "Go on from another checkpoint.");
    if (entry("keeps_best") == "true") c.best.emplace();
    for (const SafetensorsFile::Entry& array : file.entries()) {
        if (array.dtype != dtype<T>)
            fail<FileError>("checkpoint", printable(text(path.string(), ", ", array.name, " of type ", array.dtype)),
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
            fail<FileError>("checkpoint", printable(text(path.string(), ", ", array.name)),
                            "no such part belongs into a checkpoint", "Go on from another checkpoint.");
    }
    return c;
}

template void save_checkpoint(const std::filesystem::path&, const Checkpoint<float>&);
template void save_checkpoint(const std::filesystem::path&, const Checkpoint<double>&);
template Checkpoint<float> load_checkpoint(const std::filesystem::path&);
template Checkpoint<double> load_checkpoint(const std::filesystem::path&);
template std::string to_bytes(const Checkpoint<float>&);
template std::string to_bytes(const Checkpoint<double>&);
template Checkpoint<float> checkpoint_from_bytes(std::string, const std::filesystem::path&);
template Checkpoint<double> checkpoint_from_bytes(std::string, const std::filesystem::path&);

}  // namespace sevenfold
