// What the rounds of AdaBoost did.
#pragma once

#include "sevenfold/data/dataset.hpp"
#include "sevenfold/ensemble/adaboost.hpp"
#include "sevenfold/viz/report.hpp"

namespace sevenfold::viz {

/// Two classes in the plane, X (N, 2): after each of these rounds the decision, from −1 (surely class 0) to 1 (surely class 1), on a
/// grid of 60 x 60, with the rows drawn larger the more they weigh in the next round. The model was fitted with
/// keep_sample_weights to X and y. Throws ShapeError for other data, ValueError for no rounds.
Slides boosting_rounds(const AdaBoost& model, const Array<double>& X, const Array<double>& y,
                       const std::vector<std::size_t>& rounds);

/// Share of rows whose margin is at most x (Schapire, Freund, Bartlett, Lee 1998): a step up for each row. `after` are
/// (N,) margins with their names.
Figure margin_distribution(std::string title, const std::vector<std::pair<std::string, Array<double>>>& after);

/// Two classes: training and test error under the bound, margins of the training rows, and the weights of the five rows that weigh
/// most in the end. The model was fitted with keep_sample_weights to the training part.
Section boosting_section(std::string title, const AdaBoost& model, const Split<double>& data);

}  // namespace sevenfold::viz
