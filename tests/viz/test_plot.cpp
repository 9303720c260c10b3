#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <regex>

#include "../data/scratch.hpp"
#include "../message.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/viz/plot.hpp"
#include "xml.hpp"

using namespace sevenfold;
using namespace sevenfold::viz;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

std::vector<std::vector<double>> matches(const std::string& text, const std::string& pattern) {
    const std::regex expression(pattern);
    std::vector<std::vector<double>> out;
    for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
        out.emplace_back();
        for (std::size_t i = 1; i < at->size(); ++i) out.back().push_back(std::stod((*at)[i]));
    }
    return out;
}
std::vector<std::vector<double>> circles(const std::string& svg) {
    return matches(svg, "<circle class=\"dot [a-z]+\" cx=\"([-0-9.]+)\" cy=\"([-0-9.]+)\"");
}
std::string path_of(const std::string& svg, const std::string& classes) {
    const std::size_t at = svg.find("<path class=\"" + classes + "\" d=\"");
    if (at == std::string::npos) return "";
    const std::size_t from = svg.find("d=\"", at) + 3;
    return svg.substr(from, svg.find('"', from) - from);
}
std::size_t count(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

// One of every mark.
Figure everything() {
    return {.title = "Everything",
            .x = {.title = "x"},
            .y = {.title = "y (m)"},
            .marks = {HeatMap{.name = "height", .values = Array<double>({2, 2}, {1, 2, 3, 4}), .numbers = true},
                      Band{"a band", {0, 1}, {0, 0}, {1, 2}}, Line{"a line", {0, 1, 2}, {0, 1, 0}},
                      Bars{"bars", {0, 1}, {1, 2}, Colour::green},
                      Points{"points", {0.5}, {0.5}, Colour::red, Dot::cross}, Marker{"here", 1}}};
}

}  // namespace

TEST_CASE("a figure is one well-formed element, in a page and as a file") {
    for (const std::string& text : {svg(everything()), svg_file(everything()), figure_html(everything())}) {
        CHECK(xml_fault(text) == "");
        for (const char* part : {"class=\"line blue\"", "class=\"band blue\"", "class=\"bar green\"", "cross red",
                                 "class=\"marker\"", ">a line<", ">bars<", ">here<", ">y (m)<"}) {
            INFO(part);
            CHECK(has(text, part));
        }
    }
    CHECK(has(svg(everything()), "role=\"img\" aria-label=\"Everything (y (m) by x)\""));
}

TEST_CASE("points stand where the axes say") {
    const std::string text = svg({.title = "",
                                  .x = {.low = 0, .high = 10},
                                  .y = {.low = 0, .high = 100},
                                  .marks = {Points{"", {0, 5, 10}, {0, 50, 100}}}});
    const auto at = circles(text);
    REQUIRE(at.size() == 3);
    CHECK(std::abs(at[1][0] - (at[0][0] + at[2][0]) / 2) <= 0.11);
    CHECK(std::abs(at[1][1] - (at[0][1] + at[2][1]) / 2) <= 0.11);
    CHECK(at[0][0] < at[2][0]);
    CHECK(at[0][1] > at[2][1]);  // up is more
    // The axes end where the extreme points are.
    const auto axis = matches(path_of(text, "axis") + path_of(text.substr(text.rfind("class=\"axis\"") - 6), "axis"),
                              "M([-0-9.]+) ([-0-9.]+)V([-0-9.]+)h([-0-9.]+)");
    REQUIRE(axis.size() == 1);
    CHECK(axis[0][0] == at[0][0]);
    CHECK(axis[0][2] == at[0][1]);
    CHECK(std::abs(axis[0][0] + axis[0][3] - at[2][0]) <= 0.11);
}

TEST_CASE("equal ratios are equal distances on a log axis, and what is not above 0 is left out") {
    const auto at = circles(svg({.title = "",
                                 .x = {.log = true},
                                 .y = {.low = -1, .high = 1},
                                 .marks = {Points{"", {0.01, 0.1, 1, 0, -3}, {0, 0, 0, 0, 0}}}}));
    REQUIRE(at.size() == 3);
    CHECK(std::abs(at[1][0] - at[0][0] - (at[2][0] - at[1][0])) <= 0.21);
}

