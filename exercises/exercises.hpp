// What the ten exercises are to give. Each has a file of its own beside this one, NN_*.cpp, with the task and a hole in it;
// README.md says how to begin.
#pragma once

#include <vector>

#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/validation/split.hpp"

namespace exercise {

using namespace sevenfold;

/// Stands in each hole: ends the check and says which line waits to be written.
/// (Not std::source_location, which clang 14 does not have; g++ and clang fill these in alike.)
[[noreturn]] void not_filled_in(const char* file = __builtin_FILE(), int line = __builtin_LINE());

// 1
Variable<double> softsign_gradient(const Variable<double>& dy, const Variable<double>& x);

// 2
Array<double> undo_broadcast(const Array<double>& dy, const Shape& shape);

// 3
Array<double> cross_entropy_gradient(const Array<double>& logits, const Labels& labels);

// 4
/// What Adam remembers of one weight. Both begin at 0.
struct Moments {
    double m = 0, v = 0;
};
double adam_step(double w, double g, Moments& moments, std::size_t t, const AdamOptions& options);

// 5
struct Stop {
    std::size_t best;   ///< the epoch with the smallest loss so far, counted from 1
    std::size_t ended;  ///< the last epoch that was trained
};
Stop early_stop(const std::vector<double>& losses, std::size_t patience);

// 6
Array<double> drop_out(const Array<double>& x, const Array<double>& u, double p, bool training);

// 7
Folds blocks_of_rows(std::size_t n, std::size_t k);

// 8
Array<double> out_of_bag_means(const Array<double>& answers, const std::vector<Rows>& bags);

// 9
double boosting_round(std::vector<double>& weights, const std::vector<bool>& wrong, std::size_t classes);

// 10
Variable<double> split_heads(const Variable<double>& x, std::size_t heads);
Variable<double> merge_heads(const Variable<double>& x);

}  // namespace exercise
