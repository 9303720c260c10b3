// CSV: a header line, then one row of numbers a line, with a label or targets among the columns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sevenfold/data/dataset.hpp"

namespace sevenfold {

struct CsvOptions {
    std::string label{};                 ///< the column that holds the class; "" for none
    std::vector<std::string> targets{};  ///< the columns to predict, in this order; only without a label
    char separator = ',';
};

/// Reads as RFC 4180 has it: fields may be quoted ("say ""hi"""), lines end in LF or CRLF; empty lines at the end are
/// passed over. The other columns become features (N, columns), the targets (N, targets).
/// Labels are class numbers 0, 1, .. or names; names (or numbers below 0) are sorted and then counted.
/// Throws FileError, with line and column, for rows of another length, missing or non-finite values, what is no number, and
/// files beyond read_limit.
template <class T = float>
Dataset<T> read_csv(const std::filesystem::path& path, const CsvOptions& options = {});

/// The same, row by row, for files of any size: it keeps one row and the names of the classes.
template <class T = float>
class CsvRows {
  public:
    /// Reads the header line. Throws what read_csv throws.
    explicit CsvRows(const std::filesystem::path& path, const CsvOptions& options = {},
                     std::uint64_t limit = UINT64_MAX);
    CsvRows(const CsvRows&) = delete;
    CsvRows& operator=(const CsvRows&) = delete;
    ~CsvRows();

    const std::vector<std::string>& feature_names() const;

    struct Row {
        std::vector<T> features, targets;
        std::int64_t label = 0;  ///< counts the different labels as they appear; what class that is shows at the end
    };
    /// The next row, until the call after; nullptr when there is none.
    const Row* next();

    struct Classes {
        std::vector<std::int64_t> of_label{};  ///< the class of each Row::label
        std::vector<std::string> names{};      ///< none if the labels are class numbers
        std::size_t count = 0;
    };
    /// After the last row.
    Classes classes() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sevenfold
