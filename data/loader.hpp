// The loader hands out a data set batch by batch, in a new order each epoch.
#pragma once

#include <cstdint>
#include <vector>

#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/data/dataset.hpp"

namespace sevenfold {

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
};

/// All rows once, as batches that are made when asked for: for (const auto& batch : loader.epoch(3)) ...
template <class T = float>
class Epoch {
  public:
    Epoch(Dataset<T> data, std::vector<std::size_t> order, const LoaderOptions& options);

    std::size_t size() const { return batches_; }
    /// Batch b, from 0. Throws IndexError.
    Batch<T> operator[](std::size_t b) const { return part(b, 0, batch_size(b)); }
    /// Rows in batch b. Throws IndexError.
    std::size_t batch_size(std::size_t b) const;
    /// Rows first to last - 1 of batch b, for those who share it: the rest is not touched. Throws IndexError.
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
    Dataset<T> data_;
    std::vector<std::size_t> order_;
    std::size_t batch_size_, batches_;
};

template <class T = float>
class Loader {
  public:
    /// Shares the arrays of `data`. Throws ValueError for a batch size of 0 or no batch at all, and what
    /// Dataset::check throws.
    explicit Loader(Dataset<T> data, const LoaderOptions& options = {});

    /// Batches in an epoch.
    std::size_t batches() const;
    /// The order of the rows follows from (seed, epoch) alone, so a run can be taken up again at any batch:
    /// loader.epoch(e)[b] is the same whatever came before.
    Epoch<T> epoch(std::uint64_t epoch) const;

    const Dataset<T>& data() const { return data_; }
    const LoaderOptions& options() const { return options_; }

  private:
    Dataset<T> data_;
    LoaderOptions options_;
};

}  // namespace sevenfold
