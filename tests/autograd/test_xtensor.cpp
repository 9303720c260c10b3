#include <doctest/doctest.h>

#include <xtensor/xarray.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "sevenfold/autograd/variable.hpp"
#include "sevenfold/autograd/xtensor.hpp"

using namespace sevenfold;
using A = Array<double>;

TEST_CASE("an xtensor array or lazy expression becomes an array") {
    const xt::xarray<double> x{{1, 2, 3}, {4, 5, 6}};
    CHECK(A(x) == A({{1, 2, 3}, {4, 5, 6}}));
    CHECK(A(2 * x + 1) == A({{3, 5, 7}, {9, 11, 13}}));
    const A sums = xt::sum(x, {1});
    CHECK(sums == A({2}, {6, 15}));
    CHECK(A(xt::sum(x)) == A(21.0));  // rank 0
    const xt::xtensor<float, 1> f{1.5f, 2.5f};
    CHECK(Array<float>(f) == Array<float>({2}, {1.5f, 2.5f}));
    CHECK(A(f) == A({2}, {1.5, 2.5}));  // numbers convert
    CHECK(A(xt::xarray<double>::from_shape({0, 3})).shape() == Shape{0, 3});
}

TEST_CASE("whatever the layout, the array is row-major") {
    const xt::xarray<double> x{{1, 2, 3}, {4, 5, 6}};
    const xt::xarray<double, xt::layout_type::column_major> columns = x;
    CHECK(A(columns) == A({{1, 2, 3}, {4, 5, 6}}));
    CHECK(A(xt::transpose(x)) == A({{1, 4}, {2, 5}, {3, 6}}));
    CHECK(A(xt::transpose(columns)) == A({{1, 4}, {2, 5}, {3, 6}}));
    CHECK(A(xt::view(x, xt::all(), xt::range(0, 3, 2))) == A({{1, 3}, {4, 6}}));
    CHECK(A(xt::view(x, 1, xt::all())) == A({3}, {4, 5, 6}));
    CHECK(A(xt::flip(x, 1)) == A({{3, 2, 1}, {6, 5, 4}}));
    CHECK(A(xt::broadcast(xt::view(x, 0, xt::all()), {2, 3})) == A({{1, 2, 3}, {1, 2, 3}}));
}

TEST_CASE("an array is an xtensor expression, without a copy") {
    const A a({{1, 2, 3}, {4, 5, 6}});
    const auto view = xt_view(a);
    CHECK(view.data() == a.data());
    CHECK(view(1, 2) == 6);
    CHECK(A(view * view) == A({{1, 4, 9}, {16, 25, 36}}));
    CHECK(A(xt::transpose(view)) == A({{1, 4}, {2, 5}, {3, 6}}));
    CHECK(A(xt::amax(view, {0})) == A({3}, {4, 5, 6}));
    const A scalar(3.0), none = A::zeros({0, 2});
    CHECK(A(xt_view(scalar) + 1) == A(4.0));
    CHECK(A(xt_view(none) + 1).shape() == Shape{0, 2});
    CHECK(A(xt_view(scalar) * view)(1, 2) == 18);  // broadcast
}

TEST_CASE("an xtensor expression becomes a leaf") {
    const xt::xarray<double> x{1, 2};
    auto w = leaf(A(3 * x), "w");
    CHECK(w.value() == A({2}, {3, 6}));
    CHECK(A(xt_view(w.value()) - 1) == A({2}, {2, 5}));
}
