// Ways to part the rows into those to train on and those to test on.
#pragma once

#include <cstdint>
#include <vector>

#include "sevenfold/ensemble/bootstrap.hpp"  // Rows

namespace sevenfold {

/// Row numbers of one split. No row is in both.
struct Fold {
    Rows train, test;
};
/// The splits of a cross-validation. Each row is tested once (`repeats` times in repeated_k_fold).
using Folds = std::vector<Fold>;

// All throw ValueError for less than 2 folds, or for more folds than rows.

/// k blocks in the order of the rows; the first n mod k of them have one row more.
Folds k_fold(std::size_t n, std::size_t k);
/// The same blocks of the rows in another order, which keeps it: every fold's rows are in the order of `order`. Throws
/// ValueError when `order` is not 0..n-1 in some order.
Folds k_fold(const Rows& order, std::size_t k);
/// Blocks of a random order.
Folds shuffled_k_fold(std::size_t n, std::size_t k, std::uint64_t seed);
/// shuffled_k_fold as many times over, each in an order of its own.
Folds repeated_k_fold(std::size_t n, std::size_t k, std::size_t repeats, std::uint64_t seed);
/// Every class has its share in every fold, to within one row; y is (N,), classes 0, 1, .. With the classes numbered by
/// first appearance and their numbers sorted, fold i gets as many rows of a class as there are in every k-th place from
/// i; each class fills the folds in the order of its rows (as scikit-learn's StratifiedKFold). Throws ValueError besides:
/// a single class, or one with less than k rows.
Folds stratified_k_fold(const Array<double>& y, std::size_t k);
/// The same after the rows were shuffled; the fold's rows are in ascending order.
Folds stratified_k_fold(const Array<double>& y, std::size_t k, std::uint64_t seed);
/// Every row alone is tested once.
Folds leave_one_out(std::size_t n);
/// One split: round(test_fraction · n) random rows to test; a course takes 0.2 to 0.3. The rows that holdout (dataset.hpp)
/// takes for the same seed; throws ValueError as it does.
Folds hold_out(std::size_t n, double test_fraction, std::uint64_t seed);
/// The same with every class's share in both parts.
Folds hold_out(const Array<double>& y, double test_fraction, std::uint64_t seed);

}  // namespace sevenfold
