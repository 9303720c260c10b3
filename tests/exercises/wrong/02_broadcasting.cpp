// A wrong answer that many would give first: the check must name the mistake.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> undo_broadcast(const Array<double>& dy, const Shape& shape) {
    const double copies = static_cast<double>(dy.size()) / static_cast<double>(shape.elements());
    return (sum_to(Variable<double>(dy), shape) / copies).value();
}

}  // namespace exercise
