// The training loop: epochs over a loader, with everything around the three lines that matter:
//
//     Tape tape;
//     tape.backward(objective.loss(model(batch.features), batch));
//     optimizer.step();
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "sevenfold/optim/schedule.hpp"
#include "sevenfold/train/early_stopping.hpp"
#include "sevenfold/train/evaluate.hpp"
#include "sevenfold/train/history.hpp"
#include "sevenfold/train/rank_sums.hpp"

namespace sevenfold {

template <class T = float>
struct TrainOptions {
    std::size_t epochs = 10;                  ///< in all, those before a resume included
    std::optional<Dataset<T>> validation{};   ///< evaluated after every epoch; never trained on
    std::optional<Objective<T>> objective{};  ///< without one: classification() for labels, else regression()
    std::optional<Schedule> schedule{};       ///< in steps, from 0; without one the optimizer's rate stays
    double clip_norm = 0;                     ///< largest norm of all gradients together; 0: no limit
    std::optional<EarlyStoppingOptions>
        early_stopping{};  ///< watches the validation loss, or its accuracy if higher is better

    /// Rows that go through the model at a time; 0: the whole batch. Gradients add up to the batch's, while the memory for
    /// activations is that of few rows and stays in the cache. Not for models in which the rows of a batch see each other
    /// (BatchNorm1d throws ValueError). Dropout draws other masks than for a whole batch.
    std::size_t micro_batch = 0;
    /// Micro-batches that are worked on at a time, each by a thread; 0: as many as there are cores. The result does not depend
    /// on it, bit for bit. A batch in one piece keeps one thread busy.
    std::size_t threads = 1;
    /// How ranks (distributed/session.hpp) add up their gradients.
    SumOrder sum_order = SumOrder::fixed;

    std::filesystem::path save{};    ///< a checkpoint after every epoch, and when interrupted
    std::filesystem::path resume{};  ///< go on from this checkpoint
    /// More of what must be the same when a training goes on, by name: checked on resume.
    std::map<std::string, std::string> settings{};
    bool catch_interrupt = true;  ///< Ctrl-C ends training after the step, and saves; a second one ends the program
    bool verbose = true;          ///< a progress line and a table on standard output
    std::size_t print_every = 1;  ///< epochs between two lines of the table
    /// Also notes the gradient norm of each layer, in the last step of an epoch and before clipping: columns
    /// "gradient_norm blocks.0.attention.qkv" and so on, a layer being what holds parameters.
    bool layer_gradients = false;
};

struct TrainResult {
    /// A row for each epoch: epoch, loss and accuracy (means while the weights changed), validation_loss and
    /// validation_accuracy (after the epoch), lr (of its last step), gradient_norm (mean over steps, before clipping), and those
    /// of layers if asked for; measured: seconds, rows_per_second.
    History history;
    std::uint64_t epochs = 0;  ///< done in all
    bool interrupted = false;  ///< by Ctrl-C
    bool stopped_early = false;
    std::uint64_t best_epoch = 0;  ///< with early stopping: the one whose weights the model has, if it restores them
};

/// Trains the model. One seed, one result: the loader's order follows from its seed and the epoch, and a training that
/// was interrupted and resumed ends with the same bits as one that was not. The model is in training mode afterwards.
/// Where Communicator::current() joins several processes, all of them call it: they begin with the weights and the optimizer's state
/// of rank 0, share the micro-batches of each step, and end with the same bits as one process. Rank 0 reads and writes the files.
///
/// Throws ValueError (options outside their range; a checkpoint made under other settings or for another model: then
/// nothing has changed), FileError (a checkpoint that cannot be read or written), AnomalyError (the loss is no longer
/// finite).
template <class T>
TrainResult fit(Module<T>& model, Optimizer<T>& optimizer, const Loader<T>& loader,
                const std::type_identity_t<TrainOptions<T>>& options = {});

}  // namespace sevenfold
