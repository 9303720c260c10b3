#include "sevenfold/autograd/kernels/convolution.hpp"

#include <algorithm>
#include <limits>

#include "sevenfold/autograd/kernels/gemm.hpp"
#include "sevenfold/autograd/kernels/kernels.hpp"

namespace sevenfold::kernels {
namespace {

// Calls run(count, output, input) for each row of outputs: `count` neighbours, from `output` on, see the values of
// `input` and every stride_x-th after it at place (ky, kx) of their windows. Outputs that see padding there are left out.
template <class Run>
void each_run(const Windows& at, std::size_t ky, std::size_t kx, const Run& run) {
    const std::size_t first = kx < at.padding_x ? (at.padding_x - kx + at.stride_x - 1) / at.stride_x : 0;
    if (kx >= at.width + at.padding_x) return;
    const std::size_t last = std::min(at.columns, (at.width + at.padding_x - kx + at.stride_x - 1) / at.stride_x);
    if (first >= last) return;
    for (std::size_t r = 0; r < at.rows; ++r) {
        const std::size_t y = r * at.stride_y + ky;
        if (y < at.padding_y || y - at.padding_y >= at.height) continue;
        const std::size_t x = first * at.stride_x + kx - at.padding_x;
        run(last - first, r * at.columns + first, (y - at.padding_y) * at.width + x);
    }
}

// The same for all places of the window.
template <class Run>
void each_place(const Windows& at, const Run& run) {
    for (std::size_t ky = 0; ky < at.kernel_y; ++ky)
        for (std::size_t kx = 0; kx < at.kernel_x; ++kx) each_run(at, ky, kx, run);
}

// The windows of one sample as columns: (channels · kernel, outputs).
template <class T>
void to_columns(const Windows& at, std::size_t channels, const T* x, T* columns) {
    std::fill_n(columns, channels * at.kernel() * at.outputs(), T{0});
    for (std::size_t ch = 0; ch < channels; ++ch, x += at.inputs())
        for (std::size_t ky = 0; ky < at.kernel_y; ++ky)
            for (std::size_t kx = 0; kx < at.kernel_x; ++kx, columns += at.outputs())
                each_run(at, ky, kx, [=](std::size_t count, std::size_t out, std::size_t in) {
                    for (std::size_t i = 0; i < count; ++i) columns[out + i] = x[in + i * at.stride_x];
                });
}

// The reverse: what several windows share is summed.
template <class T>
void add_columns(const Windows& at, std::size_t channels, const T* columns, T* x) {
    for (std::size_t ch = 0; ch < channels; ++ch, x += at.inputs())
        for (std::size_t ky = 0; ky < at.kernel_y; ++ky)
            for (std::size_t kx = 0; kx < at.kernel_x; ++kx, columns += at.outputs())
                each_run(at, ky, kx, [=](std::size_t count, std::size_t out, std::size_t in) {
                    for (std::size_t i = 0; i < count; ++i) x[in + i * at.stride_x] += columns[out + i];
                });
}

}  // namespace

template <class T>
void conv2d(const Windows& at, std::size_t samples, std::size_t channels, std::size_t filters, const T* x,
            const T* weight, const T* bias, T* y) {
    const std::size_t depth = channels * at.kernel(), outputs = at.outputs();
    Array<T> buffer(Shape{depth, outputs});
    T* columns = buffer.data();
    for (std::size_t n = 0; n < samples; ++n, x += channels * at.inputs(), y += filters * outputs) {
        to_columns(at, channels, x, columns);
        if (bias)
            for (std::size_t f = 0; f < filters; ++f) std::fill_n(y + f * outputs, outputs, bias[f]);
        gemm<T>({.m = filters,
                 .n = outputs,
                 .k = depth,
                 .a = weight,
                 .lda = depth,
                 .b = columns,
                 .ldb = outputs,
                 .c = y,
                 .ldc = outputs,
                 .beta = bias ? T{1} : T{0}});
    }
}

template <class T>
void conv2d_backward(const Windows& at, std::size_t samples, std::size_t channels, std::size_t filters, const T* x,
                     const T* weight, const T* dy, Target<T> dx, Target<T> dweight) {
    const std::size_t depth = channels * at.kernel(), outputs = at.outputs();
    if (dx.data && dx.first) std::fill_n(dx.data, samples * channels * at.inputs(), T{0});
    if (dweight.data && dweight.first) std::fill_n(dweight.data, filters * depth, T{0});
    Array<T> buffer(Shape{depth, outputs});
    T* columns = buffer.data();
    for (std::size_t n = 0; n < samples; ++n, dy += filters * outputs) {
        if (dweight.data) {
            to_columns(at, channels, x + n * channels * at.inputs(), columns);
            gemm<T>({.transpose_b = true,
                     .m = filters,
                     .n = depth,
                     .k = outputs,
                     .a = dy,
                     .lda = outputs,
                     .b = columns,
                     .ldb = outputs,
                     .c = dweight.data,
                     .ldc = depth,
                     .beta = 1});
        }
        if (dx.data) {
            gemm<T>({.transpose_a = true,
                     .m = depth,
                     .n = outputs,
                     .k = filters,
                     .a = weight,
                     .lda = depth,
                     .b = dy,
                     .ldb = outputs,
                     .c = columns,
                     .ldc = outputs});
            add_columns(at, channels, columns, dx.data + n * channels * at.inputs());
        }
    }
}

template <class T>
void max_pool2d(const Windows& at, std::size_t planes, const T* x, T* y, std::int64_t* place) {
    for (std::size_t p = 0; p < planes; ++p, x += at.inputs(), y += at.outputs(), place += at.outputs()) {
        std::fill_n(place, at.outputs(), -1);
        each_place(at, [=](std::size_t count, std::size_t out, std::size_t in) {
            for (const std::size_t end = out + count; out < end; ++out, in += at.stride_x) {
                if (place[out] >= 0 && !(x[in] > y[out]) && x[in] == x[in]) continue;
                y[out] = x[in];  // the first one, a larger one, or NaN, which is passed on
                place[out] = static_cast<std::int64_t>(in);
            }
        });
    }
}

template <class T>
void avg_pool2d(const Windows& at, std::size_t planes, const T* x, T* y) {
    const T share = 1 / static_cast<T>(at.kernel());
    std::fill_n(y, planes * at.outputs(), T{0});
    for (std::size_t p = 0; p < planes; ++p, x += at.inputs(), y += at.outputs()) {
        each_place(at, [=](std::size_t count, std::size_t out, std::size_t in) {
            for (std::size_t i = 0; i < count; ++i) y[out + i] += x[in + i * at.stride_x];
        });
        for (std::size_t i = 0; i < at.outputs(); ++i) y[i] *= share;
    }
}

template <class T>
void avg_pool2d_backward(const Windows& at, std::size_t planes, const T* dy, T* dx) {
    const T share = 1 / static_cast<T>(at.kernel());
    for (std::size_t p = 0; p < planes; ++p, dx += at.inputs(), dy += at.outputs())
        each_place(at, [=](std::size_t count, std::size_t out, std::size_t in) {
            for (std::size_t i = 0; i < count; ++i) dx[in + i * at.stride_x] += share * dy[out + i];
        });
}

// clang-format off
using N = std::size_t;
template void conv2d(const Windows&, N, N, N, const float*, const float*, const float*, float*);
template void conv2d(const Windows&, N, N, N, const double*, const double*, const double*, double*);
template void conv2d_backward(const Windows&, N, N, N, const float*, const float*, const float*, Target<float>, Target<float>);
template void conv2d_backward(const Windows&, N, N, N, const double*, const double*, const double*, Target<double>, Target<double>);
template void max_pool2d(const Windows&, N, const float*, float*, std::int64_t*);
template void max_pool2d(const Windows&, N, const double*, double*, std::int64_t*);
template void avg_pool2d(const Windows&, N, const float*, float*);
template void avg_pool2d(const Windows&, N, const double*, double*);
template void avg_pool2d_backward(const Windows&, N, const float*, float*);
template void avg_pool2d_backward(const Windows&, N, const double*, double*);
// clang-format on

}  // namespace sevenfold::kernels
