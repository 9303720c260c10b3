// Exercise 10: the shape of attention's heads
//
// Attention with h heads cuts a row of D numbers into h groups of d = D / h that follow each other, and lets each group attend by
// itself. In memory x is (N, T, D): N sequences of T positions. One matrix product for all heads at once wants the head in front
// of the positions, (N, h, T, d), so that the last two axes are one head's own little matrix:
//
//     heads[n, g, t, j] = x[n, t, g · d + j]
//
// merge_heads goes back: from (N, h, T, d) to (N, T, D).
//
// Two ops are enough. reshape(x, Shape{..}) gives the same numbers in the same order another shape: it can cut an axis into
// two, and glue two neighbours together, but it never moves a number. permute(x, {0, 2, 1, 3}) moves numbers: axis 2 becomes axis 1.
// x.shape(0) is N, and so on. Draw the axes on paper first.
//
// Source: Vaswani and others 2017, "Attention is all you need", section 3.2.2. In the library: heads_of in
// autograd/ops/attention.cpp.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Variable<double> split_heads(const Variable<double>& x, std::size_t heads) {
    not_filled_in();  // write your lines here, in place of this one
}

Variable<double> merge_heads(const Variable<double>& x) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
