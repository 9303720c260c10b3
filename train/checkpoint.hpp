// A checkpoint: one file from which an interrupted training goes on as if nothing had happened, bit for bit.
//
// It is a safetensors file (nn/safetensors.hpp), which Python reads too: arrays "model.<name>", "optimizer.<slot>" and, with
// early stopping, "best.<name>"; everything else is JSON in its metadata.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "sevenfold/nn/module.hpp"
#include "sevenfold/optim/optimizer.hpp"
#include "sevenfold/train/history.hpp"

namespace sevenfold {

/// Where a training stands: between two steps.
struct TrainPosition {
    std::uint64_t epoch = 0;  ///< epochs that are done
    std::uint64_t batch = 0;  ///< batches done of the next one
    // Sums over those batches, for the line that the epoch will have in the history.
    double loss = 0, gradient_norm = 0, seconds = 0;
    std::uint64_t rows = 0, correct = 0;
    // Early stopping.
    double best = 0;
    std::uint64_t best_epoch = 0, waited = 0;
};

template <class T = float>
struct Checkpoint {
    State<T> model;
    std::optional<State<T>> best;  ///< weights of the best epoch, if early stopping keeps them
    OptimizerState<T> optimizer;
    std::map<std::string, std::string> random;    ///< states of the model's random streams, by path
    std::map<std::string, std::string> settings;  ///< what must be the same for the run to go on as it would have
    TrainPosition position;
    History history;
};

/// Replaces the file as a whole, or leaves it as it was. Throws FileError.
template <class T>
void save_checkpoint(const std::filesystem::path& path, const Checkpoint<T>& checkpoint);

/// Throws FileError when the file is no checkpoint, is damaged, comes from another version of the format, or holds numbers of
/// another type than T.
template <class T>
Checkpoint<T> load_checkpoint(const std::filesystem::path& path);

/// The file's bytes, and what they say; `where` names them in errors.
template <class T>
std::string to_bytes(const Checkpoint<T>& checkpoint);
template <class T>
Checkpoint<T> checkpoint_from_bytes(std::string bytes, const std::filesystem::path& where);

}  // namespace sevenfold
