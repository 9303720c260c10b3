// A table for a class to discuss: printed row by row as the numbers come, and saved as CSV when --out asks for it.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "common.hpp"

namespace examples {

class Table {
  public:
    static constexpr int words = -1;
    struct Column {
        std::string name;
        int decimals = 3;       ///< of its numbers, NaN shows as "-"; or `words`, which begin at the left
        std::size_t width = 6;  ///< at least the name's
    };
    using Cell = std::variant<double, std::string>;

    /// Prints the names.
    explicit Table(std::vector<Column> columns);
    /// Prints a row: a cell for each column.
    void add(std::vector<Cell> cells);
    /// The numbers of a column, by its name.
    std::vector<double> column(const std::string& name) const;
    /// The table for a report.
    sevenfold::viz::TextTable part(const std::string& title) const;
    /// Writes NAME.csv into the folder that --out names, if it does, and says so: one header line, all digits.
    void save(const Flags& flags, const std::string& name) const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace examples
