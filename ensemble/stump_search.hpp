// The best threshold of a whole data set, for stumps: boosting asks for it in every round, and only the weights change.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sevenfold/ensemble/split_search.hpp"

namespace sevenfold {

/// Each column's ascending order, cut into blocks of equal length; which of them a row is in, as (rows, columns), so that
/// the weights of all blocks are summed in one walk over the rows as they lie in memory.
class ColumnBlocks {
  public:
    static constexpr std::size_t most = 128;

    explicit ColumnBlocks(const SortedColumns& columns);

    std::size_t length() const { return length_; }  ///< rows in a block; the last may have fewer
    std::size_t count() const { return count_; }    ///< at most `most`
    const std::uint8_t* of_row(std::size_t row) const { return block_.data() + row * columns_; }

  private:
    std::size_t columns_, length_, count_;
    std::vector<std::uint8_t> block_;
};

/// What best_error_split finds, in less time: sums of the blocks tell what |A − A₀ / 2| is between them, and what it can
/// at most be inside; only the few blocks in which the best may be are gone through. `node` lists all rows of the data.
NodeSplit best_error_split(const NodeLists& node, const ColumnBlocks& blocks, const double* signed_weights);

}  // namespace sevenfold
