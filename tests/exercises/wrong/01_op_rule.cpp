// A wrong answer that many would give first: the check must name the mistake.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Variable<double> softsign_gradient(const Variable<double>& dy, const Variable<double>& x) { return dy / (1 + abs(x)); }

}  // namespace exercise
