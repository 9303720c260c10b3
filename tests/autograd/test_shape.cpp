#include <doctest/doctest.h>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/shape.hpp"

using namespace sevenfold;

TEST_CASE("a shape counts its elements and prints as in Python") {
    CHECK(Shape{}.elements() == 1);
    CHECK(Shape{}.str() == "()");
    CHECK(Shape{3}.str() == "(3,)");
    CHECK(Shape{2, 0, 4}.elements() == 0);
    CHECK(Shape{64, 784}.str() == "(64, 784)");
    CHECK(Shape{64, 784}.back() == 784);
    constexpr std::size_t big = std::size_t{1} << 40;
    CHECK(Shape{big, big, 0}.elements() == 0);
    CHECK_THROWS_AS((Shape{big, big}.elements()), ShapeError);
}

TEST_CASE("axes are inserted and erased") {
    Shape s{2, 3};
    s.insert(1, 7);
    CHECK(s == Shape{2, 7, 3});
    s.append(9);
    CHECK(s == Shape{2, 7, 3, 9});
    s.erase(0);
    CHECK(s == Shape{7, 3, 9});
    CHECK(s != Shape{7, 3});
}

TEST_CASE("shapes broadcast as in NumPy") {
    const auto together = [](const Shape& a, const Shape& b) { return broadcast_shape("test", a, b); };
    CHECK(together({}, {}) == Shape{});
    CHECK(together({2, 3}, {}) == Shape{2, 3});
    CHECK(together({2, 1}, {3}) == Shape{2, 3});
    CHECK(together({3}, {4, 1, 3}) == Shape{4, 1, 3});
    CHECK(together({4, 1, 3}, {2, 1}) == Shape{4, 2, 3});
    CHECK(together({0, 3}, {1, 3}) == Shape{0, 3});
    CHECK(together({1}, {0}) == Shape{0});
    CHECK_THROWS_AS(together({2}, {3}), ShapeError);
    CHECK_THROWS_AS(together({0}, {2}), ShapeError);
    CHECK_THROWS_AS(together({2, 3}, {2, 1, 2}), ShapeError);
}

TEST_CASE("whether one shape broadcasts to another") {
    CHECK(broadcasts_to({}, {2, 3}));
    CHECK(broadcasts_to({1, 3}, {2, 3}));
    CHECK(broadcasts_to({1}, {0}));
    CHECK_FALSE(broadcasts_to({2, 3}, {3}));
    CHECK_FALSE(broadcasts_to({2, 3}, {1, 3}));
    CHECK_FALSE(broadcasts_to({2}, {3}));
}

TEST_CASE("strides are row-major, and 0 along broadcast axes") {
    const Strides own = row_major_strides({2, 3, 4}), read = broadcast_strides({3, 1}, {2, 3, 4});
    CHECK(own[0] == 12);
    CHECK(own[1] == 4);
    CHECK(own[2] == 1);
    CHECK(read[0] == 0);
    CHECK(read[1] == 1);
    CHECK(read[2] == 0);
}

TEST_CASE("axes count from the end when negative; no axes mean all") {
    CHECK(normalize_axis("test", -1, 3) == 2);
    CHECK(normalize_axis("test", 0, 3) == 0);
    const auto all = mark_axes("test", {}, 3), two = mark_axes("test", {-1, 0}, 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(all[i]);
    CHECK((two[0] && !two[1] && two[2]));
    CHECK_FALSE(all[3]);
}
