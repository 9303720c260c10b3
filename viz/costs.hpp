// What a training step costs, op by op: time, floating-point operations, memory traffic, and how much of what the machine
// can do that is.
#pragma once

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/train/evaluate.hpp"
#include "sevenfold/viz/report.hpp"

namespace sevenfold::viz {

/// Forward and backward of all steps of one op in a training step.
struct OpCost {
    std::string op{};
    std::size_t steps = 0;
    double forward_seconds = 0, backward_seconds = 0;
    double flops = 0;  ///< forward and backward, see forward_flops
    double bytes = 0;  ///< read or written, were every array in it read or written once

    double seconds() const { return forward_seconds + backward_seconds; }
};

/// Floating-point operations of an op's value. A product of (m, k) and (k, n) has 2 m n k; an element of an elementwise op or of a
/// reduction 1, of a softmax or a cross-entropy 5, of a normalization 8; what only moves numbers has 0. `inputs` are the
/// shapes of its inputs.
double forward_flops(std::string_view op, const std::vector<Shape>& inputs, const Shape& output);

/// Records a step of this batch on a tape `repeats` times and takes each op's shortest time: forward between the ends of two
/// steps of the tape, backward for the op's own rule. No leaf is touched. By op, the longest time first.
template <class T>
std::vector<OpCost> step_costs(Module<T>& model, const Objective<std::type_identity_t<T>>& objective,
                               const Batch<T>& batch, std::size_t repeats = 5);

/// What one core reaches, measured in some tenths of a second.
struct Peak {
    double flops_per_second;  ///< a float matrix product of 384 x 384 x 384
    double bytes_per_second;  ///< adding two float arrays of 64 kB, in the cache
};
Peak measure_peak();

/// The shortest time in which a machine of that peak could do it, as part of the time it took: 0 to about 1.
double share_of_peak(const OpCost& cost, const Peak& peak);

/// Both as a table and a figure.
Section cost_receipt(const std::vector<OpCost>& costs, const Peak& peak);

}  // namespace sevenfold::viz
