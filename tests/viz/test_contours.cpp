#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../message.hpp"
#include "sevenfold/viz/contours.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

// f on n x n points over [-1, 1]².
template <class F>
Array<double> grid(std::size_t n, F f) {
    Array<double> out(Shape{n, n});
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const auto at = [&](std::size_t k) { return -1 + 2 * static_cast<double>(k) / static_cast<double>(n - 1); };
            out(i, j) = f(at(j), at(i));
        }
    return out;
}

viz::Line level(const Array<double>& values, double height) {
    return viz::level_line(values, {-1, -1}, {1, 1}, height);
}

}  // namespace

TEST_CASE("the level line of a cone is a circle, as long as one") {
    const viz::Line line = level(grid(61, [](double x, double y) { return std::hypot(x, y); }), 0.7);
    REQUIRE(line.x.size() % 3 == 0);
    double length = 0;
    for (std::size_t i = 0; i < line.x.size(); i += 3) {
        for (std::size_t k : {i, i + 1}) CHECK(std::hypot(line.x[k], line.y[k]) == Approx(0.7).epsilon(0.002));
        CHECK(std::isnan(line.x[i + 2]));
        CHECK(std::isnan(line.y[i + 2]));
        length += std::hypot(line.x[i + 1] - line.x[i], line.y[i + 1] - line.y[i]);
    }
    CHECK(length == Approx(2 * 3.14159265 * 0.7).epsilon(0.002));
}

TEST_CASE("the level line of a plane is straight, and its edges are those of the map") {
    const Array<double> slope = grid(5, [](double x, double) { return x; });
    const viz::Line line = viz::level_line(slope, {10, 20}, {14, 28}, 0.25);
    CHECK(line.x.size() == 3 * 4);
    double low = 100, high = 0;
    for (std::size_t i = 0; i < line.x.size(); ++i) {
        if (i % 3 == 2) continue;
        CHECK(line.x[i] == Approx(12.5));
        low = std::min(low, line.y[i]), high = std::max(high, line.y[i]);
    }
    CHECK(low == 20);
    CHECK(high == 28);
}

TEST_CASE("a saddle's cell has two pieces; a cell with a number that is not finite has none") {
    CHECK(level(Array<double>({2, 2}, {1, 0, 0, 1}), 0.5).x.size() == 2 * 3);
    CHECK(level(Array<double>({2, 2}, {1, 0, 0, std::numeric_limits<double>::infinity()}), 0.5).x.empty());
    CHECK(level(Array<double>({2, 2}, {1, 1, 1, 1}), 0.5).x.empty());
}

TEST_CASE("contours need a grid") {
    CHECK(message<ShapeError>([] {
              level(Array<double>({3}, {1, 2, 3}), 2);
          }) == "[level_line] (3,): a grid is a matrix of 2 x 2 or more.");
    CHECK(message<ShapeError>([] {
              level(Array<double>({1, 3}, {1, 2, 3}), 2);
          }) == "[level_line] (1, 3): a grid is a matrix of 2 x 2 or more.");
}
