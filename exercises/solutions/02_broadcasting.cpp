// A solution of exercise 2.
// An axis where both have a 1 may be summed too: it has one summand.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> undo_broadcast(const Array<double>& dy, const Shape& shape) {
    Axes repeated;
    const std::size_t in_front = dy.rank() - shape.rank();
    for (std::size_t axis = 0; axis < dy.rank(); ++axis)
        if (axis < in_front || shape[axis - in_front] == 1) repeated.push_back(static_cast<std::ptrdiff_t>(axis));
    if (repeated.empty()) return dy;
    return reshape(sum(Variable<double>(dy), repeated), shape).value();
}

}  // namespace exercise
