// k nearest neighbours (Fix, Hodges 1951; Cover, Hart 1967): the simplest baseline, which learns by keeping the data.
#pragma once

#include "sevenfold/ensemble/estimator.hpp"

namespace sevenfold {

/// Answers by the k rows of fit that are nearest in Euclidean distance, of several as near the earlier rows: the class with
/// most weight among them, or their weighted mean. Columns in different units should be standardized first.
class NearestNeighbours {
  public:
    /// Throws ValueError for k = 0.
    explicit NearestNeighbours(std::size_t k = 5, Task task = Task::classification);

    /// Rows of weight 0 are left out. Throws ValueError when fewer than k rows are left.
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    Array<double> predict(const Array<double>& X) const;
    /// The share of each class in the weight of the neighbours, (N, K). Throws ValueError for regression.
    Array<double> probabilities(const Array<double>& X) const;
    NearestNeighbours clone(std::uint64_t) const { return NearestNeighbours(k_, task_); }
    void carry(Archive& archive) { archive(features_, classes_, X_, y_, weights_); }
    Task task() const { return task_; }

  private:
    std::size_t k_;
    Task task_;
    std::size_t features_ = 0, classes_ = 0;
    Array<double> X_, y_, weights_;
};

}  // namespace sevenfold
