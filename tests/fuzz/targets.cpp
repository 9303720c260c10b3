#include "fuzz/targets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "fuzz/memory_file.hpp"
#include "numbers.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/csv.hpp"
#include "sevenfold/data/deflate.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/idx.hpp"
#include "sevenfold/data/mapped.hpp"
#include "sevenfold/data/npy.hpp"
#include "sevenfold/data/npz.hpp"
#include "sevenfold/nn/safetensors.hpp"
#include "sevenfold/train/checkpoint.hpp"
#include "sevenfold/viz/tape_record.hpp"
#include "sevenfold/viz/training.hpp"

namespace fuzz {
namespace {

using namespace sevenfold;

void promise(bool kept, const std::string& what) {
    if (!kept) throw Fault(what);
}

// Runs a reader. False when it refused in words fit for a terminal.
bool read_by(const auto& reader) {
    try {
        reader();
        return true;
    } catch (const Error& error) {
        const std::string message = error.what();
        promise(message.starts_with('['), "a message that does not name its place: " + message);
        promise(message == printable(message), "a message with control characters");
        return false;
    }
}

// Reads as each type that arrays come in. True if one of them took the bytes.
bool as_each_type(const auto& read) {
    const bool in_double = read_by([&] { read(double{}); });
    const bool in_float = read_by([&] { read(float{}); });
    const bool in_int = read_by([&] { read(std::int64_t{}); });
    return in_double || in_float || in_int;
}

template <class T>
void check_npy(const Array<T>& array) {
    const std::string bytes = to_npy(array);
    promise(to_npy(from_npy<T>(bytes, "again")) == bytes, "an array that does not read back as it was written");
}

bool idx(std::string_view bytes) {
    const MemoryFile file(bytes);
    return as_each_type([&](auto type) { check_npy(read_idx<decltype(type)>(file.path())); });
}

bool gzip(std::string_view bytes) {
    const std::uint64_t limit = 1 << 20;
    const Inflated out = inflate(bytes, Wrapping::gzip, limit);
    promise(out.bytes.size() <= limit, "more bytes than the limit");
    const Inflated raw = inflate(bytes, Wrapping::raw, 1000);
    promise(raw.bytes.size() <= 1000, "more bytes than the limit");
    promise((out.end == Inflated::End::clean) == out.problem().empty(), "an end without a name");
    const Inflated back = inflate(deflate(out.bytes), Wrapping::raw, limit);
    promise(back.bytes == out.bytes, "deflate and inflate are not each other's inverse");
    const MemoryFile file(bytes);
    if (bytes.starts_with("\x1f\x8b")) read_by([&] { read_idx<float>(file.path()); });
    return out.end == Inflated::End::clean;
}

bool csv(std::string_view bytes) {
    const MemoryFile file(bytes);
    const auto read = [&](const CsvOptions& options) {
        return read_by([&] {
            const Dataset<double> data = read_csv<double>(file.path(), options);
            data.check();
            promise(std::ranges::all_of(data.features.flat(), [](double x) { return std::isfinite(x); }),
                    "a number that is not finite");
        });
    };
    const bool plain = read({}), labelled = read({.label = "label"});
    const bool targets = read({.targets = {"y", "z"}, .separator = ';'});
    read_by([&] { read_csv<float>(file.path()); });
    return plain || labelled || targets;
}

bool npy(std::string_view bytes) {
    return as_each_type([&](auto type) { check_npy(from_npy<decltype(type)>(bytes, "fuzz.npy")); });
}

// What is mapped is what is read, as a whole and row by row.
bool mapped(std::string_view bytes) {
    const MemoryFile file(bytes);
    const auto same = [&](auto type) {
        using T = decltype(type);
        const RowFile rows(file.path());
        promise(rows.size() * rows.row_bytes() <= bytes.size(), "more rows than bytes");
        rows.fingerprint();
        const Array<T> whole = rows.rows<T>(0, rows.size());
        const bool is_npy = bytes.starts_with("\x93");
        const Array<T> read = is_npy ? from_npy<T>(bytes, "fuzz.npy") : read_idx<T>(file.path());
        promise(to_npy(whole) == to_npy(read), "an array that is another one when it is mapped");
        if (rows.size() == 0) return;
        const RowFile::Window window = rows.map(0, rows.size());
        const std::size_t width = rows.row_shape().elements();
        std::vector<T> row(width);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            window.read(i, std::span<T>(row));
            promise(std::memcmp(row.data(), whole.data() + i * width, width * sizeof(T)) == 0, "another row");
        }
    };
    return as_each_type(same);
}

bool npz(std::string_view bytes) {
    const MemoryFile file(bytes);
    bool all = true;
    return read_by([&] {
               const Npz archive = Npz::read(file.path());
               for (const std::string& name : archive.names())
                   all &= as_each_type([&](auto type) { check_npy(archive.get<decltype(type)>(name)); });
           }) &&
           all;
}

bool safetensors(std::string_view bytes) {
    const MemoryFile file(bytes);
    return read_by([&] {
        const SafetensorsFile read(file.path());
        std::uint64_t covered = 0;
        for (const auto& entry : read.entries()) {
            promise(entry.begin == covered && entry.begin <= entry.end, "a hole or an overlap");
            covered = entry.end;
            as_each_type([&](auto type) { check_npy(read.read<decltype(type)>(entry.name)); });
        }
        promise(covered <= bytes.size(), "an array beyond the end of the file");
    });
}

// A checkpoint is JSON inside JSON, which no mutation gets through. Lines "key=value" after this word become the metadata
// of a file that is otherwise right.
constexpr std::string_view only_metadata = "metadata\n";

std::string with_metadata(std::string_view lines) {
    nlohmann::json metadata;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        const std::string_view line = lines.substr(0, end);
        const std::size_t equals = std::min(line.find('='), line.size());
        metadata[std::string(line.substr(0, equals))] = line.substr(std::min(equals + 1, line.size()));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    const nlohmann::json header{
        {"__metadata__", metadata},
        {"model.w", {{"dtype", "F32"}, {"shape", {2}}, {"data_offsets", {0, 8}}}},
        {"optimizer.0.velocity", {{"dtype", "F32"}, {"shape", {2}}, {"data_offsets", {8, 16}}}}};
    const std::string json = header.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    std::string out;
    append_little(out, json.size(), 8);
    return out + json + std::string(16, '\0');
}

bool checkpoint(std::string_view bytes) {
    const std::string file_bytes =
        bytes.starts_with(only_metadata) ? with_metadata(bytes.substr(only_metadata.size())) : std::string(bytes);
    const MemoryFile file(file_bytes);
    const auto read = [&](auto type) {
        return read_by([&] {
            using T = decltype(type);
            const Checkpoint<T> c = load_checkpoint<T>(file.path());
            const TrainPosition& p = c.position;
            promise(p.epoch == c.history.rows(), "a position that its history does not have");
            promise(p.correct <= p.rows && p.best_epoch <= p.epoch && p.waited <= p.epoch, "counts that cannot be");
            for (const auto& [name, state] : c.random) Random(1).restore(state);
            promise(History::from_json(c.history.json(), "again") == c.history, "a history that does not read back");
        });
    };
    const bool in_float = read(float{});
    return read(double{}) || in_float;
}

bool history(std::string_view bytes) {
    return read_by([&] {
        const History h = History::from_json(bytes, "fuzz.json");
        for (const History::Column& column : h.columns())
            promise(column.values.size() == h.rows(), "a column of another length");
        promise(History::from_json(h.json(), "again") == h, "a history that does not read back");
        h.csv();
    });
}

// run.json, then after this line history.json; what is read is drawn, as --compare does.
constexpr std::string_view then_history = "\nhistory\n";

bool run(std::string_view bytes) {
    const std::size_t end = std::min(bytes.find(then_history), bytes.size());
    const std::string_view rest = bytes.substr(std::min(end + then_history.size(), bytes.size()));
    return read_by([&] {
        const History h = rest.empty() ? History() : History::from_json(rest, "fuzz.json");
        const viz::TrainingRun run = viz::run_from_json(bytes.substr(0, end), h, "fuzz.json");
        promise(run.best_epoch <= h.rows(), "a best epoch that its history does not have");
        for (const std::size_t runs : {1u, 2u})
            for (const viz::Part& part : viz::learning_curves(std::vector(runs, run)).parts)
                if (const auto* figure = std::get_if<viz::Figure>(&part))
                    promise(!viz::figure_html(*figure).empty(), "a figure of nothing");
    });
}

bool tape(std::string_view bytes) {
    const MemoryFile file(bytes);
    return read_by([&] {
        const viz::TapeRecord record = viz::load_tape(file.path());
        viz::TapeRecord other = record;
        promise(!viz::diff(record, other), "a tape that parts from itself");
        if (other.empty()) return;
        const auto words = [&] {
            const auto parting = viz::diff(record, other);
            promise(parting && parting->text == printable(parting->text), "a parting with control characters");
        };
        other.pop_back(), words();
        other.push_back(record.back());
        viz::StepRecord& last = other.back();
        last.shape += '!', words();
        last.shape = record.back().shape, last.value = viz::ArrayRecord{}, last.gradient.reset();
        viz::diff(record, other, 1e-6);
    });
}

// Words of a command line, one a line.
bool flags(std::string_view bytes) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
        words.emplace_back(bytes.substr(at, end - at));
        at = end + 1;
    }
    std::ranges::reverse(words);  // as CLI11 takes them
    CLI::App app;
    std::uint64_t seed = 1;
    std::size_t epochs = 1;
    std::optional<std::size_t> rows;
    double lr = 1;
    app.add_option("--seed", seed)->transform(examples::whole);
    app.add_option("--epochs", epochs)->transform(examples::count);
    app.add_option("--micro-batch", rows)->transform(examples::whole);
    app.add_option("--lr", lr)->transform(examples::positive);
    try {
        app.parse(words);
    } catch (const CLI::ParseError&) { return false; }
    promise(epochs >= 1 && epochs <= 1'000'000, "epochs outside their range");
    promise(lr > 0 && lr < 1e18, "a rate outside its range");
    const std::vector<std::string> typed = app["--seed"]->reduced_results();
    for (const std::string& word : typed)
        promise(std::to_string(seed) == word, "a seed that is not the number that was typed: " + word);
    return true;
}

constexpr std::array<Target, 12> all{{{"idx", idx, 40},
                                      {"gzip", gzip, 20'000},
                                      {"csv", csv, 400},
                                      {"npy", npy, 60},
                                      {"mapped", mapped, 100},
                                      {"npz", npz, 20'000},
                                      {"safetensors", safetensors, 400},
                                      {"checkpoint", checkpoint, 1'000},
                                      {"history", history, 400},
                                      {"run", run, 400},
                                      {"tape", tape, 400},
                                      {"flags", flags, 2'000}}};

}  // namespace

std::span<const Target> targets() { return all; }

const Target& target(std::string_view name) {
    const auto found = std::ranges::find(all, name, &Target::name);
    if (found == all.end()) throw Fault("no target " + std::string(name));
    return *found;
}

}  // namespace fuzz
