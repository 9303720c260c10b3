// Figures of honest evaluation: scores of folds, curves over capacity and rows, where errors come from; and matrices of low
// rank.
#pragma once

#include "sevenfold/autograd/linalg.hpp"
#include "sevenfold/validation/cross_validate.hpp"
#include "sevenfold/viz/report.hpp"

namespace sevenfold::viz {

/// Mean training and test score over what a learning or validation curve varies; the bands are a deviation of the folds wide
/// on both sides. Scores are multiplied by `factor`, 100 for per cent.
Figure curve_figure(std::string title, const Curve& curve, Axis x, std::string score, double factor = 1);

/// For each candidate the test score of every fold, a dot, and their mean, a bar.
Figure fold_scores(std::string title, const std::vector<std::string>& names,
                   const std::vector<CrossValidation>& results, std::string score, double factor = 1);

/// How many values fall into each of `bins` equal stretches between the smallest and the largest. What is not finite is left out.
/// Throws ValueError for no bins.
Figure histogram(std::string title, const std::vector<double>& values, Axis x, std::size_t bins = 20);

/// Bias and variance as a target: models fitted to different samples, (R, N) predictions, shoot at the truth of two rows; how
/// far off to either side a dot stands is what that model answers too much in these rows. The cross is their mean: far
/// from the middle is bias, scatter is variance. `reach` is the outermost ring. Throws ShapeError, IndexError.
Figure target_picture(std::string title, const Array<double>& predictions, const Array<double>& truth,
                      std::size_t row_x, std::size_t row_y, double reach);

/// A matrix at each of these ranks, on one scale of colours from `low` to `high`.
Slides rank_slides(std::string title, const Svd<double>& parts, const std::vector<std::size_t>& ranks, double low,
                   double high);

}  // namespace sevenfold::viz
