#include "sevenfold/autograd/kernels/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sevenfold/autograd/kernels/rows.hpp"

namespace sevenfold::kernels {

template <class T>
void accumulate(Array<T>& to, const Array<T>& from) {
    simd::run([n = from.size(), x = from.data(), y = to.data()]() SEVENFOLD_INLINE {
        for (std::size_t i = 0; i < n; ++i) y[i] += x[i];
    });
}

template <class T>
T sum(const T* x, std::size_t n) {
    T total{0};
    simd::run([n, x, &total]() SEVENFOLD_INLINE {
        T t{0};
        for (std::size_t i = 0; i < n; ++i) t += x[i];
        total = t;
    });
    return total;
}

namespace {

// How a reduction goes on by one element, and where it starts. RowMaximum is the third of them.
template <class T>
struct Plus {
    static constexpr bool is_extreme = false;
    static constexpr T start{0};
    template <class V>
    static SEVENFOLD_INLINE void step(V& so_far, const V& v) {
        so_far = so_far + v;
    }
};
template <class T>
struct RowMinimum {
    static constexpr bool is_extreme = true;
    static constexpr T start = std::numeric_limits<T>::infinity();
    template <class V>
    static SEVENFOLD_INLINE void step(V& so_far, const V& v) {
        so_far = v < so_far ? v : so_far;
    }
};
// The same, but a NaN, once met, stays.
template <class Extreme>
struct OrNan {
    static constexpr bool is_extreme = true;
    static constexpr auto start = Extreme::start;
    template <class V>
    static SEVENFOLD_INLINE void step(V& so_far, const V& v) {
        Extreme::step(so_far, v);
        so_far = v != v ? v : so_far;
    }
};

// x as (outer, middle, inner), reduced over the middle.
template <class Fold, class T>
void fold_middle(const T* x, std::size_t outer, std::size_t middle, std::size_t inner, T* y) {
    if (inner == 1)
        return simd::run([=]() SEVENFOLD_INLINE {
            for (std::size_t o = 0; o < outer; ++o) y[o] = fold_row<Fold>(x + o * middle, middle);
        });
    simd::run([=]() SEVENFOLD_INLINE {
        for (std::size_t o = 0; o < outer; ++o) {
            T* to = y + o * inner;
            for (std::size_t i = 0; i < inner; ++i) to[i] = Fold::start;
            for (std::size_t m = 0; m < middle; ++m) {
                const T* from = x + (o * middle + m) * inner;
                for (std::size_t i = 0; i < inner; ++i) Fold::step(to[i], from[i]);
            }
        }
    });
}

template <class Fold, class T>
Array<T> fold_to(const Array<T>& x, const Shape& shape) {
    if (x.shape() == shape) return x;
    // One pass for each run of neighbouring reduced axes.
    const std::size_t rank = x.rank(), lead = rank - shape.rank();
    Array<T> now = x;
    Shape sizes = x.shape();
    for (std::size_t axis = 0; axis < rank;) {
        const auto reduced = [&](std::size_t i) { return i < lead || (shape[i - lead] == 1 && x.shape()[i] != 1); };
        if (!reduced(axis)) {
            ++axis;
            continue;
        }
        std::size_t end = axis, outer = 1, middle = 1, inner = 1;
        while (end < rank && (reduced(end) || sizes[end] == 1)) middle *= sizes[end++];
        for (std::size_t i = 0; i < axis; ++i) outer *= sizes[i];
        for (std::size_t i = end; i < rank; ++i) inner *= sizes[i];
        for (std::size_t i = axis; i < end; ++i) sizes[i] = 1;
        Array<T> next(sizes);
        fold_middle<Fold>(now.data(), outer, middle, inner, next.data());
        now = std::move(next);
        axis = end;
    }
    return now.reshape(shape);
}

// GCC makes no vectors of a loop that looks for NaN and the extreme at once. The sum tells faster if there may be one.
template <class Extreme, class T>
Array<T> extreme_to(const Array<T>& x, const Shape& shape) {
    return std::isnan(sum(x.data(), x.size())) ? fold_to<OrNan<Extreme>>(x, shape) : fold_to<Extreme>(x, shape);
}

}  // namespace

template <class T>
Array<T> sum_to(const Array<T>& x, const Shape& shape) {
    return fold_to<Plus<T>>(x, shape);
}
template <class T>
Array<T> max_to(const Array<T>& x, const Shape& shape) {
    return extreme_to<RowMaximum<T>>(x, shape);
}
template <class T>
Array<T> min_to(const Array<T>& x, const Shape& shape) {
    return extreme_to<RowMinimum<T>>(x, shape);
}

template <class T>
Array<T> permute(const Array<T>& x, const std::array<std::size_t, Shape::max_rank>& order) {
    const std::size_t rank = x.rank();
    Shape shape = x.shape();
    const Strides own = row_major_strides(x.shape());
    Strides stride{};
    for (std::size_t i = 0; i < rank; ++i) {
        shape[i] = x.shape()[order[i]];
        stride[i] = own[order[i]];
    }
    Array<T> y(shape);
    if (y.empty()) return y;
    const std::size_t inner = rank ? shape[rank - 1] : 1, step = rank ? stride[rank - 1] : 1;
    std::array<std::size_t, Shape::max_rank> index{};
    const T* from = x.data();
    T* to = y.data();
    if (rank >= 2 && stride[rank - 2] == 1 && step > 1) {
        // A transpose: walk it in tiles, so that reads and writes both stay within few cache lines.
        constexpr std::size_t tile = 16;
        const std::size_t rows = shape[rank - 2], count = y.size() / (rows * inner);
        for (std::size_t c = 0; c < count; ++c) {
            std::size_t offset = 0;
            for (std::size_t axis = 0; axis + 2 < rank; ++axis) offset += index[axis] * stride[axis];
            for (std::size_t i0 = 0; i0 < rows; i0 += tile)
                for (std::size_t j0 = 0; j0 < inner; j0 += tile)
                    for (std::size_t i = i0; i < std::min(i0 + tile, rows); ++i)
                        for (std::size_t j = j0; j < std::min(j0 + tile, inner); ++j)
                            to[i * inner + j] = from[offset + i + j * step];
            to += rows * inner;
            for (std::size_t axis = rank - 2; axis-- > 0;) {
                if (++index[axis] < shape[axis]) break;
                index[axis] = 0;
            }
        }
        return y;
    }
    for (std::size_t done = 0; done < y.size(); done += inner) {
        std::size_t offset = 0;
        for (std::size_t axis = 0; axis + 1 < rank; ++axis) offset += index[axis] * stride[axis];
        if (step == 1)
            std::copy_n(from + offset, inner, to + done);
        else
            for (std::size_t j = 0; j < inner; ++j) to[done + j] = from[offset + j * step];
        for (std::size_t axis = rank > 0 ? rank - 1 : 0; axis-- > 0;) {
            if (++index[axis] < shape[axis]) break;
            index[axis] = 0;
        }
    }
    return y;
}

template <class T>
Array<T> broadcast_to(const Array<T>& x, const Shape& shape) {
    if (x.shape() == shape) return x;
    Array<T> y(shape);
    if (x.size() == 1) {
        std::fill_n(y.data(), y.size(), *x.data());
        return y;
    }
    if (y.empty()) return y;
    const Strides stride = broadcast_strides(x.shape(), shape);
    const std::size_t rank = shape.rank(), inner = shape[rank - 1];
    std::array<std::size_t, Shape::max_rank> index{};
    for (std::size_t done = 0; done < y.size(); done += inner) {
        const T* from = x.data();
        for (std::size_t axis = 0; axis + 1 < rank; ++axis) from += index[axis] * stride[axis];
        if (stride[rank - 1] == 0)
            std::fill_n(y.data() + done, inner, *from);
        else
            std::copy_n(from, inner, y.data() + done);
        for (std::size_t axis = rank - 1; axis-- > 0;) {
            if (++index[axis] < shape[axis]) break;
            index[axis] = 0;
        }
    }
    return y;
}

// clang-format off
using F = Array<float>;
using D = Array<double>;
template void accumulate(F&, const F&); template void accumulate(D&, const D&);
template F sum_to(const F&, const Shape&); template D sum_to(const D&, const Shape&);
template F max_to(const F&, const Shape&); template D max_to(const D&, const Shape&);
template F min_to(const F&, const Shape&); template D min_to(const D&, const Shape&);
template F broadcast_to(const F&, const Shape&); template D broadcast_to(const D&, const Shape&);
template float sum(const float*, std::size_t); template double sum(const double*, std::size_t);
template F permute(const F&, const std::array<std::size_t, Shape::max_rank>&);
template D permute(const D&, const std::array<std::size_t, Shape::max_rank>&);
// clang-format on

}  // namespace sevenfold::kernels
