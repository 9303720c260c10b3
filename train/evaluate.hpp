// What training minimises, and how good a model is on data that it does not change for.
#pragma once

#include <functional>
#include <optional>

#include "sevenfold/data/loader.hpp"
#include "sevenfold/nn/module.hpp"

namespace sevenfold {

/// What is asked of a model's output for a batch.
template <class T = float>
struct Objective {
    /// The loss: one number, the mean over the batch's rows.
    std::function<Variable<T>(const Variable<T>& output, const Batch<T>& batch)> loss;
    /// How many rows are answered right, for objectives that know right from wrong.
    std::function<std::size_t(const Array<T>& output, const Batch<T>& batch)> correct{};
    /// The classes that an output (B, C) chooses, for those that choose among the labels' classes.
    std::function<Labels(const Array<T>& output)> choose{};
};

/// Cross-entropy of logits (B, C) against the labels; the largest logit chooses.
template <class T = float>
Objective<T> classification(double label_smoothing = 0);
/// Mean squared error against the targets, of the output's shape.
template <class T = float>
Objective<T> regression();

struct Evaluation {
    double loss = 0;                               ///< mean over the rows
    std::optional<double> accuracy;                ///< part of the rows answered right, 0..1
    std::optional<Array<std::int64_t>> confusion;  ///< (C, C): how many rows of class i were taken for class j
};

/// Runs the model over all rows, in evaluation mode and without a tape; the model's mode is as before afterwards.
/// `batch` rows at a time: the loss depends on it by rounding only. Throws ValueError for no rows.
template <class T>
Evaluation evaluate(Module<T>& model, const Dataset<T>& data, const Objective<std::type_identity_t<T>>& objective,
                    std::size_t batch = 256);
/// With classification() if the set has labels, else with regression().
template <class T>
Evaluation evaluate(Module<T>& model, const Dataset<T>& data);

/// The same for what a loader hands out in its first epoch, batch by batch: for sets in files. Leave shuffle off there, and
/// drop_last.
template <class T>
Evaluation evaluate(Module<T>& model, const Loader<T>& loader, const Objective<std::type_identity_t<T>>& objective);
template <class T>
Evaluation evaluate(Module<T>& model, const Loader<T>& loader);

/// The model's output for all rows (N, ...), in evaluation mode and without a tape.
template <class T>
Array<T> predict(Module<T>& model, const Array<T>& features, std::size_t batch = 256);

/// A table of the confusion counts: rows are the true classes, columns the chosen ones.
std::string confusion_table(const Array<std::int64_t>& confusion, const std::vector<std::string>& class_names = {});

}  // namespace sevenfold
