#include "sevenfold/autograd/ops/axes.hpp"

#include "sevenfold/autograd/error.hpp"

namespace sevenfold::ops {

Reduced reduced(std::string_view op, const Shape& x, const Axes& axes, bool keepdims) {
    const auto marked = mark_axes(op, axes, x.rank());
    Reduced out{x, {}, 1};
    for (std::size_t i = 0; i < x.rank(); ++i) {
        if (!marked[i]) {
            out.result.append(x[i]);
            continue;
        }
        out.count *= x[i];
        out.kept[i] = 1;
    }
    if (keepdims) out.result = out.kept;
    return out;
}

Reduced reduced_not_empty(std::string_view op, const Shape& x, const Axes& axes, bool keepdims) {
    const Reduced out = reduced(op, x, axes, keepdims);
    if (out.count == 0 && out.kept.elements() > 0)
        fail<ValueError>(op, text("an empty reduction of ", x), text("of no elements there is no ", op),
                         "Leave empty batches out.");
    return out;
}

Around around(const Shape& shape, std::size_t axis) {
    Around out;
    for (std::size_t i = 0; i < shape.rank(); ++i) (i < axis ? out.outer : i == axis ? out.n : out.inner) *= shape[i];
    return out;
}

}  // namespace sevenfold::ops
