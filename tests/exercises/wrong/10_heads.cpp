// A wrong answer that many would give first: the check must name the mistake.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Variable<double> split_heads(const Variable<double>& x, std::size_t heads) {
    return reshape(x, Shape{x.shape(0), heads, x.shape(1), x.shape(2) / heads});
}

Variable<double> merge_heads(const Variable<double>& x) {
    const Shape together{x.shape(0), x.shape(2), x.shape(1) * x.shape(3)};
    return reshape(permute(x, {0, 2, 1, 3}), together);
}

}  // namespace exercise
