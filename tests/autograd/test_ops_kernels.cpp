// The kernels of reductions, softmax and layout against loops that are too simple to be wrong, on every processor level.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "levels.hpp"
#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/autograd/kernels/softmax.hpp"
#include "sevenfold/autograd/kernels/views.hpp"
#include "sevenfold/autograd/random.hpp"

using namespace sevenfold;
using kernels::View;

namespace {

template <class T>
double tolerance() {
    return sizeof(T) == 8 ? 1e-13 : 2e-6;
}

template <class T>
void check_close(const Array<T>& got, const Array<T>& want) {
    REQUIRE(got.shape() == want.shape());
    double largest = 1, worst = 0;
    for (T v : want) largest = std::max(largest, std::abs(static_cast<double>(v)));
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double error = std::abs(static_cast<double>(got.data()[i]) - static_cast<double>(want.data()[i]));
        if (!(error <= worst)) worst = error;
    }
    CHECK(worst <= tolerance<T>() * largest);
}

// Each column of (outer, n, inner) by itself, in double: y = f(column of a, column of b).
template <class T, class F>
Array<T> by_column(const Array<T>& a, const Array<T>& b, const F& f) {
    Array<T> y(a.shape());
    const std::size_t n = a.shape()[1], inner = a.shape()[2];
    for (std::size_t o = 0; o < a.shape()[0]; ++o)
        for (std::size_t i = 0; i < inner; ++i) {
            std::vector<double> u, v;
            for (std::size_t k = 0; k < n; ++k) {
                u.push_back(a.data()[(o * n + k) * inner + i]);
                v.push_back(b.data()[(o * n + k) * inner + i]);
            }
            const std::vector<double> column = f(u, v);
            for (std::size_t k = 0; k < n; ++k) y.data()[(o * n + k) * inner + i] = static_cast<T>(column[k]);
        }
    return y;
}

using Column = std::vector<double>;
Column softmax(const Column& x, const Column&) {
    double sum = 0;
    for (double v : x) sum += std::exp(v);
    Column y;
    for (double v : x) y.push_back(std::exp(v) / sum);
    return y;
}
Column log_softmax(const Column& x, const Column& unused) {
    Column y = softmax(x, unused);
    for (double& v : y) v = std::log(v);
    return y;
}
Column softmax_backward(const Column& dy, const Column& y) {
    double dot = 0;
    for (std::size_t k = 0; k < y.size(); ++k) dot += dy[k] * y[k];
    Column dx;
    for (std::size_t k = 0; k < y.size(); ++k) dx.push_back(y[k] * (dy[k] - dot));
    return dx;
}
Column log_softmax_backward(const Column& dy, const Column& y) {
    double sum = 0;
    for (double v : dy) sum += v;
    Column dx;
    for (std::size_t k = 0; k < y.size(); ++k) dx.push_back(dy[k] - std::exp(y[k]) * sum);
    return dx;
}

}  // namespace

TEST_CASE_TEMPLATE("softmax and its backward agree with the formula at any length and width", T, float, double) {
    at_every_level([] {
        Random random(5);
        for (const Shape& shape :
             {Shape{3, 1, 1}, Shape{300, 10, 1}, Shape{2, 37, 1}, Shape{2, 5, 3}, Shape{1, 4, 16}, Shape{2, 3, 35}}) {
            INFO(shape.str());
            const std::size_t outer = shape[0], n = shape[1], inner = shape[2];
            const Array<T> x = random.normal<T>(shape), dy = random.normal<T>(shape);
            Array<T> y(shape), dx(shape);
            kernels::softmax(x.data(), outer, n, inner, y.data());
            check_close(y, by_column(x, x, softmax));
            kernels::softmax_backward(dy.data(), y.data(), outer, n, inner, dx.data());
            check_close(dx, by_column(dy, y, softmax_backward));
            kernels::log_softmax(x.data(), outer, n, inner, y.data());
            check_close(y, by_column(x, x, log_softmax));
            kernels::log_softmax_backward(dy.data(), y.data(), outer, n, inner, dx.data());
            check_close(dx, by_column(dy, y, log_softmax_backward));
        }
    });
}

