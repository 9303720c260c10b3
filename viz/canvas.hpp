// The SVG elements that figures are made of. What an element looks like is said by its classes, in assets/plot.css.
#pragma once

#include <string>
#include <string_view>

#include "sevenfold/viz/colours.hpp"

namespace sevenfold::viz {

/// To a tenth of a pixel, in as few digits as that takes.
double rounded(double pixels);
/// About how wide a text is in the figures' font, in pixels.
double text_width(std::string_view text);
/// The class of a colour: "blue".
std::string_view name_of(Colour colour);
/// assets/plot.css with the colours of page.css in place of their names: those for light, and those for dark.
std::string plot_style();

struct Canvas {
    std::string svg;

    void path(std::string_view classes, std::string_view d);
    void rect(std::string_view classes, double x, double y, double width, double height);
    /// `y` is the foot of the letters; `anchor` is "", "middle" or "end".
    void words(double x, double y, std::string_view text, std::string_view classes, std::string_view anchor = "",
               std::string_view attributes = "");
    void dot(Dot dot, double x, double y, double radius, Colour colour);
    void cell(double x, double y, double width, double height, Rgb colour);
    /// A cell's value, in a colour that reads on it, if it fits into the width.
    void number(double x, double y, double value, Rgb on, double width);
    void picture(std::string_view uri, double x, double y, double width, double height);
};

}  // namespace sevenfold::viz
