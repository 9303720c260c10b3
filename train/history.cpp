#include "sevenfold/train/history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/data/file.hpp"

namespace sevenfold {
namespace {

using Json = nlohmann::json;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::string_view format_name = "sevenfold-history";
constexpr int format_version = 1;
constexpr std::uint64_t largest_file = std::uint64_t{64} << 20;

std::string csv_field(const std::string& name) {
    if (name.find_first_of(",\"\r\n") == std::string::npos) return name;
    std::string out = "\"";
    for (char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + '"';
}

std::string json_number(double value) {
    if (std::isnan(value)) return "null";
    if (std::isinf(value)) return value > 0 ? "\"inf\"" : "\"-inf\"";
    return text(value);
}

double number(const Json& value, std::string_view where, const std::string& column) {
    if (value.is_null()) return nothing;
    if (value.is_number()) return value.get<double>();
    if (value == "inf") return infinity;
    if (value == "-inf") return -infinity;
    fail<FileError>("history",
                    printable(text(where, ", column ", column, ": ",
                                   value.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 40))),
                    "a value is a number, null, \"inf\" or \"-inf\"", "Check that this is the file you mean.");
}

}  // namespace

void History::add_row() {
    ++rows_;
    for (Column& column : columns_) column.values.push_back(nothing);
}

void History::write(std::string_view name, double value, bool measured) {
    if (name.empty()) fail<ValueError>("history", "a column without a name", "a column needs a name");
    if (rows_ == 0)
        fail<ValueError>("history", text("a value for ", name, " before the first row"),
                         "values are written into the last row", "Call add_row() first.");
    auto column = std::ranges::find(columns_, name, &Column::name);
    if (column == columns_.end())
        column = columns_.insert(columns_.end(), {std::string(name), std::vector(rows_, nothing), measured});
    column->values.back() = value;
}

const History::Column* History::find(std::string_view name) const {
    const auto column = std::ranges::find(columns_, name, &Column::name);
    return column == columns_.end() ? nullptr : &*column;
}

const std::vector<double>& History::operator[](std::string_view name) const {
    if (const Column* column = find(name)) return column->values;
    std::string names;
    for (const Column& column : columns_) names += text(names.empty() ? "" : ", ", column.name);
    fail<IndexError>("history", text("no column ", name),
                     text("the columns are: ", names.empty() ? "none yet" : names));
}

std::string History::csv() const {
    std::string out;
    for (const Column& column : columns_) out += text(out.empty() ? "" : ",", csv_field(column.name));
    out += '\n';
    for (std::size_t row = 0; row < rows_; ++row) {
        for (const Column& column : columns_) {
            if (&column != &columns_.front()) out += ',';
            if (!std::isnan(column.values[row])) out += text(column.values[row]);
        }
        out += '\n';
    }
    return out;
}

std::string History::json() const {
    std::string out = text("{\"format\": \"", format_name, "\", \"version\": ", format_version, ", \"rows\": ", rows_,
                           ", \"columns\": [");
    for (const Column& column : columns_) {
        out += text(&column == &columns_.front() ? "\n" : ",\n",
                    " {\"name\": ", Json(column.name).dump(-1, ' ', true, Json::error_handler_t::replace),
                    ", \"measured\": ", column.measured, ", \"values\": [");
        for (std::size_t row = 0; row < rows_; ++row) out += text(row ? ", " : "", json_number(column.values[row]));
        out += "]}";
    }
    return out + "]}\n";
}

History History::from_json(std::string_view source, std::string_view where) {
    const auto reject = [&](std::string_view arrived, std::string_view rule) {
        fail<FileError>("history", printable(text(where, arrived.empty() ? "" : ", ", arrived)), rule,
                        "Check that this is the file you mean.");
    };
    // Deeper nesting would overflow the stack where a part is copied or printed.
    const auto shallow = [&](int depth, Json::parse_event_t, const Json&) {
        if (depth > 4) reject("JSON of more than four levels", "no history nests so deep");
        return true;
    };
    const Json root = Json::parse(source, shallow, false);
    if (root.is_discarded()) reject("", "it is not JSON, or it is cut short");
    if (!root.is_object() || root.value("format", Json()) != format_name)
        reject("", text("it does not say \"format\": \"", format_name, '"'));
    const Json version = root.value("version", Json());
    if (version != format_version)
        reject(text("version ", version.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 20)),
               text("this program reads version ", format_version));
    const Json rows = root.value("rows", Json()), columns = root.value("columns", Json());
    if (!rows.is_number_unsigned() || !columns.is_array()) reject("", "\"rows\" is a number and \"columns\" a list");

    History out;
    std::set<std::string> names;
    out.rows_ = rows.get<std::size_t>();
    for (const Json& entry : columns) {
        if (!entry.is_object() || !entry.value("name", Json()).is_string() ||
            !entry.value("measured", Json()).is_boolean() || !entry.value("values", Json()).is_array())
            reject("", "a column has a name, \"measured\" and a list of values");
        Column column{entry["name"].get<std::string>(), {}, entry["measured"].get<bool>()};
        if (column.name.empty() || !names.insert(column.name).second)
            reject(text("column \"", column.name, '"'), "names are not empty and differ from each other");
        if (entry["values"].size() != out.rows_)
            reject(text("column ", column.name, " with ", entry["values"].size(), " values"),
                   text("every column has one value for each of the ", out.rows_, " rows"));
        for (const Json& value : entry["values"]) column.values.push_back(number(value, where, column.name));
        out.columns_.push_back(std::move(column));
    }
    if (out.columns_.empty() && out.rows_ > 0) reject(text(out.rows_, " rows without columns"), "rows need columns");
    return out;
}

void History::save_csv(const std::filesystem::path& path) const { write_file_atomically(path, csv()); }
void History::save_json(const std::filesystem::path& path) const { write_file_atomically(path, json()); }
History History::load_json(const std::filesystem::path& path) {
    return from_json(read_file(path, largest_file), path.string());
}

bool operator==(const History& a, const History& b) {
    const auto results = [](const History& history) {
        std::vector<const History::Column*> out;
        for (const History::Column& column : history.columns_)
            if (!column.measured) out.push_back(&column);
        return out;
    };
    const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.rows_ == b.rows_ &&
           std::ranges::equal(results(a), results(b), [&](const History::Column* x, const History::Column* y) {
               return x->name == y->name && std::ranges::equal(x->values, y->values, same);
           });
}

}  // namespace sevenfold
