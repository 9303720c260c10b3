// A gate made from x and detached: the way through it is lost.
#include "exhibit.hpp"

namespace museum {

// ---- value
// no op of its own: a function of x, by the library's ops

// ---- wrong
static D wrong(const Inputs& x) { return x[0] * sigmoid(x[0]).detach(); }

// ---- right
static D right(const Inputs& x) { return x[0] * sigmoid(x[0]); }

// ---- exhibit
Exhibit detached_gate() {
    return {.title = "The detached branch",
            .formula = "y = x · sigmoid(x)",
            .question = "detach() makes a constant. Which of the two terms of the product rule is then lost?",
            .hint = "What does the rule still hand to x?",
            .answer =
                "The rule hands on dy · sigmoid(x) and loses dy · x · sigmoid'(x). Turning a variable into plain "
                "numbers in the middle of a program, for a print or a cast, does the same.",
            .inputs = {leaf(Matrix({4}, {0.5, -1, 2, -3}), "x")},
            .wrong = wrong,
            .right = right};
}

}  // namespace museum
