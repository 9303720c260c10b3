// Exercise 2: undoing a broadcast
//
// In y = x + b with x of shape (3, 4) and b of shape (4), the row b is used three times: once for each row of x. A value that
// is used several times gets the sum of what its uses hand back, so the gradient of b is
//
//     db[j] = Σᵢ dy[i, j]
//
// In general dy has the shape of y, and an input of `shape` was broadcast to it. Shapes are lined up at their last axis. Two
// kinds of axes were repeated, and over both the gradient is summed:
//   - axes in front, which `shape` does not have: (4) to (3, 4)
//   - axes where `shape` has a 1 and dy has more: (3, 1) to (3, 4)
// The result has `shape` again.
//
// You have an array dy and a shape; the result is an array. sum(v, axes) and reshape(v, shape) work on variables:
// Variable<double>(array) makes one, .value() gives its array. Axes is a list with push_back. Mind that sum(v, {}) without
// axes sums over all. (The library's own sum_to does all this. Here it is yours to write.)
//
// Source: the NumPy manual, "Broadcasting"; and the chain rule.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> undo_broadcast(const Array<double>& dy, const Shape& shape) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
