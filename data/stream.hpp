// The rows of a set in files, in pools that fit a budget: what Loader stands on for such sets, whose comment says how
// they are shuffled.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "sevenfold/data/loader.hpp"
#include "sevenfold/data/mapped.hpp"

namespace sevenfold {

/// Epochs count the streams of their orders from here, far from those that draw weights and masks from the same seed. A set
/// in memory and a pool that holds all rows have the same.
inline constexpr std::uint64_t row_order_stream = 0x65706f6368 << 20;

template <class T = float>
class RowStream {
  public:
    /// Throws ValueError and what MappedDataset::check throws.
    RowStream(MappedDataset<T> data, const LoaderOptions& options);

    const MappedDataset<T>& data() const { return data_; }
    std::size_t block_rows() const { return block_rows_; }
    std::size_t pools() const { return pools_; }

    BlockOrder order(std::uint64_t epoch) const;
    /// Rows `first` to `last` - 1 of an epoch, whose order(epoch) is given. Several threads may ask at once.
    Batch<T> read(const BlockOrder& order, std::size_t first, std::size_t last) const;

  private:
    struct Pool;
    std::size_t blocks() const;
    std::uint64_t block_bytes(std::size_t rows) const;  // of the budget, at most
    std::size_t first_block(std::size_t pool) const { return pool * blocks() / pools_; }
    std::size_t first_row(const BlockOrder& order, std::size_t pool) const;
    std::size_t pool_of(const BlockOrder& order, std::size_t row) const;
    std::shared_ptr<const Pool> pool(const BlockOrder& order, std::size_t number) const;
    std::shared_ptr<const Pool> make_pool(const BlockOrder& order, std::size_t number) const;
    void read_ahead(const BlockOrder& order, std::size_t pool) const;

    MappedDataset<T> data_;
    bool shuffle_;
    std::uint64_t seed_;
    std::size_t block_rows_ = 0, pools_ = 0;

    mutable std::mutex mutex_;                                   // of the pools alive, the latest first
    mutable std::array<std::shared_ptr<const Pool>, 2> latest_;  // only one is used if it holds all rows
};

}  // namespace sevenfold
