// The loader hands out a data set batch by batch, in a new order each epoch. The set is in memory, or in files of any size.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/data/dataset.hpp"
#include "sevenfold/data/mapped.hpp"

namespace sevenfold {

template <class T>
class RowStream;

template <class T = float>
struct Batch {
    Array<T> features;                 ///< (B, ...)
    Labels labels;                     ///< (B,) if the set has classes
    Array<T> targets;                  ///< (B, ...) if it has targets
    pool::Vector<std::size_t> rows{};  ///< which rows of the set these are

    std::size_t size() const { return rows.size(); }
};

struct LoaderOptions {
    std::size_t batch_size = 32;
    bool shuffle = true;
    std::uint64_t seed = 0;
    bool drop_last = false;  ///< leave out a last batch that is smaller than the others

    // For sets in files; those in memory have no use for them.
    std::size_t budget = std::size_t{256}
                         << 20;  ///< bytes that mapped rows and their order may take; batches come on top
    std::size_t block_rows = 0;  ///< neighbours that are read together; 0: as many as suit the budget
};

/// The blocks of rows of a set in files, in the order that one epoch reads them.
struct BlockOrder {
    std::uint64_t epoch = 0;
    std::vector<std::size_t> blocks{};
    std::size_t short_at = 0;  ///< where the file's last block is, which may have fewer rows
};

/// All rows once, as batches that are made when asked for: for (const auto& batch : loader.epoch(3)) ...
template <class T = float>
class Epoch {
  public:
    Epoch(Dataset<T> data, std::vector<std::size_t> order, const LoaderOptions& options);
    Epoch(std::shared_ptr<const RowStream<T>> stream, BlockOrder order, const LoaderOptions& options);

    std::size_t size() const { return batches_; }
    /// Batch b, from 0. Throws IndexError.
    Batch<T> operator[](std::size_t b) const { return part(b, 0, batch_size(b)); }
    /// Rows in batch b. Throws IndexError.
    std::size_t batch_size(std::size_t b) const;
    /// Rows first to last - 1 of batch b, for those who share it: the rest is not touched. Several threads may ask at
    /// once. Throws IndexError; for sets in files also FileError, and IndexError for a label that is no class.
    Batch<T> part(std::size_t b, std::size_t first, std::size_t last) const;

    struct Iterator {
        const Epoch* epoch;
        std::size_t b;
        Batch<T> operator*() const { return (*epoch)[b]; }
        Iterator& operator++() {
            ++b;
            return *this;
        }
        bool operator==(const Iterator&) const = default;
    };
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, batches_}; }

  private:
    Dataset<T> data_;  // either these
    std::vector<std::size_t> order_;
    std::shared_ptr<const RowStream<T>> stream_;  // or these
    BlockOrder blocks_;
    std::size_t rows_, batch_size_, batches_;
};

/// Sets in files are shuffled in pools: neighbouring rows form blocks, as many blocks as fit half of the budget form a pool,
/// and a pool's rows are shuffled. Which blocks are in a pool is drawn anew for each epoch, evenly from the whole file:
/// so each block is read once in an epoch, and a file that is sorted by class or by time is mixed as well as another.
/// A pool has some 16 to 256 blocks unless `block_rows` says otherwise. What a full shuffle has beyond that: any two
/// rows can meet in a batch, while here all batches of a pool draw from its blocks. When all rows fit the budget
/// there is one pool, and the order is the one that the same set has in memory.
///
/// Two pools live at a time, because a batch may begin in one and end in the next; for each row a pool has 4 bytes, for each
/// block the loader 8, all of it within the budget. One epoch is meant to be read at a time.
template <class T = float>
class Loader {
  public:
    /// Shares the arrays of `data`. Throws ValueError for a batch size of 0 or no batch at all, and what
    /// Dataset::check throws.
    explicit Loader(Dataset<T> data, const LoaderOptions& options = {});
    /// Reads `data` where it lies. Throws also ValueError when the budget has no room for two pools, each of a block and
    /// at least a batch, and what MappedDataset::check throws.
    explicit Loader(MappedDataset<T> data, const LoaderOptions& options = {});

    /// Batches in an epoch.
    std::size_t batches() const;
    /// The order of the rows follows from the seed, the epoch and, in files, the size of blocks and pools alone, so a
    /// run can be taken up again at any batch: loader.epoch(e)[b] is the same whatever came before.
    Epoch<T> epoch(std::uint64_t epoch) const;

    std::size_t rows() const;
    bool has_labels() const;
    bool has_targets() const;
    std::size_t classes() const;
    /// Tells the data from other data; see Dataset and RowFile for what is looked at.
    std::string fingerprint() const;
    /// What else than the seed the order of the rows depends on, in words; loaders that agree in it have the same.
    std::string order() const;
    const LoaderOptions& options() const { return options_; }

    /// The set in memory. Throws ValueError if it is in files.
    const Dataset<T>& data() const;

  private:
    void check() const;

    Dataset<T> data_;                             // either this
    std::shared_ptr<const RowStream<T>> stream_;  // or this
    LoaderOptions options_;
};

}  // namespace sevenfold
