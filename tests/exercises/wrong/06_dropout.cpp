// A wrong answer that many would give first: the check must name the mistake.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> drop_out(const Array<double>& x, const Array<double>& u, double p, bool training) {
    if (!training) return x;
    return (Variable<double>(x) * (Variable<double>(u) >= p)).value();
}

}  // namespace exercise
