// What training leaves behind, as sections of a report: one run, or several side by side.
#pragma once

#include "sevenfold/train/evaluate.hpp"
#include "sevenfold/train/history.hpp"
#include "sevenfold/viz/report.hpp"

namespace sevenfold::viz {

/// A training that is over.
struct TrainingRun {
    std::string name{};                                           ///< "MLP on digits"
    History history{};                                            ///< as fit leaves it
    std::vector<std::pair<std::string, std::string>> settings{};  ///< what it was run with
    std::size_t best_epoch = 0;                                   ///< with early stopping; 0: without
    bool stopped_early = false;
};

/// Loss and share of wrong answers by epoch, for training and held-out rows, with the gap between them shaded and the best
/// epoch marked; learning rate; gradient norms. Of several runs the same quantity stands in one figure. What a history does
/// not have is left out. Throws ValueError for no runs.
Section learning_curves(const std::vector<TrainingRun>& runs);

/// Settings and results, a column for each run; rows in which runs differ stand out.
Section settings_and_results(const std::vector<TrainingRun>& runs);

/// Confusion counts (C, C): rows of class i that were taken for class j.
Figure confusion_figure(const Array<std::int64_t>& confusion, const std::vector<std::string>& class_names = {});

/// A row that a model answers wrong, or right.
struct Answer {
    std::size_t row;
    std::size_t truth, chosen;
    double confidence;  ///< probability of the chosen class
    double loss;        ///< −log of the true class's probability
};
/// The `most` rows with the largest loss among those answered wrong, from logits (N, C); worst first.
template <class T>
std::vector<Answer> worst_mistakes(const Array<T>& logits, const Labels& labels, std::size_t most);
/// What a classifier answers on rows it was not trained on: confusion counts, and the worst mistakes with their images
/// (N, H, W), grey from 0 to 1. Throws ShapeError where there are not as many images as rows.
template <class T>
Section answers(Module<T>& model, const Dataset<T>& data, const Array<T>& images, std::size_t most_mistakes = 24);

/// Writes name and settings as run.json into the folder, and the history as history.json; and reads them back. Throw
/// FileError, in reading also for a file that is not what save_run writes.
void save_run(const TrainingRun& run, const std::filesystem::path& folder);
TrainingRun load_run(const std::filesystem::path& folder);
/// What run.json holds, with its history. `where` names the source in errors. Throws FileError.
TrainingRun run_from_json(std::string_view json, const History& history, std::string_view where);

}  // namespace sevenfold::viz
