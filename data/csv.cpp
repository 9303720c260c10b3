#include "sevenfold/data/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string_view>

#include "sevenfold/data/file.hpp"

namespace sevenfold {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_classes = 65536;  // a larger number is a mistaken column, and would cost memory later
constexpr std::size_t piece = 1 << 16;        // of the file, read at a time
constexpr std::size_t longest_row = 1 << 26;  // more is a quote that was never meant to open one

struct Field {
    std::string_view text;     // until the next row
    std::size_t line, column;  // line of the row's start; both from 1
};

[[noreturn]] void reject(const fs::path& path, std::size_t line, std::string_view arrived, std::string_view rule,
                         std::string_view fix = {}) {
    fail<FileError>("csv", text(path.string(), ", line ", line, arrived.empty() ? "" : ", ", printable(arrived)),
                    printable(rule), printable(fix));
}

// Cuts a file into records of fields. Only here is it known what quotes and line ends mean.
class Records {
  public:
    Records(const fs::path& path, char separator, std::uint64_t limit)
        : path_(path), file_(path, limit), separator_(separator) {
        have(3);
        if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;  // the mark that some programs put before UTF-8
        if (text_.starts_with("\xff\xfe") || text_.starts_with("\xfe\xff"))
            fail<FileError>("csv", text(path.string(), " in UTF-16"), "a table is text in UTF-8",
                            text("Save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 \"", path.string(), "\" > table.csv"));
    }

    bool at_end() { return !have(1); }
    std::size_t line() const { return line_; }

    // Valid until the next call.
    const std::vector<Field>& next() {
        const std::size_t line = line_;
        for (;;) {
            fields_.clear();
            unquoted_.clear();
            const std::size_t first = at_;
            do fields_.push_back({field(fields_.size() + 1), line, fields_.size() + 1});
            while (accept(separator_));
            // What a quote or a CR means shows in the byte behind it: a record that ends so close to the end of the text is
            // cut again, once more of the file is here.
            if (text_.size() - at_ >= 2 || all_read_) break;
            if (at_ - first > longest_row)
                reject(path_, line, text("a row of more than ", longest_row, " bytes"), "no table has so long rows",
                       "Is this a CSV file, and is a quote not closed?");
            at_ = first;
            line_ = line;
            read_more();
        }
        if (!accept_line_end() && at_ != text_.size())
            reject(path_, line_, text("column ", fields_.size()), "text follows a closing quote",
                   "Write a quote inside a quoted field twice.");
        return fields_;
    }

    /// Steps over empty lines; they are allowed at the end alone.
    bool skip_empty_lines() {
        bool skipped = false;
        while (have(1) && (have(2), accept_line_end())) skipped = true;
        return skipped;
    }

  private:
    // Whether n more bytes are there, read if need be.
    bool have(std::size_t n) {
        while (text_.size() - at_ < n && !all_read_) read_more();
        return text_.size() - at_ >= n;
    }
    // What has been used makes room.
    void read_more() {
        text_.erase(0, at_);
        at_ = 0;
        all_read_ = !file_.read(text_, std::max(piece, text_.size()));
    }

    std::string_view rest() const { return std::string_view(text_).substr(at_); }

    std::string_view field(std::size_t column) {
        if (accept('"')) return quoted(column);
        const std::string_view from = rest();
        std::size_t length = 0;
        while (length < from.size() && from[length] != separator_ && from[length] != '\n' &&
               !(from[length] == '\r' && from.substr(length, 2) == "\r\n"))
            ++length;
        at_ += length;
        std::string_view out = from.substr(0, length);
        while (!out.empty() && (out.front() == ' ' || out.front() == '\t')) out.remove_prefix(1);
        while (!out.empty() && (out.back() == ' ' || out.back() == '\t')) out.remove_suffix(1);
        return out;
    }

    std::string_view quoted(std::size_t column) {
        const std::size_t first_line = line_;
        std::string& out = unquoted_.emplace_back();
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"' && rest().substr(0, 2) != "\"\"") {
                ++at_;
                return out;
            }
            if (text_[at_] == '"') ++at_;  // the first of a pair
            if (text_[at_] == '\n') ++line_;
            out += text_[at_];
        }
        if (all_read_) reject(path_, first_line, text("column ", column), "the quote that opens here is never closed");
        return out;  // half of it: next() begins again
    }

    bool accept(char c) {
        const bool found = at_ < text_.size() && text_[at_] == c;
        at_ += found;
        return found;
    }
    bool accept_line_end() {
        if (rest().substr(0, 2) == "\r\n") ++at_;
        const bool found = accept('\n');
        line_ += found;
        return found;
    }

    const fs::path& path_;
    FileStream file_;
    char separator_;
    std::string text_;       // a part of the file; what lies before at_ is done with
    bool all_read_ = false;  // the text ends where the file does
    std::size_t at_ = 0, line_ = 1;
    std::vector<Field> fields_;
    std::deque<std::string> unquoted_;  // the fields of this record that were in quotes
};

