// CSV: a header line, then one row of numbers a line, with a label or targets among the columns.
#pragma once

#include <filesystem>
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
/// Throws FileError, with line and column, for rows of another length, missing or non-finite values and what is no number.
template <class T = float>
Dataset<T> read_csv(const std::filesystem::path& path, const CsvOptions& options = {});

}  // namespace sevenfold
