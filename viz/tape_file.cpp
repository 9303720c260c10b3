#include "sevenfold/viz/tape_record.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "sevenfold/data/file.hpp"
#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

using nlohmann::json;
constexpr std::uint64_t largest_file = std::uint64_t{256} << 20;

json entry(double x) {
    if (std::isfinite(x)) return x;
    return std::isnan(x) ? "NaN" : x > 0 ? "inf" : "-inf";
}

json to_json(const std::optional<ArrayRecord>& array) {
    if (!array) return nullptr;
    json entries = json::array();
    for (double x : array->entries) entries.push_back(entry(x));
    return {{"checksum", array->checksum}, {"entries", entries}};
}

[[noreturn]] void reject(const std::filesystem::path& path, std::string_view rule) {
    fail<FileError>("tape", printable(path.string()), rule, "Give a file that --record has written.");
}

// From a file, which may hold anything.
class Reader {
  public:
    explicit Reader(std::filesystem::path path) : path_(std::move(path)) {}

    const json& member(const json& from, const char* name) const {
        if (!from.is_object() || !from.contains(name)) reject(path_, text("it has no \"", name, '"'));
        return from[name];
    }
    std::string word(const json& from, const char* name) const {
        const json& value = member(from, name);
        if (!value.is_string()) reject(path_, text('"', name, "\" is a word"));
        return value.get<std::string>();
    }
    std::optional<ArrayRecord> array(const json& from, const char* name) const {
        const json& value = member(from, name);
        if (value.is_null()) return {};
        const json &checksum = member(value, "checksum"), &entries = member(value, "entries");
        if (!checksum.is_number_unsigned() || !entries.is_array())
            reject(path_, "an array has a checksum and a list of entries");
        ArrayRecord out{checksum.get<std::uint64_t>(), {}};
        for (const json& x : entries) {
            constexpr double infinity = std::numeric_limits<double>::infinity();
            if (x.is_number())
                out.entries.push_back(x.get<double>());
            else if (x == "NaN")
                out.entries.push_back(std::numeric_limits<double>::quiet_NaN());
            else if (x == "inf" || x == "-inf")
                out.entries.push_back(x == "inf" ? infinity : -infinity);
            else
                reject(path_, "an entry is a number, \"NaN\", \"inf\" or \"-inf\"");
        }
        return out;
    }

  private:
    std::filesystem::path path_;
};

// The entry that differs most, if the arrays differ by more than the tolerance.
std::optional<std::size_t> difference(const ArrayRecord& a, const ArrayRecord& b, double tolerance) {
    if (a.checksum == b.checksum && a.entries.size() == b.entries.size()) return {};
    double largest = 0, worst = -1;
    std::size_t at = 0;
    for (const auto* entries : {&a.entries, &b.entries})
        for (double x : *entries)
            if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < std::min(a.entries.size(), b.entries.size()); ++i) {
        const double x = a.entries[i], y = b.entries[i];
        const bool same = x == y || (std::isnan(x) && std::isnan(y));
        const double gap = same                                   ? 0
                           : std::isfinite(x) && std::isfinite(y) ? std::abs(x - y)
                                                                  : std::numeric_limits<double>::infinity();
        if (gap > worst) worst = gap, at = i;
    }
    if (tolerance > 0 && worst <= tolerance * largest) return {};
    return at;
}

std::string label(std::size_t step, const StepRecord& record) {
    return printable(text("step %", step, " (", record.op, record.name.empty() ? "" : " \"" + record.name + '"', ", ",
                          record.shape, ')'));
}

