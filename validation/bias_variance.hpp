// Where errors come from: models fitted to different samples of rows are wrong on average (bias), or each in its own way
// (variance); what is left is noise in y, which no model can foresee.
//
// predictions are (R, N): R models, N test rows; y is (N,). All throw ShapeError when these do not fit, or R or N is 0.
#pragma once

#include "sevenfold/ensemble/estimator.hpp"
#include "sevenfold/validation/split.hpp"

namespace sevenfold {

/// Answers for X_test, (R, N), of R clones that are each fitted to a sample of the rows of X, in parallel; the same for
/// any number of threads. Throws ValueError for no samples, IndexError for rows that are not there.
Array<double> predictions_over(const Estimator& model, const Array<double>& X, const Array<double>& y,
                               const Array<double>& X_test, const std::vector<Rows>& samples, std::uint64_t seed = 0,
                               std::size_t threads = 1);

/// loss = noise + bias + variance (Geman, Bienenstock, Doursat 1992).
struct SquaredDecomposition {
    Array<double> main;   ///< (N,) mean prediction of each row
    double loss = 0;      ///< mean of (prediction − y)²
    double noise = 0;     ///< as told
    double bias = 0;      ///< squared: mean of (main − y)², less the noise, which can make it negative by chance
    double variance = 0;  ///< mean of (prediction − main)²
};
/// `noise` is the variance of y around what a perfect model would answer; where it is not known, it is part of the bias.
/// Throws ValueError for a negative noise.
SquaredDecomposition decompose_squared(const Array<double>& predictions, const Array<double>& y, double noise = 0);

/// loss = noise + bias + net_variance (Domingos 2000, "A unified bias-variance decomposition").
struct ZeroOneDecomposition {
    Array<double> main;            ///< (N,) most frequent prediction, the smallest of several
    double loss = 0;               ///< share of predictions ≠ y
    double noise = 0;              ///< what y that are not the best answer add to the loss; 0 unless these are given
    double bias = 0;               ///< share of rows whose main prediction is wrong
    double variance = 0;           ///< share of predictions ≠ main
    double unbiased_variance = 0;  ///< the part on rows whose main prediction is right: it adds to the loss
    double biased_variance = 0;    ///< the part on the others; with two classes it takes from the loss
    double net_variance = 0;       ///< what variance adds in all; with two classes unbiased − biased
};
/// `best` (N,) are the answers of a perfect model, by default y: right and wrong above are meant against them.
ZeroOneDecomposition decompose_zero_one(const Array<double>& predictions, const Array<double>& y,
                                        const Array<double>& best = {});

}  // namespace sevenfold
