#include "sevenfold/autograd/shape.hpp"

#include <algorithm>
#include <limits>

#include "sevenfold/autograd/error.hpp"

namespace sevenfold {

Shape::Shape(std::span<const std::size_t> sizes) : rank_(sizes.size()) {
    if (sizes.size() > max_rank)
        fail<ShapeError>("shape", text("rank ", sizes.size()), text("arrays have at most ", max_rank, " axes"));
    std::copy(sizes.begin(), sizes.end(), sizes_.begin());
}

std::size_t Shape::elements() const {
    std::size_t n = 1;
    for (std::size_t size : *this)
        if (__builtin_mul_overflow(n, size, &n) || n > std::numeric_limits<std::size_t>::max() / 64) {
            if (std::find(begin(), end(), 0u) != end()) return 0;
            fail<ShapeError>("shape", str(), "the number of elements does not fit into memory");
        }
    return n;
}

void Shape::append(std::size_t size) { insert(rank_, size); }

void Shape::insert(std::size_t axis, std::size_t size) {
    if (rank_ == max_rank)
        fail<ShapeError>("shape", text("one more axis for ", *this), text("arrays have at most ", max_rank, " axes"));
    for (std::size_t i = rank_; i > axis; --i) sizes_[i] = sizes_[i - 1];
    sizes_[axis] = size;
    ++rank_;
}

void Shape::erase(std::size_t axis) {
    for (std::size_t i = axis; i + 1 < rank_; ++i) sizes_[i] = sizes_[i + 1];
    sizes_[--rank_] = 0;
}

std::string Shape::str() const {
    std::string out = "(";
    for (std::size_t i = 0; i < rank_; ++i) out += text(i ? ", " : "", sizes_[i]);
    return out + (rank_ == 1 ? ",)" : ")");
}

Strides row_major_strides(const Shape& shape) {
    Strides strides{};
    std::size_t step = 1;
    for (std::size_t i = shape.rank(); i-- > 0;) {
        strides[i] = step;
        step *= shape[i];
    }
    return strides;
}

Strides broadcast_strides(const Shape& from, const Shape& to) {
    const Strides own = row_major_strides(from);
    Strides strides{};
    const std::size_t lead = to.rank() - from.rank();
    for (std::size_t i = 0; i < from.rank(); ++i) strides[lead + i] = from[i] == 1 ? 0 : own[i];
    return strides;
}

Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b) {
    if (a == b) return a;
    const Shape& longer = a.rank() >= b.rank() ? a : b;
    const Shape& shorter = a.rank() >= b.rank() ? b : a;
    Shape out = longer;
    const std::size_t lead = longer.rank() - shorter.rank();
    for (std::size_t i = 0; i < shorter.rank(); ++i) {
        const std::size_t l = longer[lead + i], s = shorter[i];
        if (l != s && l != 1 && s != 1) {
            const std::size_t from_the_end = shorter.rank() - i;
            const std::size_t m = a[a.rank() - from_the_end], n = b[b.rank() - from_the_end];
            fail<ShapeError>(op, text(a, " and ", b),
                             text("sizes ", m, " and ", n, " of axis -", from_the_end,
                                  " differ and neither is 1, so the shapes do not broadcast"),
                             "Use reshape to line the axes up, or transpose one of them.");
        }
        out[lead + i] = l == 1 ? s : l;
    }
    return out;
}

bool broadcasts_to(const Shape& from, const Shape& to) {
    if (from.rank() > to.rank()) return false;
    const std::size_t lead = to.rank() - from.rank();
    for (std::size_t i = 0; i < from.rank(); ++i)
        if (from[i] != to[lead + i] && from[i] != 1) return false;
    return true;
}

std::size_t normalize_axis(std::string_view op, std::ptrdiff_t axis, std::size_t rank) {
    const auto r = static_cast<std::ptrdiff_t>(rank);
    if (axis < -r || axis >= r)
        fail<ShapeError>(op, text("axis ", axis, " of an array of rank ", rank),
                         rank == 0 ? std::string("a scalar has no axes") : text("axes run from ", -r, " to ", r - 1));
    return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

std::array<bool, Shape::max_rank> mark_axes(std::string_view op, const Axes& axes, std::size_t rank) {
    std::array<bool, Shape::max_rank> marked{};
    for (std::size_t i = 0; i < rank; ++i) marked[i] = axes.empty();
    for (std::ptrdiff_t axis : axes) {
        const std::size_t i = normalize_axis(op, axis, rank);
        if (marked[i]) fail<ShapeError>(op, text("axis ", axis, " twice"), "every axis may be named once");
        marked[i] = true;
    }
    return marked;
}

}  // namespace sevenfold
