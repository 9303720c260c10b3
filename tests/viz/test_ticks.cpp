#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sevenfold/viz/colours.hpp"
#include "sevenfold/viz/ticks.hpp"

using namespace sevenfold;
using namespace sevenfold::viz;

namespace {

std::string labels(const Axis& axis, const std::vector<double>& data, std::size_t most = 6) {
    std::string out;
    for (const Tick& tick : Ruler(axis, data, 0, "the axis").ticks(most)) out += (out.empty() ? "" : " ") + tick.label;
    return out;
}

}  // namespace

TEST_CASE("ticks are round numbers that lie within the axis, about as many as asked for") {
    CHECK(labels({}, {0, 10}) == "0 2 4 6 8 10");
    CHECK(labels({}, {0, 1}) == "0 0.2 0.4 0.6 0.8 1.0");
    CHECK(labels({}, {-1, 1}, 4) == "−1.0 −0.5 0 0.5 1.0");
    CHECK(labels({}, {0, 60000}, 3) == "0 20,000 40,000 60,000");
    CHECK(labels({}, {0, 3e-7}, 3) == "0 10⁻⁷ 2×10⁻⁷ 3×10⁻⁷");
    CHECK(labels({.whole = true}, {1, 3}, 8) == "1 2 3");
    CHECK(labels({.zero = true}, {5, 6}, 3) == "0 2 4 6");
    CHECK(labels({.names = {"cat", "dog"}}, {}) == "cat dog");
    for (double high : {1e-9, 0.037, 1.0, 7.3, 12345.0, 1e12})
        for (std::size_t most : {2u, 5u, 9u}) {
            const Ruler ruler({}, {0, high}, 0, "the axis");
            const auto ticks = ruler.ticks(most);
            INFO(high, " ", most);
            CHECK((ticks.size() >= 2 && ticks.size() <= most + 1));
            for (const Tick& tick : ticks)
                CHECK((ruler.place(tick.value) >= -1e-9 && ruler.place(tick.value) <= 1 + 1e-9));
        }
}

TEST_CASE("a log axis has ticks at powers of ten, and between them where there is room") {
    CHECK(labels({.log = true}, {0.001, 1000}, 8) == "0.001 0.01 0.1 1 10 100 1000");
    CHECK(labels({.log = true}, {1, 100}, 6) == "1 2 5 10 20 50 100");
    CHECK(labels({.log = true}, {0.8, 1200}, 4) == "1 10 100 1000");  // of those on the axis
    CHECK(labels({.log = true}, {1e-12, 1}, 4) == "10⁻¹² 10⁻⁸ 0.0001 1");
}

TEST_CASE("a place is 0 at the low end and 1 at the high one") {
    const Ruler linear({}, {2, 6}, 0, "the axis"), log({.log = true}, {1, 100}, 0, "the axis");
    CHECK(linear.place(2) == 0);
    CHECK(linear.place(5) == 0.75);
    CHECK(log.place(10) == doctest::Approx(0.5));
    CHECK(std::isnan(log.place(0)));
    CHECK(std::isnan(linear.place(std::numeric_limits<double>::infinity())));
}

TEST_CASE("numbers at the ends of what a double holds, and numbers a bit apart, have an axis with few ticks") {
    using limits = std::numeric_limits<double>;
    const double beside = std::nextafter(0.1, 1.0);
    for (const bool log : {false, true})
        for (const auto& data : std::vector<std::vector<double>>{{-limits::max(), limits::max()},
                                                                 {limits::denorm_min(), limits::max()},
                                                                 {0, limits::denorm_min()},
                                                                 {-limits::denorm_min(), limits::min()},
                                                                 {limits::max()},
                                                                 {0.1, beside},
                                                                 {1e300, std::nextafter(1e300, 0.0)}}) {
            CAPTURE(log);
            CAPTURE(data);
            const Ruler ruler({.log = log}, data, 0.04, "the axis");
            CHECK((std::isfinite(ruler.low()) && std::isfinite(ruler.high()) && ruler.low() < ruler.high()));
            for (const std::size_t most : {1u, 2u, 8u}) CHECK(ruler.ticks(most).size() <= 2 * most + 1);
            for (const double v : data)
                if (!log || v > 0) CHECK(std::isfinite(ruler.place(v)));
        }
    CHECK(Ruler({.low = 0.1, .high = beside}, {}, 0, "the axis").ticks(8).size() <= 17);
}

TEST_CASE("a limit that lies beyond the data still leaves an axis") {
    const Ruler ruler({.low = 5}, {1, 2}, 0, "the axis");
    CHECK(ruler.low() == 5);
    CHECK(ruler.high() > 5);
}

TEST_CASE("colours run from end to end, and values beyond them stay at the end") {
    const HeatMap map{.name = "", .values = Array<double>({1, 2}, {0, 10})};
    const Colouring colours(map);
    CHECK(colours(-5) == colours(0));
    CHECK(colours(15) == colours(10));
    CHECK(colours(0).hex() == "#440154");
    CHECK_FALSE(colours(0).light());
    CHECK(colours(10).light());
}

TEST_CASE("a picture is a PNG of the matrix's size") {
    const std::string uri = grey_png_uri(Array<double>({2, 3}, {0, 0.5, 1, 1, 0.5, 0}), 0, 1);
    // Written by another program from the same pixels (Python's zlib and struct), chunk for chunk.
    CHECK(uri.starts_with("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAA"));
    CHECK(uri.ends_with("AAAABJRU5ErkJggg=="));
}
