#include "sevenfold/data/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "sevenfold/data/file.hpp"

namespace sevenfold {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_classes = 65536;  // a larger number is a mistaken column, and would cost memory later

struct Field {
    std::string text;
    std::size_t line, column;  // line of the row's start; both from 1
};

[[noreturn]] void reject(const fs::path& path, std::size_t line, std::string_view arrived, std::string_view rule,
                         std::string_view fix = {}) {
    fail<FileError>("csv", text(path.string(), ", line ", line, arrived.empty() ? "" : ", ", printable(arrived)),
                    printable(rule), printable(fix));
}

// Cuts a text into records of fields. Only here is it known what quotes and line ends mean.
class Records {
  public:
    Records(std::string_view text, char separator, const fs::path& path)
        : text_(text), separator_(separator), path_(path) {
        if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;  // the mark that some programs put before UTF-8
    }

    bool at_end() const { return at_ == text_.size(); }
    std::size_t line() const { return line_; }

    std::vector<Field> next() {
        std::vector<Field> fields;
        const std::size_t line = line_;
        do fields.push_back({field(fields.size() + 1), line, fields.size() + 1});
        while (accept(separator_));
        if (!accept_line_end() && !at_end())
            reject(path_, line_, text("column ", fields.size()), "text follows a closing quote",
                   "Write a quote inside a quoted field twice.");
        return fields;
    }

    /// Steps over empty lines; they are allowed at the end alone.
    bool skip_empty_lines() {
        bool skipped = false;
        while (!at_end() && accept_line_end()) skipped = true;
        return skipped;
    }

  private:
    std::string field(std::size_t column) {
        if (accept('"')) return quoted(column);
        const std::size_t first = at_;
        while (!at_end() && text_[at_] != separator_ && text_[at_] != '\n' && text_.substr(at_, 2) != "\r\n") ++at_;
        std::string_view out = text_.substr(first, at_ - first);
        while (!out.empty() && (out.front() == ' ' || out.front() == '\t')) out.remove_prefix(1);
        while (!out.empty() && (out.back() == ' ' || out.back() == '\t')) out.remove_suffix(1);
        return std::string(out);
    }

    std::string quoted(std::size_t column) {
        const std::size_t first_line = line_;
        std::string out;
        for (; !at_end(); ++at_) {
            if (text_[at_] == '"' && text_.substr(at_, 2) != "\"\"") {
                ++at_;
                return out;
            }
            if (text_[at_] == '"') ++at_;  // the first of a pair
            if (text_[at_] == '\n') ++line_;
            out += text_[at_];
        }
        reject(path_, first_line, text("column ", column), "the quote that opens here is never closed");
    }

    bool accept(char c) {
        const bool found = !at_end() && text_[at_] == c;
        at_ += found;
        return found;
    }
    bool accept_line_end() {
        if (text_.substr(at_, 2) == "\r\n") ++at_;
        const bool found = accept('\n');
        line_ += found;
        return found;
    }

    std::string_view text_;
    char separator_;
    const fs::path& path_;
    std::size_t at_ = 0, line_ = 1;
};

class Reader {
  public:
    Reader(const fs::path& path, std::vector<std::string> names) : path_(path), names_(std::move(names)) {}

    std::size_t find(const std::string& name) const {
        const auto found = std::find(names_.begin(), names_.end(), name);
        if (found == names_.end())
            reject(path_, 1, {}, text("there is no column \"", name, "\""), text("The columns are ", list(), "."));
        if (std::find(found + 1, names_.end(), name) != names_.end())
            reject(path_, 1, {}, text("two columns are called \"", name, "\""));
        return static_cast<std::size_t>(found - names_.begin());
    }

    [[noreturn]] void reject_field(const Field& field, std::string_view rule, std::string_view fix = {}) const {
        const std::string shown = field.text.size() > 40 ? field.text.substr(0, 40) + ".." : field.text;
        const std::string& name = names_[field.column - 1];
        reject(path_, field.line, text("column ", field.column, " (", name, "), \"", shown, "\""), rule, fix);
    }

    void require(const Field& field) const {
        if (field.text.empty()) reject_field(field, "the value is missing", "Fill the gap or leave the row out.");
    }

    template <class T>
    T number(const Field& field) const {
        require(field);
        const char *first = field.text.data(), *last = first + field.text.size();
        T value{};
        const auto [end, error] = std::from_chars(first + (*first == '+'), last, value);
        if (error == std::errc::result_out_of_range)
            reject_field(field, sizeof(T) == 4 ? "the number does not fit into a float"
                                               : "the number does not fit into a double");
        if (error != std::errc{} || end != last)
            reject_field(field, "it is not a number",
                         "Name the column as the label, or write numbers with a point and without spaces.");
        if (!std::isfinite(value))
            reject_field(field, "the number is not finite", "Fill the gap or leave the row out.");
        return value;
    }

