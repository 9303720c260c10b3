// Fast loops against their naive twins, at every SIMD level of the machine.
#include <doctest/doctest.h>

#include <cmath>

#include "levels.hpp"
#include "sevenfold/autograd/kernels/kernels.hpp"
#include "sevenfold/autograd/ops/elementwise.hpp"
#include "sevenfold/autograd/random.hpp"

using namespace sevenfold;

namespace {

/// Calls visit(index) for every index of the shape, last axis fastest.
template <class Visit>
void odometer(const Shape& shape, const Visit& visit) {
    std::array<std::size_t, Shape::max_rank> index{};
    for (std::size_t i = 0; i < shape.elements(); ++i) {
        visit(index);
        for (std::size_t axis = shape.rank(); axis-- > 0;) {
            if (++index[axis] < shape[axis]) break;
            index[axis] = 0;
        }
    }
}

std::size_t at(const std::array<std::size_t, Shape::max_rank>& index, const Strides& strides, std::size_t rank) {
    std::size_t offset = 0;
    for (std::size_t i = 0; i < rank; ++i) offset += index[i] * strides[i];
    return offset;
}

const std::vector<Shape> shapes{
    {},           {1},          {3},          {700},           {2, 3},          {2, 1},       {1, 3},   {4, 1, 3},
    {4, 2, 1},    {1, 2, 1},    {4, 2, 3},    {0, 3},          {4, 0, 1},       {5, 700},     {5, 1},   {2, 5, 1},
    {2, 1, 1, 3}, {2, 4, 2, 3}, {1, 4, 1, 1}, {3, 1, 2, 1, 4}, {3, 5, 2, 6, 4}, {5, 1, 6, 1}, {1, 1, 1}};

template <class T>
void check_runs() {
    Random random(1);
    int pairs = 0;
    for (const Shape& sa : shapes)
        for (const Shape& sb : shapes) {
            Shape shape;
            try {
                shape = broadcast_shape("test", sa, sb);
            } catch (const ShapeError&) { continue; }
            ++pairs;
            const auto a = random.normal<T>(sa), b = random.normal<T>(sb);
            Array<T> got(shape);
            ops::for_runs<T, 2>(shape, {&a, &b}, got.data(),
                                [](std::size_t n, const std::array<const T*, 2>& in, T* to) {
                                    for (std::size_t i = 0; i < n; ++i) to[i] = in[0][i] - 2 * in[1][i];
                                });
            const Strides la = broadcast_strides(sa, shape), lb = broadcast_strides(sb, shape);
            std::size_t done = 0, wrong = 0;
            odometer(shape, [&](const auto& index) {
                wrong += got.data()[done++] !=
                         a.data()[at(index, la, shape.rank())] - 2 * b.data()[at(index, lb, shape.rank())];
            });
            INFO(sa.str(), " and ", sb.str());
            CHECK(wrong == 0);
        }
    CHECK(pairs > 200);
}

}  // namespace

TEST_CASE("broadcast runs visit what a naive odometer visits") {
    check_runs<float>();
    check_runs<double>();
}

TEST_CASE("sum_to adds what a naive odometer adds, at every SIMD level") {
    at_every_level([] {
        Random random(2);
        for (const Shape& from : shapes)
            for (const Shape& to : shapes) {
                if (!broadcasts_to(to, from)) continue;
                const auto x = random.normal<double>(from);
                auto want = Array<double>::zeros(to);
                const Strides strides = broadcast_strides(to, from);
                std::size_t i = 0;
                odometer(from,
                         [&](const auto& index) { want.data()[at(index, strides, from.rank())] += x.data()[i++]; });
                const auto got = kernels::sum_to(x, to);
                REQUIRE(got.shape() == to);
                double worst = 0;
                for (std::size_t k = 0; k < got.size(); ++k)
                    worst = std::max(worst, std::abs(got.data()[k] - want.data()[k]));
                INFO(from.str(), " to ", to.str());
                CHECK(worst < 1e-11);
            }
    });
}

