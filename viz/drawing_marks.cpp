#include <algorithm>
#include <cmath>

#include "sevenfold/viz/drawing.hpp"

namespace sevenfold::viz {
namespace {

constexpr std::size_t most_cells = 1200;  // of a heat map that is drawn cell by cell, and not as a picture
constexpr double strip = 14;              // width of the colours' scale

}  // namespace

Edges::Edges(const HeatMap& m) : x_low(m.x_low), x_high(m.x_high), y_low(m.y_low), y_high(m.y_high) {
    if (x_low == x_high) x_high = x_low + static_cast<double>(m.values.shape(1));
    if (y_low == y_high) y_high = y_low + static_cast<double>(m.values.shape(0));
}

void Drawing::draw(const Line& m) {
    std::string path;
    bool drawing = false;
    for (std::size_t i = 0; i < m.x.size(); ++i) {
        if (!shows(m, i)) {
            drawing = false;
            continue;
        }
        const bool alone = !drawing && !shows(m, i + 1);  // a line without length shows as a dot
        path += text(drawing ? 'L' : 'M', rounded(x(m.x[i])), ' ', rounded(y_inside(m.y[i])), alone ? "h0" : "");
        drawing = true;
    }
    if (!path.empty())
        canvas_.path(text("line ", m.dashed ? "dashed " : "", m.thin ? "thin " : "", name_of(m.colour)), path);
}

void Drawing::draw(const Band& m) {
    std::string there, back;
    const auto finish = [&] {
        if (!there.empty())
            canvas_.path(text("band ", name_of(m.colour)), text('M', std::string_view(there).substr(1), back, 'Z'));
        there.clear(), back.clear();
    };
    for (std::size_t i = 0; i < m.x.size(); ++i) {
        const double at = x(m.x[i]), low = y_inside(m.low[i]), high = y_inside(m.high[i]);
        if (!std::isfinite(at) || !std::isfinite(low) || !std::isfinite(high)) {
            finish();
            continue;
        }
        there += text('L', rounded(at), ' ', rounded(low));
        back = text('L', rounded(at), ' ', rounded(high), back);
    }
    finish();
}

void Drawing::draw(const Bars& m) {
    std::size_t all = 0, mine = 0;
    for (const Mark& mark : figure_.marks) {
        const auto* other = std::get_if<Bars>(&mark);
        if (other == &m) mine = all;
        all += other != nullptr;
    }
    const double each = m.width / static_cast<double>(all), foot = y_inside(figure_.y.log ? y_.low() : 0);
    for (std::size_t i = 0; i < m.x.size(); ++i) {
        const double from = m.x[i] - m.width / 2 + each * static_cast<double>(mine), top = y_inside(m.y[i]);
        const double left = x_inside(from), right = x_inside(from + each);
        if (std::isfinite(top) && std::isfinite(left))
            canvas_.rect(text("bar ", name_of(m.colour)), left, std::min(foot, top), std::max(0.5, right - left - 1),
                         std::abs(foot - top));
    }
}

void Drawing::draw(const Points& m) {
    for (std::size_t i = 0; i < m.x.size(); ++i) {
        const double at = x(m.x[i]), height = y(m.y[i]);
        const bool inside =
            at >= left_ - 1 && at <= left_ + wide_ + 1 && height >= top_ - 1 && height <= top_ + high_ + 1;
        if (inside) canvas_.dot(m.dot, at, height, m.radii.empty() ? m.radius : m.radii[i], m.colour);
    }
}

void Drawing::draw(const Marker& m) {
    const double at = x(m.x);
    if (!std::isfinite(at)) return;
    canvas_.path("marker", text('M', rounded(at), ' ', rounded(top_), 'v', rounded(high_)));
    const bool left = at + 8 + text_width(m.note) > left_ + wide_ && at - left_ > wide_ / 2;
    canvas_.words(at + (left ? -6 : 6), top_ + 14, m.note, "halo", left ? "end" : "");
}

void Drawing::draw(const HeatMap& m) {
    const Edges e(m);
    const Colouring colours(m);
    const std::size_t rows = m.values.shape(0), columns = m.values.shape(1);
    const double left = x(e.x_low), width = x(e.x_high) - left, begin = y(e.y_low), height = y(e.y_high) - begin;
    if (rows * columns > most_cells) {
        canvas_.picture(png_uri(m.values, colours, height < 0), left, std::min(begin, begin + height), width,
                        std::abs(height));
    } else {
        const double w = width / static_cast<double>(columns), h = height / static_cast<double>(rows);
        for (std::size_t i = 0; i < rows * columns; ++i) {
            const double value = m.values.data()[i], at = left + w * static_cast<double>(i % columns);
            const double top = begin + h * static_cast<double>(i / columns);
            const Rgb colour = colours(value);
            canvas_.cell(at, std::min(top, top + h), w, std::abs(h), colour);
            if (m.numbers) canvas_.number(at + w / 2, top + h / 2 + 5, value, colour, w);
        }
    }
    if (m.bar) colour_bar(m, colours);
}

std::vector<Tick> Drawing::colour_ticks(const Colouring& colours) {
    Axis axis;
    axis.low = colours.low();
    axis.high = colours.high() > colours.low() ? colours.high() : colours.low() + 1;
    return Ruler(axis, {}, 0, "the colours").ticks(4);
}

void Drawing::colour_bar(const HeatMap& m, const Colouring& colours) {
    constexpr std::size_t steps = 32;
    const double at = left_ + wide_ + 12, h = high_ / steps, range = colours.high() - colours.low();
    for (std::size_t i = 0; i < steps; ++i) {
        const double part = (static_cast<double>(i) + 0.5) / steps;
        canvas_.cell(at, top_ + high_ - h * static_cast<double>(i + 1), strip, h + 0.3,
                     colours(colours.low() + part * range));
    }
    for (const Tick& tick : colour_ticks(colours)) {
        const double part = range > 0 ? (tick.value - colours.low()) / range : 0.5;
        canvas_.words(at + strip + 5, top_ + high_ * (1 - part) + 5, tick.label, "tick");
    }
    if (!m.name.empty()) canvas_.words(figure_.width - 4, 18, m.name, "title", "end");
}

}  // namespace sevenfold::viz