// The columns by name, and what is wrong with a field.
class Columns {
  public:
    Columns(const fs::path& path, std::vector<std::string> names) : path_(path), names_(std::move(names)) {}

    std::size_t find(const std::string& name) const {
        const auto found = std::find(names_.begin(), names_.end(), name);
        if (found == names_.end())
            reject(path_, 1, {}, text("there is no column \"", name, "\""), text("The columns are ", list(), "."));
        if (std::find(found + 1, names_.end(), name) != names_.end())
            reject(path_, 1, {}, text("two columns are called \"", name, "\""));
        return static_cast<std::size_t>(found - names_.begin());
    }
    const std::vector<std::string>& names() const { return names_; }

    [[noreturn]] void reject_field(const Field& field, std::string_view rule, std::string_view fix = {}) const {
        const std::string shown = text(field.text.substr(0, 40), field.text.size() > 40 ? ".." : "");
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

  private:
    std::string list() const {
        std::string out;
        for (std::size_t i = 0; i < std::min<std::size_t>(names_.size(), 20); ++i) out += (i ? ", " : "") + names_[i];
        return out + (names_.size() > 20 ? ", .." : "");
    }

    const fs::path& path_;
    std::vector<std::string> names_;
};

// The labels seen so far. Whether they are class numbers or names shows when all have been seen.
class LabelNames {
  public:
    LabelNames(const fs::path& path, const Columns& columns) : path_(path), columns_(columns) {}

    /// Counts the different labels as they appear.
    std::int64_t add(const Field& field) {
        columns_.require(field);
        if (const auto known = known_.find(field.text); known != known_.end()) return known->second;
        const std::optional<std::int64_t> number = whole(field.text);
        if (!known_.empty() && number.has_value() != numbers_.back().has_value())
            reject_field(field, "class numbers and class names are mixed", "Use either for all rows.");
        some_below_0_ |= number && *number < 0;
        if (number && *number >= most_classes && too_large_.empty()) {
            too_large_ = field.text;
            where_ = field;
        }
        if (std::ssize(known_) == most_classes) {
            check_sizes();
            reject(path_, 1, {}, text("the label column holds more than ", most_classes, " different names"),
                   "Is this the label column?");
        }
        numbers_.push_back(number);
        return known_.emplace(field.text, std::ssize(known_)).first->second;
    }

    template <class Classes>
    Classes classes() const {
        check_sizes();
        Classes out;
        if (numbers_.empty()) return out;
        if (numbers_[0] && !some_below_0_) {
            for (const auto& number : numbers_) out.of_label.push_back(*number);
            out.count = static_cast<std::size_t>(*std::ranges::max_element(out.of_label)) + 1;
            return out;
        }
        // Numbers below 0 sort as numbers, names as text.
        std::map<std::pair<std::int64_t, std::string>, std::int64_t> sorted;
        for (const auto& [name, label] : known_)
            sorted[{numbers_[static_cast<std::size_t>(label)].value_or(0), name}] = label;
        out.of_label.resize(known_.size());
        for (const auto& [key, label] : sorted) {
            out.of_label[static_cast<std::size_t>(label)] = std::ssize(out.names);
            out.names.push_back(key.second);
        }
        out.count = out.names.size();
        return out;
    }

  private:
    static std::optional<std::int64_t> whole(std::string_view text) {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
    }
    [[noreturn]] void reject_field(const Field& field, std::string_view rule, std::string_view fix) const {
        columns_.reject_field(field, rule, fix);
    }
    void check_sizes() const {
        if (!too_large_.empty() && !some_below_0_)
            reject_field({too_large_, where_.line, where_.column},
                         text("class numbers count from 0 to at most ", most_classes - 1), "Is this the label column?");
    }

    const fs::path& path_;
    const Columns& columns_;
    std::map<std::string, std::int64_t, std::less<>> known_;
    std::vector<std::optional<std::int64_t>> numbers_;  // of each label that is one
    bool some_below_0_ = false;
    std::string too_large_;  // the first one, as it is written
    Field where_{};
};

}  // namespace

