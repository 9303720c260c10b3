// A maximum that pays each of two equal winners in full.
#include "exhibit.hpp"

namespace museum {

// ---- value
static D value(const Inputs& x) { return max(x[0]); }

// ---- wrong
static void wrong(Step& step) {
    const D winners = step.x(0) == max(step.x(0));
    step.add(0, winners * step.dy());
}

// ---- right
static void right(Step& step) {
    const D winners = step.x(0) == max(step.x(0));
    step.add(0, winners / sum(winners) * step.dy());
}

// ---- exhibit
Exhibit all_ties() {
    return {.title = "Two winners",
            .formula = "y = max(x), where two entries are equal and largest",
            .question =
                "If one of the winners grows by h, y grows by h; if it shrinks by h, what does y do? What is the mean "
                "of the two slopes?",
            .hint = "What do central differences see when y goes up on one side and stays on the other?",
            .answer =
                "Up it is h, down 0: half on average, so the two share dy, and what goes out is what came in. At a "
                "kink there is no derivative; sharing is a choice, which for two winners agrees with central "
                "differences. Paying all of it to the first is another choice, which they would refuse.",
            .inputs = {leaf(Matrix({5}, {0.5, 2, -1, 2, 1}), "x")},
            .wrong = op(value, wrong),
            .right = op(value, right)};
}

}  // namespace museum
