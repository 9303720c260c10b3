// Forward and backward of a batch, cut into parts of a few rows that may run on several threads.
#pragma once

#include <utility>
#include <vector>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/train/evaluate.hpp"

namespace sevenfold {

/// The parts have a fixed number of rows, each has its own tape and its own random numbers, and their gradients are added
/// in the order of the rows: so the same bits come out on any number of threads.
template <class T = float>
class MicroBatches {
  public:
    /// `rows` go through the model at a time; 0: the whole batch, for models in which the rows of a batch see each other
    /// (BatchNorm1d throws ValueError otherwise). `threads` of them at a time; 0: all cores. The model and the objective's
    /// functions are then called from several threads at once.
    MicroBatches(Module<T>& model, Objective<T> objective, std::size_t rows, std::size_t threads = 1);

    struct Sums {
        double loss = 0;          ///< over the batch's rows
        std::size_t correct = 0;  ///< rows answered right, if the objective knows
    };
    /// Adds the gradient of the batch's mean loss to grad() of the model's parameters: parts weigh as much as they have rows.
    Sums backward(const Batch<T>& batch);

  private:
    struct Part {
        Sums sums;
        std::vector<LeafGradient<T>> gradients;
    };
    void run(const Batch<T>& rows, std::size_t batch_size, Part& part);
    void run_part(const Batch<T>& batch, std::size_t number, Part& part);

    Module<T>& model_;
    Objective<T> objective_;
    std::size_t rows_, threads_;
    std::vector<std::pair<Random*, std::uint64_t>> seeds_;  // for each random stream of the model, new for every batch
    std::vector<Part> parts_;                               // those under way
};

extern template class MicroBatches<float>;
extern template class MicroBatches<double>;

}  // namespace sevenfold
