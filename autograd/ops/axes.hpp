// How ops look at axes.
#pragma once

#include "sevenfold/autograd/shape.hpp"

namespace sevenfold::ops {

/// What a reduction over `axes` (none: all) leaves.
struct Reduced {
    Shape kept;             ///< x's shape with the reduced axes of size 1
    Shape result;           ///< the same, or without those axes
    std::size_t count = 1;  ///< how many elements become one
};
Reduced reduced(std::string_view op, const Shape& x, const Axes& axes, bool keepdims);
/// The same for a reduction that means nothing over no elements. Throws ValueError.
Reduced reduced_not_empty(std::string_view op, const Shape& x, const Axes& axes, bool keepdims);

/// A shape seen from one axis: `outer` blocks of `n` steps of `inner` neighbours.
struct Around {
    std::size_t outer = 1, n = 1, inner = 1;
};
Around around(const Shape& shape, std::size_t axis);

}  // namespace sevenfold::ops
