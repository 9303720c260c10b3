// Which rows of a data set an estimator sees, how often, and how much they weigh.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

struct BagRows {
    std::vector<std::uint32_t> repeats;  ///< how often each row was drawn
    std::vector<double> weights;         ///< times its weight; 0 for rows that are absent
    bool all;                            ///< no row is absent

    /// `rows` empty: each of the N rows once.
    BagRows(std::size_t n, const Array<double>& row_weights, std::span<const std::size_t> rows)
        : repeats(n, rows.empty() ? 1 : 0), weights(n) {
        for (const std::size_t row : rows) ++repeats[row];
        for (std::size_t i = 0; i < n; ++i)
            weights[i] = repeats[i] * (row_weights.rank() == 0 ? 1.0 : row_weights.data()[i]);
        all = std::none_of(weights.begin(), weights.end(), [](double w) { return w == 0; });
    }
};

}  // namespace sevenfold
