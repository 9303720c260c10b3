#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold::ops {

std::vector<OpGroup> op_register() { return {elementwise_group(), pairwise_group()}; }

}  // namespace sevenfold::ops
