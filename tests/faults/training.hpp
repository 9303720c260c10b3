// A small training with everything that must survive: dropout, Adam, a schedule, early stopping, threads.
#pragma once

#include <filesystem>

#include "sevenfold/train/trainer.hpp"

namespace faults {

struct TrainingOptions {
    std::size_t epochs = 30;
    std::size_t threads = 1;
    std::size_t micro_batch = 4;  ///< of batches of 16 rows
    bool early_stopping = false;  ///< with a patience that no epoch exhausts: its state is saved all the same
    std::filesystem::path save{}, resume{};
    bool verbose = false;
};

/// What a training ends with, to be compared bit for bit.
struct Outcome {
    sevenfold::State<float> weights;
    sevenfold::History history;
    std::string report;  ///< how the model does on rows it has not seen: counts and loss, in text
    std::string page;    ///< the same and the curves, as the page of a report
    bool interrupted = false;

    /// Same bits, measured times left out.
    bool operator==(const Outcome& other) const;
    /// A checksum of all that is compared: for builds to be compared with each other.
    std::string fingerprint() const;
};

/// The same outcome for the same epochs and early stopping, whatever the rest. What fit() throws.
Outcome train(const TrainingOptions& options);

/// Writes the outcome's weights, history, report and page into a folder.
void write(const Outcome& outcome, const std::filesystem::path& folder);
/// What write() wrote. Throws FileError.
Outcome read(const std::filesystem::path& folder);

}  // namespace faults
