#include "sevenfold/autograd/ops/register.hpp"

namespace sevenfold::ops {

std::vector<OpGroup> op_register() {
    return {elementwise_group(),   pairwise_group(),    reduce_group(), softmax_group(),      layout_group(),
            indexing_group(),      matmul_group(),      linalg_group(), linear_group(),       attention_group(),
            normalization_group(), convolution_group(), losses_group(), cross_entropy_group()};
}

}  // namespace sevenfold::ops
