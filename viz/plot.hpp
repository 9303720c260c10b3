// Figures: lines, bands, bars, points and heat maps on two axes. The same drawing stands in a page, where the page's
// colours for light and dark hold, and in a file of its own for papers and slides.
//
//     const viz::Figure figure{.title = "Loss by epoch",
//                              .x = {.title = "epoch", .whole = true},
//                              .y = {.title = "loss", .zero = true},
//                              .marks = {viz::Line{"training", epochs, losses}}};
//     viz::save_svg(figure, "loss.svg");
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold::viz {

/// Okabe-Ito colours by the names of page.css, dark enough for text on white and light enough on black.
enum class Colour { blue, orange, green, red, purple, sky, ink, quiet };

struct Axis {
    std::string title{};          ///< with the unit: "time (s)"
    bool log = false;             ///< base 10; values that are not above 0 are left out
    bool zero = false;            ///< shows 0 even where the data is far from it
    bool whole = false;           ///< ticks at whole numbers only
    bool down = false;            ///< of y: grows downwards, as the rows of a matrix do
    std::optional<double> low{};  ///< limits in place of the data's
    std::optional<double> high{};
    std::vector<std::string> names{};  ///< of the places 0, 1, ..: categories in place of numbers
};

/// A line, named where it ends. It has a gap where a value is not finite.
struct Line {
    std::string name{};
    std::vector<double> x{}, y{};
    Colour colour = Colour::blue;
    bool dashed = false;
    bool thin = false;     ///< and pale: a contour, for what lies above it
    bool listed = true;    ///< with its numbers in the tables
    bool labelled = true;  ///< else its name is in the table of numbers only
};
/// The area between two lines over the same x.
struct Band {
    std::string name{};
    std::vector<double> x{}, low{}, high{};
    Colour colour = Colour::blue;
};
/// Bars from 0. Several such marks stand side by side at each x.
struct Bars {
    std::string name{};
    std::vector<double> x{}, y{};
    Colour colour = Colour::blue;
    double width = 0.8;  ///< of all bars at one place, in units of x
};
enum class Dot { circle, square, triangle, cross };
struct Points {
    std::string name{};
    std::vector<double> x{}, y{};
    Colour colour = Colour::blue;
    Dot dot = Dot::circle;
    double radius = 4.5;          ///< pixels
    std::vector<double> radii{};  ///< of each point, in place of `radius`
};
/// A vertical line with a word beside it.
struct Marker {
    std::string note{};
    double x = 0;
};
enum class Scale {
    viridis,   ///< amounts
    diverging  ///< signed values: blue below 0, pale at 0, orange above
};
/// A matrix (rows, columns) as colours. Cell (r, c) is centred on x = c, y = r, unless the four edges say otherwise; then
/// row 0 begins at y_low. What is not finite is purple.
struct HeatMap {
    std::string name{};  ///< what the colours mean, with the unit
    Array<double> values{};
    Scale scale = Scale::viridis;
    std::optional<double> low{}, high{};  ///< of the colours; a diverging scale is symmetric around 0
    bool numbers = false;                 ///< writes each cell's value into it
    bool bar = true;                      ///< draws the scale beside the map
    double x_low = -0.5, x_high = -0.5, y_low = -0.5, y_high = -0.5;  ///< the edges; equal ones: by the matrix
};
using Mark = std::variant<Line, Band, Bars, Points, Marker, HeatMap>;

struct Figure {
    std::string title{};  ///< what a reader should see in it: the caption in a page, the name for screen readers
    Axis x{}, y{};
    std::vector<Mark> marks{};         ///< drawn in this order
    double width = 480, height = 300;  ///< in pixels; in pages it shrinks and grows with its room
    bool equal = false;                ///< a unit is as long on y as on x; the height follows
    bool bare = false;                 ///< without axes
};

/// The drawing as an SVG element. Its page brings the style asset("plot.css"). Throws ShapeError where the lengths of a
/// mark's parts differ or a heat map is not a matrix, ValueError for limits that leave no room or are not above 0 on a log axis.
std::string svg(const Figure& figure);
/// The same as a file: with its own style, on white, and on black for readers who set their system to dark.
std::string svg_file(const Figure& figure);
void save_svg(const Figure& figure, const std::filesystem::path& path);

/// The figure's numbers as HTML tables. Of a matrix with more than 32 rows or columns it shows a part, and says so.
std::string number_tables(const Figure& figure);
/// Caption, drawing and, folded, the numbers: a `<figure>` for a page.
std::string figure_html(const Figure& figure);

}  // namespace sevenfold::viz