TEST_CASE("broadcast_to repeats what a naive odometer repeats") {
    Random random(3);
    for (const Shape& from : shapes)
        for (const Shape& to : shapes) {
            if (!broadcasts_to(from, to)) continue;
            const auto x = random.normal<float>(from);
            const auto got = kernels::broadcast_to(x, to);
            const Strides strides = broadcast_strides(from, to);
            std::size_t i = 0, wrong = 0;
            odometer(to,
                     [&](const auto& index) { wrong += got.data()[i++] != x.data()[at(index, strides, to.rank())]; });
            INFO(from.str(), " to ", to.str());
            CHECK(got.shape() == to);
            CHECK(wrong == 0);
        }
}

TEST_CASE("permute reorders the axes of every shape, also in tiles") {
    Random random(4);
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{3, 4}, Shape{37, 19}, Shape{2, 33, 17}, Shape{0, 3},
                               Shape{2, 3, 4, 5}, Shape{1, 16, 1}}) {
        std::array<std::size_t, Shape::max_rank> order{0, 1, 2, 3, 4, 5, 6, 7};
        const auto last = order.begin() + static_cast<std::ptrdiff_t>(shape.rank());
        do {
            const auto x = random.normal<double>(shape);
            const auto y = kernels::permute(x, order);
            const Strides own = row_major_strides(shape);
            std::size_t i = 0, wrong = 0;
            odometer(y.shape(), [&](const auto& index) {
                std::size_t from = 0;
                for (std::size_t axis = 0; axis < shape.rank(); ++axis) from += index[axis] * own[order[axis]];
                wrong += y.data()[i++] != x.data()[from];
            });
            INFO(shape.str(), " to ", y.shape().str());
            for (std::size_t axis = 0; axis < shape.rank(); ++axis) CHECK(y.shape()[axis] == shape[order[axis]]);
            CHECK(wrong == 0);
        } while (std::next_permutation(order.begin(), last));
    }
}

TEST_CASE("accumulate and sum give the same at every SIMD level, for every length") {
    at_every_level([] {
        Random random(5);
        for (std::size_t n : {0u, 1u, 7u, 8u, 15u, 16u, 17u, 63u, 64u, 65u, 1000u}) {
            const auto x = random.normal<float>({n}), y = random.normal<float>({n});
            auto z = y;
            kernels::accumulate(z, x);
            double total = 0;
            std::size_t wrong = 0;
            for (std::size_t i = 0; i < n; ++i) {
                wrong += z.data()[i] != y.data()[i] + x.data()[i];
                total += static_cast<double>(x.data()[i]);
            }
            CHECK(wrong == 0);
            CHECK(static_cast<double>(kernels::sum(x.data(), n)) == doctest::Approx(total).epsilon(1e-5).scale(10));
        }
    });
}

TEST_CASE("an array accumulates onto itself") {
    Array<float> x({3}, {1, 2, 3}), y = x;
    kernels::accumulate(x, y);
    CHECK(x == Array<float>({3}, {2, 4, 6}));
    CHECK(y == Array<float>({3}, {1, 2, 3}));
}

TEST_CASE("every elementwise op gives the same alone, in a vector loop, and at every SIMD level") {
    Random random(6);
    const auto x = random.uniform<float>({1000}, 0.1, 3);
    using F = Variable<float>;
    for (F (*f)(const F&) : {&exp<float>, &log<float>, &sqrt<float>, &sin<float>, &tanh<float>, &erf<float>,
                             &sigmoid<float>, &silu<float>}) {
        const auto want = f(F(x.cast<float>())).value();
        at_every_level([&] {
            const auto got = f(F(x)).value();
            float worst = 0;
            for (std::size_t i = 0; i < x.size(); ++i)
                worst = std::max({worst, std::abs(got.data()[i] - want.data()[i]),
                                  std::abs(got.data()[i] - f(F(x.data()[i])).item())});
            CHECK(worst < 4e-6f);  // fused multiply-add rounds once instead of twice
        });
    }
}
