#include "sevenfold/autograd/kernels/views.hpp"

#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold::kernels {

View view(const Shape& whole, const Shape& shape, const std::array<std::ptrdiff_t, Shape::max_rank>& start,
          const std::array<std::ptrdiff_t, Shape::max_rank>& step) {
    const Strides own = row_major_strides(whole);
    View out{shape, 0, {}};
    for (std::size_t i = 0; i < shape.rank(); ++i) {
        const auto stride = static_cast<std::ptrdiff_t>(own[i]);
        out.offset += start[i] * stride;
        out.stride[i] = step[i] * stride;
    }
    return out;
}

namespace {

// run(n, offset in the array, its stride, offset in the contiguous side) for every innermost run of the window.
template <class Run>
void for_view(const View& view, const Run& run) {
    const std::size_t total = view.shape.elements();
    if (total == 0) return;
    // Trailing axes that follow each other without a gap are one.
    std::size_t rank = view.shape.rank(), n = 1;
    std::ptrdiff_t stride = 1;
    while (rank > 0 && (n == 1 || view.stride[rank - 1] == stride * static_cast<std::ptrdiff_t>(n))) {
        if (n == 1) stride = view.stride[rank - 1];
        n *= view.shape[--rank];
    }
    std::array<std::size_t, Shape::max_rank> index{};
    std::ptrdiff_t offset = view.offset;
    for (std::size_t done = 0; done < total; done += n) {
        run(n, offset, stride, done);
        for (std::size_t axis = rank; axis-- > 0;) {
            offset += view.stride[axis];
            if (++index[axis] < view.shape[axis]) break;
            offset -= view.stride[axis] * static_cast<std::ptrdiff_t>(view.shape[axis]);
            index[axis] = 0;
        }
    }
}

// move(element of the array, element of the contiguous side) for every pair; a loop of its own where there are no gaps.
template <class X, class Y, class Move>
void for_elements(X* x, const View& view, Y* y, const Move& move) {
    simd::run([&]() SEVENFOLD_INLINE {
        for_view(view,
                 [&](std::size_t n, std::ptrdiff_t offset, std::ptrdiff_t stride, std::size_t done) SEVENFOLD_INLINE {
                     X* at = x + offset;
                     Y* other = y + done;
                     if (stride == 1)
                         for (std::size_t i = 0; i < n; ++i) move(at[i], other[i]);
                     else
                         for (std::size_t i = 0; i < n; ++i)
                             move(at[static_cast<std::ptrdiff_t>(i) * stride], other[i]);
                 });
    });
}

}  // namespace

template <class T>
void read_view(const T* x, const View& view, T* y) {
    for_elements(x, view, y, [](const T& from, T& to) SEVENFOLD_INLINE { to = from; });
}
template <class T>
void write_view(const T* y, const View& view, T* x) {
    for_elements(x, view, y, [](T& to, const T& from) SEVENFOLD_INLINE { to = from; });
}
template <class T>
void add_view(const T* y, const View& view, T* x) {
    for_elements(x, view, y, [](T& to, const T& from) SEVENFOLD_INLINE { to += from; });
}

// clang-format off
template void read_view(const float*, const View&, float*); template void read_view(const double*, const View&, double*);
template void write_view(const float*, const View&, float*); template void write_view(const double*, const View&, double*);
template void add_view(const float*, const View&, float*); template void add_view(const double*, const View&, double*);
// clang-format on

}  // namespace sevenfold::kernels
