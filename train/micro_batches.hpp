// Forward and backward of a batch, cut into parts of a few rows that may run on several threads, and on several ranks.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/train/evaluate.hpp"
#include "sevenfold/train/rank_sums.hpp"

namespace sevenfold {

/// The parts have a fixed number of rows, each has its own tape and its own random numbers, and their gradients are added
/// in an order that follows from their number (train/part_sums.hpp): so the same bits come out on any number of threads,
/// and on any number of the processes that Communicator::current() joins. Each of these takes the same share of a
/// batch's parts; a batch in one piece cannot be shared, and all of them work on the whole of it.
template <class T = float>
class MicroBatches {
  public:
    /// `rows` go through the model at a time; 0: the whole batch, for models in which the rows of a batch see each other
    /// (BatchNorm1d throws ValueError otherwise). `threads` of them at a time; 0: all cores. The model and the objective's
    /// functions are then called from several threads at once.
    MicroBatches(Module<T>& model, Objective<T> objective, std::size_t rows, std::size_t threads = 1,
                 SumOrder order = SumOrder::fixed);

    struct Sums {
        double loss = 0;          ///< over the batch's rows
        std::size_t correct = 0;  ///< rows answered right, if the objective knows
    };
    /// Adds the gradient of the batch's mean loss to grad() of the model's parameters: parts weigh as much as they have rows.
    Sums backward(const Batch<T>& batch);
    /// The same for batch b of an epoch, of which only the rows that are worked on here are asked for.
    Sums backward(const Epoch<T>& epoch, std::size_t b);

  private:
    struct Part {
        Sums sums;
        std::vector<LeafGradient<T>> gradients;
        std::size_t count = 0;  // of them; the others wait to be used again
    };
    using RowsOf = std::function<Batch<T>(std::size_t first, std::size_t last)>;

    Sums backward(std::size_t size, const RowsOf& rows_of);
    void run_parts(std::size_t size, const RowsOf& rows_of, Range range, std::size_t parts);
    void run_part(std::size_t size, const RowsOf& rows_of, std::size_t number, Sums& sums, const LeafSink<T>& sink);
    void run(const Batch<T>& rows, std::size_t batch_size, Sums& sums, const LeafSink<T>& sink);
    std::size_t parameter(const Variable<T>& leaf);
    Sums add_totals(std::size_t parts);
    Sums add_totals_of_ranks(std::size_t parts);

    Module<T>& model_;
    Objective<T> objective_;
    std::size_t rows_, threads_;
    SumOrder order_;
    std::vector<std::pair<Random*, std::uint64_t>> seeds_;  // for each random stream of the model, new for every batch
    std::vector<Variable<T>> parameters_;                   // and other leaves that the objective uses
    std::size_t of_model_, guess_ = 0;
    std::vector<Part> under_way_;  // where threads put what they find
    std::vector<Sums> sums_;       // of this rank's parts
    PartSums<T> gradients_;
    std::optional<RankSums<T>> ranks_;
};

extern template class MicroBatches<float>;
extern template class MicroBatches<double>;

}  // namespace sevenfold