template <class T>
struct CsvRows<T>::State {
    State(const fs::path& file, const CsvOptions& options, std::uint64_t limit)
        : path(file),
          records(path, options.separator, limit),
          columns(path, header()),
          labels(path, columns),
          role(columns.names().size(), feature) {
        if (!options.label.empty()) role[columns.find(options.label)] = label;
        for (std::size_t t = 0; t < options.targets.size(); ++t) role[columns.find(options.targets[t])] = t;
        for (std::size_t c = 0; c < role.size(); ++c)
            if (role[c] == feature) feature_names.push_back(columns.names()[c]);
        row.targets.resize(options.targets.size());
    }

    std::vector<std::string> header() {
        if (records.at_end())
            reject(path, 1, {}, "the file is empty", "The first line holds the names of the columns.");
        std::vector<std::string> names;
        for (const Field& field : records.next()) names.emplace_back(field.text);
        return names;
    }

    // What each column is for: a feature unless it is named, and of the targets this one.
    static constexpr std::size_t feature = SIZE_MAX, label = SIZE_MAX - 1;

    fs::path path;
    Records records;
    Columns columns;
    LabelNames labels;
    std::vector<std::size_t> role;
    std::vector<std::string> feature_names;
    Row row;
    bool any = false;
};

template <class T>
CsvRows<T>::CsvRows(const fs::path& path, const CsvOptions& options, std::uint64_t limit) {
    if (!options.label.empty() && !options.targets.empty())
        fail<ValueError>("csv", text("label \"", options.label, "\" and targets"),
                         "a set has a label or targets, not both");
    state_ = std::make_unique<State>(path, options, limit);
}

template <class T>
CsvRows<T>::~CsvRows() = default;

template <class T>
const std::vector<std::string>& CsvRows<T>::feature_names() const {
    return state_->feature_names;
}

template <class T>
const typename CsvRows<T>::Row* CsvRows<T>::next() {
    State& s = *state_;
    const std::size_t line = s.records.line();
    const bool skipped = s.records.skip_empty_lines();
    if (s.records.at_end()) {
        if (!s.any) reject(s.path, s.records.line(), {}, "no row follows the header line");
        return nullptr;
    }
    if (skipped) reject(s.path, line, {}, "the line is empty", "Only the end of the file may have empty lines.");
    const std::vector<Field>& fields = s.records.next();
    if (fields.size() != s.role.size())
        reject(s.path, line, text(fields.size(), " fields"), text("the header line has ", s.role.size()),
               "Is a separator missing, or the file cut short?");
    s.row.features.clear();
    for (const Field& field : fields) {
        const std::size_t role = s.role[field.column - 1];
        if (role == State::feature)
            s.row.features.push_back(s.columns.template number<T>(field));
        else if (role == State::label)
            s.row.label = s.labels.add(field);
        else
            s.row.targets[role] = s.columns.template number<T>(field);
    }
    s.any = true;
    return &s.row;
}

template <class T>
typename CsvRows<T>::Classes CsvRows<T>::classes() const {
    return state_->labels.template classes<Classes>();
}

template <class T>
Dataset<T> read_csv(const fs::path& path, const CsvOptions& options) {
    CsvRows<T> rows(path, options, read_limit);
    std::vector<T> features, targets;
    std::vector<std::int64_t> labels;
    std::size_t n = 0;
    for (; const auto* row = rows.next(); ++n) {
        features.insert(features.end(), row->features.begin(), row->features.end());
        targets.insert(targets.end(), row->targets.begin(), row->targets.end());
        if (!options.label.empty()) labels.push_back(row->label);
    }

    Dataset<T> data;
    data.title = path.stem().string();
    data.feature_names = rows.feature_names();
    data.features = Array<T>({n, data.feature_names.size()}, features);
    if (!options.targets.empty()) data.targets = Array<T>({n, options.targets.size()}, targets);
    if (!options.label.empty()) {
        auto classes = rows.classes();
        for (std::int64_t& label : labels) label = classes.of_label[static_cast<std::size_t>(label)];
        data.labels = Labels(labels);
        data.class_names = std::move(classes.names);
        data.classes = classes.count;
    }
    return data;
}

template class CsvRows<float>;
template class CsvRows<double>;
template Dataset<float> read_csv(const fs::path&, const CsvOptions&);
template Dataset<double> read_csv(const fs::path&, const CsvOptions&);

}  // namespace sevenfold