std::optional<Parting> parting(std::size_t step, const StepRecord& a, const StepRecord& b, const char* what,
                               std::optional<ArrayRecord> StepRecord::*which, double tolerance) {
    const auto &x = a.*which, &y = b.*which;
    if (!x && !y) return {};
    if (!x || !y)
        return Parting{step, what,
                       text(label(step, a), ": only the ", x ? "first" : "second", " tape has a ", what, " here")};
    const auto at = difference(*x, *y, tolerance);
    if (!at) return {};
    std::string shown_entries = "in an entry that is not kept";
    if (*at < std::min(x->entries.size(), y->entries.size()) && x->entries[*at] != y->entries[*at])
        shown_entries = text("for example ", shown(x->entries[*at], 9), " and ", shown(y->entries[*at], 9));
    return Parting{step, what, text(label(step, a), " is the first whose ", what, " differs: ", shown_entries)};
}

}  // namespace

void save_tape(const TapeRecord& tape, const std::filesystem::path& path) {
    json steps = json::array();
    for (const StepRecord& step : tape)
        steps.push_back({{"op", step.op},
                         {"name", step.name},
                         {"shape", step.shape},
                         {"inputs", step.inputs},
                         {"value", to_json(step.value)},
                         {"gradient", to_json(step.gradient)}});
    const json root{{"format", "sevenfold-tape"}, {"version", 1}, {"steps", steps}};
    write_file_atomically(path, root.dump(-1, ' ', false, json::error_handler_t::replace) + '\n');
}

TapeRecord load_tape(const std::filesystem::path& path) {
    const Reader reader(path);
    const auto shallow = [&](int depth, json::parse_event_t, const json&) {
        if (depth > 5) reject(path, "no tape nests deeper than five levels");
        return true;
    };
    const json root = json::parse(read_file(path, largest_file), shallow, false);
    if (root.is_discarded()) reject(path, "it is not JSON, or it is cut short");
    if (reader.member(root, "format") != "sevenfold-tape" || reader.member(root, "version") != 1)
        reject(path, "it does not say \"format\": \"sevenfold-tape\" and \"version\": 1");
    const json& steps = reader.member(root, "steps");
    if (!steps.is_array()) reject(path, "\"steps\" is a list");
    TapeRecord out;
    for (const json& from : steps) {
        StepRecord step{
            .op = reader.word(from, "op"), .name = reader.word(from, "name"), .shape = reader.word(from, "shape")};
        const json& inputs = reader.member(from, "inputs");
        if (!inputs.is_array()) reject(path, "\"inputs\" is a list");
        for (const json& input : inputs) {
            if (!input.is_number_integer() || input < -1 || input >= out.size())
                reject(path, "an input is the number of an earlier step, or -1");
            step.inputs.push_back(input.get<std::int64_t>());
        }
        step.value = reader.array(from, "value"), step.gradient = reader.array(from, "gradient");
        out.push_back(std::move(step));
    }
    return out;
}

std::optional<Parting> diff(const TapeRecord& a, const TapeRecord& b, double tolerance) {
    const std::size_t both = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < both; ++i) {
        const StepRecord &x = a[i], &y = b[i];
        if (x.op != y.op)
            return Parting{
                i, "op",
                text("step %", i, " is the first where the ops differ: ", printable(x.op), " and ", printable(y.op))};
        if (x.inputs != y.inputs)
            return Parting{i, "inputs", text(label(i, x), " is the first whose inputs are other steps")};
        if (x.shape != y.shape)
            return Parting{i, "shape",
                           text("step %", i, " (", printable(x.op), ") is the first whose shapes differ: ",
                                printable(x.shape), " and ", printable(y.shape))};
        if (const auto found = parting(i, x, y, "value", &StepRecord::value, tolerance)) return found;
    }
    if (a.size() != b.size())
        return Parting{
            both, "length",
            text("the tapes are alike for ", both, " steps; then the ", a.size() > b.size() ? "first" : "second",
                 " goes on with ", label(both, a.size() > b.size() ? a[both] : b[both]))};
    for (std::size_t i = both; i-- > 0;)
        if (const auto found = parting(i, a[i], b[i], "gradient", &StepRecord::gradient, tolerance)) return found;
    return {};
}

}  // namespace sevenfold::viz
