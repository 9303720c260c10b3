// What a page shows of an array: all of a small one; of a large one statistics of all its entries and evenly picked
// rows and columns, with a word that it is a part.
#pragma once

#include <nlohmann/json.hpp>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold::viz {

/// Which entries of an array are shown: leading axes count as rows, the last one as columns.
struct Sample {
    Sample(const Shape& of, std::size_t most);
    std::size_t rows, columns;                 ///< of the whole array
    std::vector<std::size_t> row, column;      ///< those shown
    std::vector<std::size_t> entries() const;  ///< their places, row-major
};

/// "(0, 3)": the axes' indices of an entry.
std::string index_of(std::size_t entry, const Shape& shape);

/// Six digits, which is what a page shows at most; what is not finite becomes a string.
nlohmann::json number(double x);
/// The same for a reader: "−0.25", "1.2e−5", "NaN".
std::string shown(double x, int digits = 4);

/// {shape, size, min, max, mean, norm, zeros, bad, rows, columns, row, column, numbers}.
template <class T>
nlohmann::json described(const Array<T>& array, const Sample& sample);
/// The numbers of a sample alone, row by row.
template <class T>
nlohmann::json numbers(const Array<T>& array, const Sample& sample);

}  // namespace sevenfold::viz
