// One data set that many estimators are fitted to: checked once, and what they can share is made once.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "sevenfold/ensemble/estimator.hpp"

namespace sevenfold {

/// For each column of X (N, F), its rows in ascending order: what a search for thresholds walks along.
class SortedColumns {
  public:
    /// Throws ValueError for 2³² rows and more.
    explicit SortedColumns(const Array<double>& X);

    std::size_t rows() const { return rows_; }
    std::size_t columns() const { return columns_; }
    /// Row numbers by ascending value of column f; equal values by row number.
    std::span<const std::uint32_t> order(std::size_t f) const { return {order_.data() + f * rows_, rows_}; }
    /// Column f, by row number.
    std::span<const double> values(std::size_t f) const { return {values_.data() + f * rows_, rows_}; }

  private:
    std::size_t rows_, columns_;
    std::vector<std::uint32_t> order_;
    std::vector<double> values_;
};

class ColumnBlocks;

class TrainingData {
  public:
    /// Throws what check_fit_data throws, in the name of `estimator`.
    TrainingData(std::string_view estimator, Task task, Array<double> X, Array<double> y,
                 const Array<double>& weights = {}, std::size_t least_classes = 1);

    const Array<double>& X() const { return X_; }
    const Array<double>& y() const { return y_; }
    Task task() const { return task_; }
    std::size_t rows() const { return sizes_.rows; }
    std::size_t features() const { return sizes_.features; }
    std::size_t classes() const { return sizes_.classes; }  ///< 0 for regression
    /// Sorted at the first call, on any thread.
    const SortedColumns& sorted() const;
    /// Made at the first call, on any thread.
    const ColumnBlocks& blocks() const;

  private:
    struct Lazy;
    Array<double> X_, y_;
    Task task_;
    FitSizes sizes_;
    std::shared_ptr<Lazy> lazy_;
};

}  // namespace sevenfold
