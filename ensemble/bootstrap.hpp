// The bootstrap (Efron 1979): what would another sample of the same size have said? Rows drawn with replacement stand in
// for it.
#pragma once

#include <functional>
#include <vector>

#include "sevenfold/ensemble/estimator.hpp"

namespace sevenfold {

using Rows = std::vector<std::size_t>;

/// `bags` lists of n_drawn row numbers below n, drawn with replacement; 0 draws n of them. List t depends on seed and t only.
std::vector<Rows> bootstrap_bags(std::size_t n, std::size_t bags, std::uint64_t seed, std::size_t n_drawn = 0);
/// The rows below n that a bag lacks, in ascending order.
Rows left_out(std::size_t n, std::span<const std::size_t> bag);
/// (1 − 1/n)ⁿ: how likely it is that a row is in no place of a bag of n. Tends to 1/e = 0.368. Throws ValueError for n = 0.
double not_drawn_probability(std::size_t n);

struct BootstrapOptions {
    std::size_t samples = 1000;
    double level = 0.95;  ///< the interval holds this share of the resampled statistics
    std::uint64_t seed = 0;
    std::size_t threads = 1;
};
struct Interval {
    double low = 0, high = 0;
};
struct BootstrapResult {
    double estimate = 0;             ///< the statistic of all rows as they are
    double deviation = 0;            ///< of the resampled statistics, with divisor B − 1: the standard error
    Interval interval;               ///< percentiles (1 − level) / 2 and (1 + level) / 2
    std::vector<double> statistics;  ///< by bag
    std::vector<Rows> bags;
};
/// The value at position q (B − 1) of the B values in ascending order, between neighbours linearly. Throws ValueError
/// for no values or q outside 0..1.
double percentile(std::vector<double> values, double q);
/// Percentile interval of any statistic of n rows: `statistic` gets row numbers, some of them more than once. It is called
/// from several threads at once. Throws ValueError for fewer than 2 samples, or a level not between 0 and 1.
BootstrapResult bootstrap(std::size_t n, const std::function<double(std::span<const std::size_t> rows)>& statistic,
                          const BootstrapOptions& options = {});
/// The same with given bags instead of `samples` drawn ones: what others drew gives what others got. A name
/// of its own, or {.samples = 9} could be meant for either.
BootstrapResult bootstrap_over(std::size_t n, const std::function<double(std::span<const std::size_t> rows)>& statistic,
                               std::vector<Rows> bags, const BootstrapOptions& options = {});

/// How far models agree that were trained on resamples, row by row.
struct Consistency {
    Array<double> votes;      ///< (N, K): models that choose each class
    Array<double> agreement;  ///< (N,): share of the models that choose the class chosen most, 1/K..1
    Array<double> entropy;    ///< (N,): −Σ p ln p of the shares, 0 where all agree, at most ln K
};
/// Trains a clone of `classifier` on each bag of (X, y), and asks all of them about X_new.
/// Throws ValueError for a regressor.
Consistency prediction_consistency(const Estimator& classifier, const Array<double>& X, const Array<double>& y,
                                   const Array<double>& X_new, const BootstrapOptions& options = {.samples = 50});
/// From counted votes (N, K).
Consistency consistency_of(Array<double> votes);

}  // namespace sevenfold
