#include "sevenfold/data/convert.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/data/npy.hpp"

namespace sevenfold {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t longest_note = 64 << 20;  // names of 65536 classes

struct Files {
    fs::path features, labels, targets, note;

    Files(const fs::path& csv, const fs::path& folder) {
        const fs::path stem = (folder.empty() ? csv.parent_path() : folder) / csv.stem();
        const auto named = [&](const char* end) { return fs::path(stem).concat(end); };
        features = named(".features.npy");
        labels = named(".labels.npy");
        targets = named(".targets.npy");
        note = named(".columns.json");
    }
};

// Size and time of the last change; nothing if there is no such file.
std::optional<json> state_of(const fs::path& csv) {
    struct stat about {};
    if (::stat(csv.c_str(), &about) != 0) return {};
    return json{{"name", csv.filename().string()},
                {"bytes", about.st_size},
                {"seconds", about.st_mtim.tv_sec},
                {"nanoseconds", about.st_mtim.tv_nsec}};
}

template <class T>
json asked_for(const CsvOptions& options) {
    return {{"label", options.label},
            {"targets", options.targets},
            {"separator", static_cast<int>(options.separator)},
            {"bytes_per_number", sizeof(T)}};
}

// Bytes of a name that are no UTF-8 would stop the writer.
std::string dump(const json& note) { return note.dump(2, ' ', false, json::error_handler_t::replace) + '\n'; }

template <class T>
MappedDataset<T> open(const fs::path& csv, const CsvOptions& options, const Files& files, const json& note) {
    MappedDataset<T> out{.title = csv.stem().string(), .features = RowFile(files.features)};
    if (!options.label.empty()) out.labels = RowFile(files.labels);
    if (!options.targets.empty()) out.targets = RowFile(files.targets);
    out.classes = note.at("classes").template get<std::size_t>();
    out.class_names = note.at("class_names").template get<std::vector<std::string>>();
    out.feature_names = note.at("feature_names").template get<std::vector<std::string>>();
    out.check();
    return out;
}

// What was converted before, if it can be used. Whatever is wrong with it is a reason to convert again.
template <class T>
std::optional<MappedDataset<T>> converted(const fs::path& csv, const CsvOptions& options, const Files& files,
                                          const std::optional<json>& state) {
    std::error_code ignored;
    if (!fs::exists(files.note, ignored)) return {};
    try {
        const json note = json::parse(read_file(files.note, longest_note));
        if (note.at("format") != "sevenfold-table" || note.at("version") != 1) return {};
        if (note.at("options") != json::parse(dump(asked_for<T>(options)))) return {};
        if (state && note.at("table") != json::parse(dump(*state))) return {};
        auto out = open<T>(csv, options, files, note);
        if (out.size() != note.at("rows") || out.fingerprint() != note.at("files")) return {};
        return out;
    } catch (const json::exception&) {
    } catch (const Error&) {}
    return {};
}

void remove_file(const fs::path& path) {
    std::error_code error;
    fs::remove(path, error);
    if (error)
        fail<FileError>("convert", path.string(), text("it cannot be removed (", error.message(), ")"),
                        "Check that you may write in its folder, or name another one.");
}

template <class T>
MappedDataset<T> convert(const fs::path& csv, const CsvOptions& options, const fs::path& folder) {
    const Files files(csv, folder);
    const std::optional<json> state = state_of(csv);
    if (auto done = converted<T>(csv, options, files, state)) return std::move(*done);

    for (const fs::path& path : {files.features, files.labels, files.targets, files.note}) remove_leftovers(path);
    CsvRows<T> rows(csv, options);
    const std::size_t width = rows.feature_names().size();
    if (width == 0)
        fail<ValueError>("convert", text(csv.string(), ": no column is left for features"), "there is at least one",
                         "Name fewer targets.");
    NpyWriter<T> features(files.features, {width});
    std::optional<NpyWriter<std::int64_t>> labels;
    std::optional<NpyWriter<T>> targets;
    if (!options.label.empty()) labels.emplace(files.labels, Shape{});
    if (!options.targets.empty()) targets.emplace(files.targets, Shape{options.targets.size()});
    while (const auto* row = rows.next()) {
        features.append(row->features);
        if (labels) labels->append(std::span(&row->label, 1));
        if (targets) targets->append(row->targets);
    }
    const auto classes = rows.classes();
    if (labels) labels->replace(classes.of_label);

    // From here to the end of the new note there is none: the files may be of two conversions meanwhile.
    remove_file(files.note);
    features.finish();
    if (labels) labels->finish();
    if (targets) targets->finish();
    json note{{"format", "sevenfold-table"},     {"version", 1},
              {"table", state.value_or(json())}, {"options", asked_for<T>(options)},
              {"rows", features.rows()},         {"classes", classes.count},
              {"class_names", classes.names},    {"feature_names", rows.feature_names()}};
    note = json::parse(dump(note));
    auto out = open<T>(csv, options, files, note);
    note["files"] = out.fingerprint();
    write_file_atomically(files.note, dump(note));
    return out;
}

}  // namespace

// Ranks that share a folder wait for the first, and find what it has made.
template <class T>
MappedDataset<T> convert_csv(const fs::path& csv, const CsvOptions& options, const fs::path& folder) {
    if (Communicator::current().size() > 1)
        from_root([&] {
            convert<T>(csv, options, folder);
            return std::string();
        });
    return convert<T>(csv, options, folder);
}

template MappedDataset<float> convert_csv(const fs::path&, const CsvOptions&, const fs::path&);
template MappedDataset<double> convert_csv(const fs::path&, const CsvOptions&, const fs::path&);

}  // namespace sevenfold