TEST_CASE("an axis may grow downwards, as the rows of a matrix do") {
    const auto at = circles(svg({.title = "", .y = {.down = true}, .marks = {Points{"", {0, 1}, {0, 1}}}}));
    CHECK(at.at(0)[1] < at.at(1)[1]);
}

TEST_CASE("what is not finite leaves a gap, and a value alone between gaps still shows") {
    const std::string text = svg({.title = "", .marks = {Line{"", {0, 1, 2, 3, 4}, {1, 2, none, 4, infinity}}}});
    const std::string path = path_of(text, "line blue");
    CHECK(count(path, "M") == 2);
    CHECK(count(path, "L") == 1);
    CHECK(has(path, "h0"));
    CHECK_FALSE(has(text, "nan"));
    CHECK_FALSE(has(text, "inf"));
}

TEST_CASE("empty, constant and non-finite data have axes too") {
    const std::vector<std::vector<double>> values{{},           {3},           {3, 3, 3},        {0, 0},
                                                  {none, none}, {infinity, 1}, {1e-300, 2e-300}, {-1e300, 1e300}};
    for (const auto& y : values)
        for (bool log : {false, true}) {
            const std::vector<double> x(y.size(), 1);
            const std::string text =
                svg_file({.title = "t",
                          .x = {.log = log},
                          .y = {.log = log},
                          .marks = {Line{"l", x, y}, Points{"p", x, y}, Bars{"b", x, y}, Band{"a", x, y, y}}});
            INFO(text);
            CHECK(xml_fault(text) == "");
            CHECK_FALSE(has(text, "=\"nan"));
            CHECK_FALSE(has(text, "inf"));
            CHECK(has(text, "class=\"tick\""));
        }
}

TEST_CASE("names of lines that end together do not overlap and keep their order") {
    std::vector<Mark> marks;
    for (int i = 0; i < 6; ++i) marks.push_back(Line{"line" + std::to_string(i), {0, 1}, {0, 1 + 0.001 * i}});
    const std::string text = svg({.title = "", .marks = marks});
    const auto names = matches(text, "x=\"[-0-9.]+\" y=\"([-0-9.]+)\">line([0-9])<");
    REQUIRE(names.size() == 6);
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        CHECK(names[i][1] == names[i + 1][1] + 1);  // the highest value at the top
        CHECK(names[i + 1][0] - names[i][0] >= 17 - 0.11);
    }
    for (const auto& name : names) CHECK((name[0] > 0 && name[0] < 300));
}

TEST_CASE("names above a plot leave room for each other, also when their letters are wide") {
    const std::string text = svg({.marks = {Points{"mmmmmmmm", {1}, {1}}, Points{"next", {2}, {2}}}});
    const auto at = [&](const char* name) {
        return matches(text, std::string("x=\"([-0-9.]+)\" y=\"[-0-9.]+\">") + name).at(0).at(0);
    };
    CHECK(at("next") - at("mmmmmmmm") > 8 * 13);
}

TEST_CASE("words cannot end the element that holds them") {
    const std::string nasty = "</svg><script>alert(1)</script> & \"";
    const Figure figure{.title = nasty,
                        .x = {.title = nasty, .names = {nasty}},
                        .y = {.title = nasty},
                        .marks = {Line{nasty, {0}, {1}}, Bars{nasty, {0}, {1}}, Marker{nasty, 0},
                                  HeatMap{.name = nasty, .values = Array<double>({1, 1}, {1})}}};
    for (const std::string& text : {svg_file(figure), figure_html(figure)}) {
        CHECK(xml_fault(text) == "");
        CHECK_FALSE(has(text, "<script"));
    }
}

TEST_CASE("a heat map's cells have its colours, and a large one is a picture") {
    const HeatMap small{.name = "", .values = Array<double>({1, 3}, {0, 0.5, 1}), .bar = false};
    const std::string cells = svg({.title = "", .marks = {small}});
    CHECK(has(cells, "#440154"));  // the two ends of viridis
    CHECK(has(cells, "#fde725"));
    const HeatMap signs{
        .name = "", .values = Array<double>({1, 3}, {-2, 0, 1}), .scale = Scale::diverging, .bar = false};
    const std::string diverging = svg({.title = "", .marks = {signs}});
    CHECK(has(diverging, "#0072b2"));
    CHECK(has(diverging, "#f1f1f1"));
    CHECK_FALSE(has(diverging, "#d55e00"));  // the scale is symmetric: 1 is half-way there
    const HeatMap bad{.name = "", .values = Array<double>({1, 2}, {none, 1}), .bar = false};
    CHECK(has(svg({.title = "", .marks = {bad}}), "#cc79a7"));

    const HeatMap large{.name = "", .values = Array<double>::zeros({50, 50})};
    const std::string picture = svg({.title = "", .marks = {large}});
    CHECK(has(picture, "href=\"data:image/png;base64,iVBORw0KGgo"));
    CHECK(picture.size() < 8000);
}

