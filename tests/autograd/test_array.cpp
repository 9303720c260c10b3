#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>

#include "sevenfold/autograd/array.hpp"

using namespace sevenfold;
using A = Array<double>;

TEST_CASE("arrays are made from scalars, values, rows and patterns") {
    CHECK(A().item() == 0);
    CHECK(A(2.5).rank() == 0);
    CHECK(A({2, 2}, {1, 2, 3, 4}) == A({{1, 2}, {3, 4}}));
    CHECK(A(std::vector<double>{1, 2}).shape() == Shape{2});
    CHECK(A::ones({2}) == A({2}, {1, 1}));
    CHECK(A::full({1, 2}, 7) == A({{7, 7}}));
    CHECK(A::arange(3) == A({3}, {0, 1, 2}));
    CHECK(A::linspace(-1, 1, 5) == A({5}, {-1, -0.5, 0, 0.5, 1}));
    CHECK(A::linspace(3, 9, 1) == A({1}, {3}));
    CHECK(A::eye(2) == A({{1, 0}, {0, 1}}));
    CHECK(A::zeros({0, 3}).empty());
    CHECK(A::zeros({}) == A(0.0));
    CHECK(Array<float>({2}, {1.5f, -2.5f}).cast<double>() == A({2}, {1.5, -2.5}));
    CHECK(Labels({2}, {3, 1})(0) == 3);
}

TEST_CASE("elements are aligned to 64 bytes") {
    for (std::size_t n : {1u, 3u, 100u, 10'000u})
        CHECK(reinterpret_cast<std::uintptr_t>(A::zeros({n}).data()) % 64 == 0);
}

TEST_CASE("elements are read and written by index") {
    A a({{1, 2, 3}, {4, 5, 6}});
    a(1, 2) = 9;
    CHECK(std::as_const(a)(1, 2) == 9);
    CHECK(a.shape(-1) == 3);
    CHECK(a.size() == 6);
}

TEST_CASE("a copy never changes when the original does, nor the other way round") {
    A a({2}, {1, 2});
    A b = a;
    CHECK(std::as_const(a).data() == std::as_const(b).data());  // shared until written
    a(0) = 5;
    CHECK(b == A({2}, {1, 2}));
    b(1) = 7;
    CHECK(a == A({2}, {5, 2}));
    A c = std::move(a);
    CHECK(c == A({2}, {5, 2}));
    const A& itself = c;
    c = itself;
    CHECK(c == A({2}, {5, 2}));
}

TEST_CASE("a reshaped array shares elements until one of the two is written") {
    A a = A::arange(6);
    A b = a.reshape({2, 3});
    CHECK(std::as_const(a).data() == std::as_const(b).data());
    A c = b.reshape({3, 2});
    b(0, 0) = 10;
    CHECK(a(0) == 0);
    CHECK(c(0, 0) == 0);
    a(1) = 11;
    CHECK(c(0, 1) == 1);
    a = A();
    b = A();
    CHECK(c == A({{0, 1}, {2, 3}, {4, 5}}));  // outlives the array it came from
    CHECK(A(3.0).reshape({1, 1}) == A({{3}}));
    CHECK(A({{3}}).reshape({}) == A(3.0));
}

TEST_CASE("copies of pinned storage are made at once, and its windows too") {
    A a({2}, {1, 2});
    const A before = a;
    a.pin();
    const A copy = a, window = a.reshape({2, 1}), other_handle = a.share();
    a.pinned_data()[0] = 9;
    CHECK(before == A({2}, {1, 2}));
    CHECK(copy == A({2}, {1, 2}));
    CHECK(window == A({{1}, {2}}));
    CHECK(other_handle == A({2}, {9, 2}));
}

TEST_CASE("rows are picked along axis 0") {
    const A a({{1, 2}, {3, 4}, {5, 6}});
    CHECK(a.row(1) == A({2}, {3, 4}));
    CHECK(a.rows(1, 3) == A({{3, 4}, {5, 6}}));
    CHECK(a.rows(1, 1).shape() == Shape{0, 2});
    CHECK(a.rows(std::vector<std::size_t>{2, 0, 2}) == A({{5, 6}, {1, 2}, {5, 6}}));
    CHECK(A({3}, {7, 8, 9}).row(2).item() == 9);
}

TEST_CASE("equality compares shapes and elements") {
    CHECK(A({2}, {1, 2}) != A({{1, 2}}));
    CHECK(A({2}, {1, 2}) != A({2}, {1, 3}));
    CHECK(A({1}, {std::nan("")}) != A({1}, {std::nan("")}));
    CHECK(A::zeros({0, 2}) != A::zeros({2, 0}));
}

TEST_CASE("the shape alone needs no elements") {
    const A a = A::ones({100, 100}), shape = a.shape_only();
    CHECK(shape.shape() == Shape{100, 100});
    CHECK(shape.is_shape_only());
    CHECK_FALSE(a.is_shape_only());
    CHECK_FALSE(A::zeros({0}).is_shape_only());
    CHECK(shape.str() == "array of shape (100, 100), elements freed");
}

TEST_CASE("arrays print as NumPy prints them, long axes shortened") {
    CHECK(A(2.5).str() == "2.5");
    CHECK(A({3}, {1, -2, 0.5}).str() == "[  1,  -2, 0.5]");
    CHECK(A({{1, 2}, {3, 4}}).str() == "[[1, 2],\n [3, 4]]");
    CHECK(A::zeros({0}).str() == "[]");
    CHECK(A::arange(100).str(2) == "[ 0,  1, ..., 98, 99]");
    CHECK(A({1}, {std::numeric_limits<double>::infinity()}).str() == "[inf]");
    CHECK(Labels({2}, {3, -1}).str() == "[ 3, -1]");
    std::ostringstream out;
    out << A({2, 1, 2}, {1, 2, 3, 4});
    CHECK(out.str() == "[[[1, 2]],\n\n [[3, 4]]]");
}
