// Early stopping: training ends once a watched number has not become better for a while (Prechelt 1998).
#pragma once

#include <cstddef>
#include <limits>

namespace sevenfold {

struct EarlyStoppingOptions {
    std::size_t patience = 10;      ///< epochs without an improvement before training ends; at least 1
    double min_delta = 0;           ///< smaller improvements do not count; not negative
    bool higher_is_better = false;  ///< false for losses, true for accuracies
    bool restore_best = true;       ///< end with the weights of the best epoch rather than the last
};

class EarlyStopping {
  public:
    /// Throws ValueError for settings outside their range.
    explicit EarlyStopping(const EarlyStoppingOptions& options = {});

    /// The number after one more epoch; true when it is the best so far. NaN never is.
    bool update(double value);
    bool should_stop() const { return waited_ >= options_.patience; }

    const EarlyStoppingOptions& options() const { return options_; }
    double best() const { return best_; }           ///< ±infinity before the first
    std::size_t waited() const { return waited_; }  ///< epochs since the best
    /// Continues where another run stood.
    void resume(double best, std::size_t waited);

  private:
    EarlyStoppingOptions options_;
    double best_;
    std::size_t waited_ = 0;
};

}  // namespace sevenfold
