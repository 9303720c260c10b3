// Newton's method: for losses that are worth minimising exactly, with few parameters and all rows at once.
//
// The gradient is recorded and differentiated again: a product H v costs one walk back over the tape, and H itself is never
// made. Conjugate gradients solve H p = -g from such products.
#pragma once

#include <functional>
#include <vector>

#include "sevenfold/autograd/variable.hpp"

namespace sevenfold {

struct NewtonOptions {
    std::size_t max_steps = 100;
    double tolerance = 1e-10;  ///< done when the gradient's norm is at most this share of what it was at first
    /// What the first step leaves of the gradient's norm, were the loss quadratic; 0: nothing, so that one step is enough if
    /// it is. For other losses about 0.1 is better: a step is not worth solving in full far from the minimum.
    double first_accuracy = 0;
};

struct NewtonResult {
    double loss = 0;           ///< at the parameters as they are now
    double gradient_norm = 0;  ///< over all parameters together
    std::size_t steps = 0;     ///< taken; one is enough for a quadratic loss
    bool converged = false;    ///< false: max_steps were not enough, or no step lowers the loss any more
};

/// Changes the parameters (leaves) so that `loss` is smallest, from where they are. `loss` computes one number from them
/// and is called often; it must be smooth, and the minimum found is a global one where it is convex. Nocedal and Wright 2006,
/// Algorithm 7.1 (line search Newton-CG); steps are halved until the loss falls.
///
/// Best in coordinates in which the Hessian's diagonal is about constant: conjugate gradients need few products then.
/// Throws ValueError (no parameters, options outside their range) and AnomalyError (the loss is not finite at the start).
NewtonResult newton(const std::function<Variable<double>()>& loss, const std::vector<Variable<double>>& parameters,
                    const NewtonOptions& options = {});

}  // namespace sevenfold
