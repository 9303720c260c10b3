// One number that says how good answers are: the share of right ones, or R².
#pragma once

#include "sevenfold/ensemble/estimator.hpp"

namespace sevenfold {

// `predicted` and `y` are (N,). Throws ShapeError when they differ in shape, or for N = 0.

/// Share of the rows where predicted and y are equal.
double accuracy(const Array<double>& predicted, const Array<double>& y);
/// Mean of (predicted − y)².
double mean_squared_error(const Array<double>& predicted, const Array<double>& y);
/// 1 − Σ (y − predicted)² / Σ (y − mean y)²: 1 is perfect, 0 as good as always answering the mean. Where all y are
/// equal it is 1 for perfect answers, and 0 otherwise.
double r_squared(const Array<double>& predicted, const Array<double>& y);

/// Accuracy of a classifier's answers, R² of a regressor's.
double score(Task task, const Array<double>& predicted, const Array<double>& y);

}  // namespace sevenfold
