// A running sum whose gradient runs in the direction of the sum.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D running(const D& x) {  // y[i] = x[0] + .. + x[i]
    Matrix y = x.value();
    for (std::size_t i = 1; i < y.size(); ++i) y.data()[i] += y.data()[i - 1];
    return y;
}

static D value(const Inputs& x) { return running(x[0]); }

// ---- wrong
static void wrong(Step& step) { step.add(0, running(step.dy())); }

// ---- right
static void right(Step& step) { step.add(0, flip(running(flip(step.dy(), {0})), {0})); }

// ---- exhibit
Exhibit running_sum() {
    return {.title = "Running the wrong way",
            .formula = "y[i] = x[0] + … + x[i]",
            .question = "Which entries of y does the first entry of x reach, and which does the last one reach?",
            .hint = "Backward every arrow of the graph is turned round.",
            .answer =
                "x[0] reaches all of y and x[3] the last entry alone, so dx[i] = dy[i] + … + dy[3]: a running sum from "
                "the end. What is summed forward in time is summed back in time.",
            .inputs = {leaf(Matrix({4}, {0.5, -1, 2, 1.5}), "x")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