    /// Numbers as they are; names are sorted and counted into `class_names`.
    std::vector<std::int64_t> number_labels(const std::vector<Field>& fields,
                                            std::vector<std::string>& class_names) const {
        std::vector<std::int64_t> labels;
        std::size_t numbers = 0;
        for (const Field& field : fields) {
            require(field);
            const std::optional<std::int64_t> number = whole(field.text);
            numbers += number.has_value();
            labels.push_back(number.value_or(-1));
        }
        if (numbers != 0 && numbers != fields.size()) {
            const bool first_is_number = whole(fields[0].text).has_value();
            for (const Field& field : fields)
                if (whole(field.text).has_value() != first_is_number)
                    reject_field(field, "class numbers and class names are mixed", "Use either for all rows.");
        }
        if (numbers == fields.size() &&
            std::all_of(labels.begin(), labels.end(), [](auto label) { return label >= 0; })) {
            for (std::size_t i = 0; i < fields.size(); ++i)
                if (labels[i] >= most_classes)
                    reject_field(fields[i], text("class numbers count from 0 to at most ", most_classes - 1),
                                 "Is this the label column?");
            return labels;
        }
        // Numbers below 0 sort as numbers, names as text.
        std::map<std::pair<std::int64_t, std::string>, std::int64_t> classes;
        for (std::size_t i = 0; i < fields.size(); ++i) classes[{labels[i], fields[i].text}] = 0;
        if (std::ssize(classes) > most_classes)
            reject(path_, 1, {}, text("the label column holds ", classes.size(), " different names"),
                   "Is this the label column?");
        for (auto& [key, label] : classes) {
            label = std::ssize(class_names);
            class_names.push_back(key.second);
        }
        for (std::size_t i = 0; i < fields.size(); ++i) labels[i] = classes[{labels[i], fields[i].text}];
        return labels;
    }

  private:
    static std::optional<std::int64_t> whole(const std::string& text) {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
    }

    std::string list() const {
        std::string out;
        for (std::size_t i = 0; i < std::min<std::size_t>(names_.size(), 20); ++i) out += (i ? ", " : "") + names_[i];
        return out + (names_.size() > 20 ? ", .." : "");
    }

    const fs::path& path_;
    std::vector<std::string> names_;
};

}  // namespace

template <class T>
Dataset<T> read_csv(const fs::path& path, const CsvOptions& options) {
    if (!options.label.empty() && !options.targets.empty())
        fail<ValueError>("csv", text("label \"", options.label, "\" and targets"),
                         "a set has a label or targets, not both");
    const std::string bytes = read_file(path);
    Records records(bytes, options.separator, path);
    if (bytes.empty()) reject(path, 1, {}, "the file is empty", "The first line holds the names of the columns.");

    std::vector<std::string> names;
    for (Field& field : records.next()) names.push_back(std::move(field.text));
    const Reader reader(path, names);

    // What each column is for: a feature unless it is named.
    constexpr std::size_t feature = SIZE_MAX, label = SIZE_MAX - 1;
    std::vector<std::size_t> role(names.size(), feature);
    if (!options.label.empty()) role[reader.find(options.label)] = label;
    for (std::size_t t = 0; t < options.targets.size(); ++t) role[reader.find(options.targets[t])] = t;

    std::size_t rows = 0;
    std::vector<T> features, targets;
    std::vector<Field> label_fields;
    for (; !records.at_end(); ++rows) {
        const std::size_t line = records.line();
        if (records.skip_empty_lines()) {
            if (records.at_end()) break;
            reject(path, line, {}, "the line is empty", "Only the end of the file may have empty lines.");
        }
        std::vector<Field> fields = records.next();
        if (fields.size() != names.size())
            reject(path, line, text(fields.size(), " fields"), text("the header line has ", names.size()),
                   "Is a separator missing, or the file cut short?");
        targets.resize(targets.size() + options.targets.size());
        for (Field& field : fields) {
            const std::size_t r = role[field.column - 1];
            if (r == feature)
                features.push_back(reader.number<T>(field));
            else if (r != label)
                targets[rows * options.targets.size() + r] = reader.number<T>(field);
            else
                label_fields.push_back(std::move(field));
        }
    }
    if (rows == 0) reject(path, records.line(), {}, "no row follows the header line");

    Dataset<T> data;
    data.title = path.stem().string();
    for (std::size_t c = 0; c < names.size(); ++c)
        if (role[c] == feature) data.feature_names.push_back(names[c]);
    data.features = Array<T>({rows, data.feature_names.size()}, features);
    if (!options.targets.empty()) data.targets = Array<T>({rows, options.targets.size()}, targets);
    if (!options.label.empty()) {
        data.labels = Labels(reader.number_labels(label_fields, data.class_names));
        data.classes = static_cast<std::size_t>(*std::max_element(data.labels.begin(), data.labels.end())) + 1;
    }
    return data;
}

template Dataset<float> read_csv(const fs::path&, const CsvOptions&);
template Dataset<double> read_csv(const fs::path&, const CsvOptions&);

}  // namespace sevenfold
