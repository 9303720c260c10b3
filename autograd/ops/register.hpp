// The register of ops: every op's name, formula and rule, by file. The op reference is made from it, and the tests walk
// it: an op without sample inputs fails them.
#pragma once

#include <string_view>
#include <vector>

#include "sevenfold/autograd/op.hpp"

namespace sevenfold::ops {

struct OpGroup {
    std::string_view title;
    std::vector<OpText> ops;
};

/// All groups, in reading order.
std::vector<OpGroup> op_register();

// One per file of ops.
OpGroup elementwise_group();
OpGroup pairwise_group();
OpGroup reduce_group();
OpGroup softmax_group();
OpGroup layout_group();
OpGroup indexing_group();
OpGroup matmul_group();
OpGroup linalg_group();
OpGroup linear_group();
OpGroup normalization_group();
OpGroup attention_group();
OpGroup convolution_group();
OpGroup losses_group();
OpGroup cross_entropy_group();

}  // namespace sevenfold::ops
