// Which rows of a data set an estimator sees, how often, and how much they weigh.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "sevenfold/autograd/array.hpp"
#include "sevenfold/autograd/pool.hpp"

namespace sevenfold {

struct BagRows {
    pool::Vector<std::uint32_t> repeats;  ///< how often each row was drawn
    pool::Vector<double> weights;         ///< times its weight; 0 for rows that are absent
    bool all;                             ///< no row is absent

    /// `rows` empty: each of the N rows once.
    BagRows(std::size_t n, const Array<double>& row_weights, std::span<const std::size_t> rows)
        : repeats(n, rows.empty() ? 1 : 0), weights(n) {
        for (const std::size_t row : rows) ++repeats[row];
        if (row_weights.rank() == 0)
            std::fill(weights.begin(), weights.end(), 1.0);
        else
            std::copy(row_weights.begin(), row_weights.end(), weights.begin());
        if (!rows.empty())
            for (std::size_t i = 0; i < n; ++i) weights[i] *= repeats[i];
        all = std::count(weights.begin(), weights.end(), 0.0) == 0;  // a loop without a branch
    }
};

}  // namespace sevenfold
