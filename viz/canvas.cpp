#include "sevenfold/viz/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sevenfold/data/file.hpp"
#include "sevenfold/viz/page.hpp"
#include "sevenfold/viz/sample.hpp"

namespace sevenfold::viz {
namespace {

// The custom properties of a block of page.css: "--ink: #1b1d21;" and so on.
std::map<std::string, std::string, std::greater<>> properties(std::string_view block) {
    std::map<std::string, std::string, std::greater<>> out;  // longer names before those they begin with
    for (std::size_t at = block.find("--"); at != std::string_view::npos; at = block.find("--", at + 2)) {
        const std::size_t colon = block.find(':', at), end = block.find(';', at);
        out[std::string(block.substr(at, colon - at))] = block.substr(colon + 2, end - colon - 2);
    }
    return out;
}

std::string with_colours(std::string style, const std::map<std::string, std::string, std::greater<>>& colours) {
    for (const auto& [name, colour] : colours) {
        const std::string use = "var(" + name + ")";
        for (std::size_t at = style.find(use); at != std::string::npos; at = style.find(use, at))
            style.replace(at, use.size(), colour);
    }
    return style;
}

}  // namespace

double rounded(double pixels) { return std::round(pixels * 10) / 10 + 0.0; }

double text_width(std::string_view text) {
    const auto among = [](std::string_view letters, char c) { return letters.find(c) != std::string_view::npos; };
    double out = 0;
    for (char c : text) {
        if ((c & 0xC0) == 0x80) continue;  // the rest of a character in UTF-8
        out += among(" .,:;iljt|'!()", c) ? 5.5 : among("mwMW%", c) ? 14 : c >= 'A' && c <= 'Z' ? 10.5 : 9;
    }
    return out;
}

std::string_view name_of(Colour colour) {
    constexpr std::string_view names[] = {"blue", "orange", "green", "red", "purple", "sky", "ink", "quiet"};
    return names[static_cast<std::size_t>(colour)];
}

std::string plot_style() {
    const std::string page = asset("page.css"), style = asset("plot.css");
    const std::size_t dark = page.find("prefers-color-scheme: dark"), end = page.find("\n}", dark);
    const std::size_t comment = style.find("*/") + 3;
    return text(with_colours(style.substr(comment), properties(std::string_view(page).substr(0, dark))),
                "@media (prefers-color-scheme: dark) {\n",
                with_colours(style.substr(comment), properties(std::string_view(page).substr(dark, end - dark))),
                "}\n");
}

void Canvas::path(std::string_view classes, std::string_view d) {
    svg += text("<path class=\"", classes, "\" d=\"", d, "\"/>");
}

void Canvas::rect(std::string_view classes, double x, double y, double width, double height) {
    svg += text("<rect class=\"", classes, "\" x=\"", rounded(x), "\" y=\"", rounded(y), "\" width=\"", rounded(width),
                "\" height=\"", rounded(height), "\"/>");
}

void Canvas::words(double x, double y, std::string_view words, std::string_view classes, std::string_view anchor,
                   std::string_view attributes) {
    svg += text("<text class=\"", classes, "\" x=\"", rounded(x), "\" y=\"", rounded(y), '"',
                anchor.empty() ? "" : text(" text-anchor=\"", anchor, '"'), attributes, '>', escaped(printable(words)),
                "</text>");
}

void Canvas::dot(Dot dot, double x, double y, double radius, Colour colour) {
    const double r = rounded(radius);
    const auto moved = [&](double dx, double dy) { return text(rounded(x + dx), ' ', rounded(y + dy)); };
    if (dot == Dot::circle)
        svg += text("<circle class=\"dot ", name_of(colour), "\" cx=\"", rounded(x), "\" cy=\"", rounded(y), "\" r=\"",
                    r, "\"/>");
    else if (dot == Dot::square)
        rect(text("dot ", name_of(colour)), x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
    else if (dot == Dot::triangle)
        path(text("dot ", name_of(colour)),
             text('M', moved(0, -1.2 * r), 'L', moved(1.1 * r, 0.8 * r), 'L', moved(-1.1 * r, 0.8 * r), 'Z'));
    else
        path(text("cross ", name_of(colour)), text('M', moved(-0.8 * r, -0.8 * r), 'L', moved(0.8 * r, 0.8 * r), 'M',
                                                   moved(-0.8 * r, 0.8 * r), 'L', moved(0.8 * r, -0.8 * r)));
}

void Canvas::cell(double x, double y, double width, double height, Rgb colour) {
    svg += text("<rect x=\"", rounded(x), "\" y=\"", rounded(y), "\" width=\"", rounded(width), "\" height=\"",
                rounded(height), "\" fill=\"", colour.hex(), "\"/>");
}

void Canvas::number(double x, double y, double value, Rgb on, double width) {
    const std::string label = shown(value, 3);
    if (text_width(label) > width - 2) return;
    // A style and not an attribute: the text's colour would win otherwise.
    words(x, y, label, "", "middle", text(" style=\"fill: ", on.light() ? "#000" : "#fff", '"'));
}

void Canvas::picture(std::string_view uri, double x, double y, double width, double height) {
    svg += text("<image x=\"", rounded(x), "\" y=\"", rounded(y), "\" width=\"", rounded(width), "\" height=\"",
                rounded(height), "\" preserveAspectRatio=\"none\" style=\"image-rendering: pixelated\" href=\"", uri,
                "\"/>");
}

}  // namespace sevenfold::viz