TEST_CASE("the numbers of a figure are in tables: marks over the same x share one") {
    const std::string tables =
        number_tables({.title = "t",
                       .x = {.title = "epoch"},
                       .y = {.title = "loss"},
                       .marks = {Line{"training", {1, 2}, {0.5, 0.25}}, Line{"held out", {1, 2}, {0.75, none}},
                                 Points{"", {3}, {4}}, Marker{"best", 2}}});
    CHECK(xml_fault(tables) == "");
    CHECK(has(tables,
              "<tr><th scope=\"col\">epoch</th><th scope=\"col\">training</th><th scope=\"col\">held out</th></tr>"));
    CHECK(has(tables, "<tr><th scope=\"row\">1</th><td>0.5</td><td>0.75</td></tr>"));
    CHECK(has(tables, "<tr><th scope=\"row\">2</th><td>0.25</td><td>NaN</td></tr>"));
    CHECK(has(tables, "<th scope=\"row\">3</th><td>4</td>"));
    CHECK(has(tables, "best: epoch 2"));
    const HeatMap map{.name = "counts", .values = Array<double>::full({40, 2}, 7)};
    const std::string part = number_tables({.title = "t", .x = {.names = {"cat", "dog"}}, .marks = {map}});
    CHECK(has(part, "counts: 32 of 40 rows, 2 of 2 columns"));
    CHECK(has(part, "<th scope=\"col\">cat</th><th scope=\"col\">dog</th>"));
    CHECK(count(part, "<td>7</td>") == 64);
}

TEST_CASE("a file has the page's colours, for light and for dark, and no names of colours") {
    const std::string text = svg_file(everything());
    CHECK_FALSE(has(text, "var(--"));
    CHECK(has(text, "prefers-color-scheme: dark"));
    CHECK(has(text, ".plot .line.blue, .plot .cross.blue { stroke: #0072b2; }"));
    CHECK(has(text, ".plot .line.blue, .plot .cross.blue { stroke: #56b4e9; }"));
    CHECK(has(text, "xmlns=\"http://www.w3.org/2000/svg\""));
    const Scratch scratch;
    save_svg(everything(), scratch / "figure.svg");
    CHECK(read_file(scratch / "figure.svg") == text);
}

TEST_CASE("figures that cannot be drawn say what is wrong") {
    const auto drawn = [](Mark mark, Axis x = {}, Axis y = {}) {
        return [=] { svg({.title = "", .x = x, .y = y, .marks = {mark}}); };
    };
    CHECK(message<ShapeError>(drawn(Line{"loss", {1, 2, 3}, {1, 2}})) ==
          "[plot] line \"loss\" with 3 x and 2 y: every point has both.");
    CHECK(message<ShapeError>(drawn(Points{.name = "p", .x = {1}, .y = {1}, .radii = {1, 2}})) ==
          "[plot] points \"p\" with 1 x and 2 radii: every point has a radius, or all have the same.");
    CHECK(message<ShapeError>(drawn(HeatMap{.name = "h", .values = Array<double>::zeros({3})})) ==
          "[plot] heat map \"h\" of (3,): its values are a matrix with entries.");
    CHECK(message<ValueError>(drawn(Line{}, {.low = 2, .high = 1})) ==
          "[plot] the x axis from 2 to 1: an axis runs from a smaller to a larger number.");
    CHECK(message<ValueError>(drawn(Line{}, {}, {.log = true, .low = 0})) ==
          "[plot] the limit 0 of the y axis: a log axis ends at numbers above 0.");
    CHECK(message<ValueError>([] { svg({.title = "", .width = 10}); }) ==
          "[plot] 10 x 300 pixels: a figure has at least 120 x 80.");
}
