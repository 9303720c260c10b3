// Shape: the sizes of an array's axes, and the rules by which shapes meet (NumPy's broadcasting).
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sevenfold/autograd/pool.hpp"

namespace sevenfold {

/// Axis numbers as users write them; negative ones count from the end.
using Axes = pool::Vector<std::ptrdiff_t>;

/// Up to eight axis sizes, kept in place: making a shape never allocates. Rank 0 is a scalar; a size may be 0.
class Shape {
  public:
    static constexpr std::size_t max_rank = 8;

    Shape() = default;
    Shape(std::initializer_list<std::size_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}
    explicit Shape(std::span<const std::size_t> sizes);

    std::size_t rank() const { return rank_; }
    std::size_t operator[](std::size_t axis) const { return sizes_[axis]; }
    std::size_t& operator[](std::size_t axis) { return sizes_[axis]; }
    std::size_t back() const { return sizes_[rank_ - 1]; }
    const std::size_t* begin() const { return sizes_.data(); }
    const std::size_t* end() const { return sizes_.data() + rank_; }

    /// Number of elements: the product of the sizes, 1 for rank 0. Throws ShapeError when it does not fit into memory.
    std::size_t elements() const;
    void append(std::size_t size);
    void insert(std::size_t axis, std::size_t size);
    void erase(std::size_t axis);

    friend bool operator==(const Shape& a, const Shape& b) {
        if (a.rank_ != b.rank_) return false;
        for (std::size_t i = 0; i < a.rank_; ++i)
            if (a.sizes_[i] != b.sizes_[i]) return false;
        return true;
    }

    /// "(64, 784)", "(3,)" as Python prints them, "()" for rank 0.
    std::string str() const;

  private:
    std::array<std::size_t, max_rank> sizes_{};
    std::size_t rank_ = 0;
};

/// Steps, in elements, between neighbours along each axis of a row-major array.
using Strides = std::array<std::size_t, Shape::max_rank>;
Strides row_major_strides(const Shape& shape);

/// Strides with which an array of shape `from` is read as if it had shape `to`: 0 along broadcast axes.
Strides broadcast_strides(const Shape& from, const Shape& to);

/// The shape that a and b broadcast to: aligned at the last axis, sizes equal or 1. Throws ShapeError.
Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b);

/// Whether an array of shape `from` can be broadcast to `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

/// axis as 0..rank-1, counting from the end if negative. Throws ShapeError.
std::size_t normalize_axis(std::string_view op, std::ptrdiff_t axis, std::size_t rank);

/// axes marked in a table of `rank` flags, all of them if `axes` is empty. Throws ShapeError for repeats.
std::array<bool, Shape::max_rank> mark_axes(std::string_view op, const Axes& axes, std::size_t rank);

}  // namespace sevenfold