TEST_CASE_TEMPLATE("sums and extremes agree with one loop over all elements", T, float, double) {
    at_every_level([] {
        Random random(6);
        for (const Shape& from : {Shape{3, 5, 4}, Shape{2, 1, 37}, Shape{1, 3, 40}})
            for (unsigned axes = 0; axes < 8; ++axes) {  // one bit for each reduced axis
                Shape to = from;
                for (std::size_t i = 0; i < 3; ++i)
                    if (axes >> i & 1) to[i] = 1;
                const Array<T> x = random.normal<T>(from);
                Array<T> sum = Array<T>::zeros(to), max = Array<T>::full(to, T{-100}), min = Array<T>::full(to, T{100});
                const Strides stride = broadcast_strides(to, from);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const std::size_t c = i % from[2], b = i / from[2] % from[1], a = i / from[2] / from[1];
                    const std::size_t at = a * stride[0] + b * stride[1] + c * stride[2];
                    sum.data()[at] += x.data()[i];
                    max.data()[at] = std::max(max.data()[at], x.data()[i]);
                    min.data()[at] = std::min(min.data()[at], x.data()[i]);
                }
                check_close(kernels::sum_to(x, to), sum);
                CHECK(kernels::max_to(x, to) == max);
                CHECK(kernels::min_to(x, to) == min);
            }
    });
}

TEST_CASE("windows read, write and add the same elements as index by index") {
    at_every_level([] {
        using Steps = std::array<std::ptrdiff_t, Shape::max_rank>;
        struct Window {
            Shape shape;
            Steps start, step;
        };
        const Shape whole{4, 5, 6};
        for (const Window& window : std::vector<Window>{{{4, 5, 6}, {0, 0, 0}, {1, 1, 1}},
                                                        {{2, 5, 6}, {1, 0, 0}, {1, 1, 1}},
                                                        {{2, 3, 2}, {0, 1, 1}, {2, 1, 3}},
                                                        {{4, 5, 6}, {3, 0, 5}, {-1, 1, -1}},
                                                        {{1, 1, 1}, {3, 4, 5}, {1, 1, 1}},
                                                        {{4, 1, 6}, {0, 2, 0}, {1, 1, 1}},
                                                        {{0, 5, 6}, {0, 0, 0}, {1, 1, 1}}}) {
            const auto& shape = window.shape;
            const auto &start = window.start, &step = window.step;
            INFO(shape.str());
            const View view = kernels::view(whole, shape, start, step);
            const Array<double> x = Array<double>::arange(whole.elements());
            Array<double> read(shape), written = Array<double>::zeros(whole), added = Array<double>::ones(whole),
                                       want(shape);
            Array<double> want_written = Array<double>::zeros(whole), want_added = Array<double>::ones(whole);
            for (std::size_t i = 0; i < want.size(); ++i) {
                const std::size_t c = i % shape[2], b = i / shape[2] % shape[1], a = i / shape[2] / shape[1];
                const auto along = [&](std::size_t axis, std::size_t at) {
                    return static_cast<std::size_t>(start[axis] + step[axis] * static_cast<std::ptrdiff_t>(at));
                };
                const std::size_t at = (along(0, a) * 5 + along(1, b)) * 6 + along(2, c);
                want.data()[i] = x.data()[at];
                want_written.data()[at] = x.data()[at];
                want_added.data()[at] += x.data()[at];
            }
            kernels::read_view(x.data(), view, read.data());
            CHECK(read == want);
            kernels::write_view(read.data(), view, written.data());
            CHECK(written == want_written);
            kernels::add_view(read.data(), view, added.data());
            CHECK(added == want_added);
        }
    });
}

TEST_CASE("axes in any order") {
    at_every_level([] {
        const Shape shape{3, 18, 5, 17};
        const Array<float> x = Array<float>::arange(shape.elements()).reshape(shape);
        std::array<std::size_t, Shape::max_rank> order{0, 1, 2, 3};
        do {
            const Array<float> y = kernels::permute(x, order);
            const Strides own = row_major_strides(shape), stride = row_major_strides(y.shape());
            std::size_t wrong = 0;
            for (std::size_t i = 0; i < y.size(); ++i) {
                std::size_t at = 0;
                for (std::size_t axis = 0; axis < 4; ++axis)
                    at += i / stride[axis] % y.shape()[axis] * own[order[axis]];
                wrong += y.data()[i] != x.data()[at];
            }
            CHECK(wrong == 0);
        } while (std::next_permutation(order.begin(), order.begin() + 4));
    });
}
