// History: what happened in training, as a table of named columns with one row per epoch.
//
// Results (loss, accuracy, learning rate, gradient norm) depend on the seed alone and come out the same in every run.
// Measured times do not: they are marked, and comparing two histories leaves them out.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sevenfold {

class History {
  public:
    struct Column {
        std::string name;
        std::vector<double> values;  ///< one per row, NaN where nothing was recorded
        bool measured = false;       ///< wall-clock time: differs from run to run
    };

    /// Begins a row, with NaN in every column.
    void add_row();
    /// Writes into the last row; a new name makes a new column. Throws ValueError for an empty name or without a row.
    void set(std::string_view column, double value) { write(column, value, false); }
    void set_measured(std::string_view column, double value) { write(column, value, true); }

    std::size_t rows() const { return rows_; }
    const std::vector<Column>& columns() const { return columns_; }
    bool has(std::string_view column) const { return find(column) != nullptr; }
    /// A column's values. Throws IndexError that names the columns there are.
    const std::vector<double>& operator[](std::string_view column) const;

    /// One header line, one line per row, commas between; nothing where the value is NaN. RFC 4180.
    std::string csv() const;
    /// An object with one line per column. Numbers read back exactly; NaN is null, infinities are "inf" and "-inf".
    std::string json() const;
    /// The history that json() wrote. `where` names the source in errors. Throws FileError for anything else.
    static History from_json(std::string_view json, std::string_view where);

    /// The old file or the new one, never half of either. Throw FileError.
    void save_csv(const std::filesystem::path& path) const;
    void save_json(const std::filesystem::path& path) const;
    static History load_json(const std::filesystem::path& path);

    /// Same columns with the same values; NaN equals NaN, measured times are left out.
    friend bool operator==(const History& a, const History& b);

  private:
    const Column* find(std::string_view name) const;
    void write(std::string_view column, double value, bool measured);

    std::vector<Column> columns_;
    std::size_t rows_ = 0;
};

}  // namespace sevenfold
