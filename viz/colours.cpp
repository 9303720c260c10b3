#include "sevenfold/viz/colours.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sevenfold/data/deflate.hpp"
#include "sevenfold/viz/page.hpp"

namespace sevenfold::viz {
namespace {

// Ten even steps of viridis (Smith and van der Walt 2015).
constexpr std::array<Rgb, 10> viridis{{{0x44, 0x01, 0x54},
                                       {0x48, 0x28, 0x78},
                                       {0x3e, 0x49, 0x89},
                                       {0x31, 0x68, 0x8e},
                                       {0x26, 0x82, 0x8e},
                                       {0x1f, 0x9e, 0x89},
                                       {0x35, 0xb7, 0x79},
                                       {0x6e, 0xce, 0x58},
                                       {0xb5, 0xde, 0x2b},
                                       {0xfd, 0xe7, 0x25}}};
constexpr std::array<Rgb, 3> diverging{{{0x00, 0x72, 0xb2}, {0xf1, 0xf1, 0xf1}, {0xd5, 0x5e, 0x00}}};
constexpr Rgb not_a_number{0xcc, 0x79, 0xa7};

// The colour at t in 0..1 along the stops.
template <std::size_t N>
Rgb between(const std::array<Rgb, N>& stops, double t) {
    const double place = std::clamp(t, 0.0, 1.0) * (N - 1);
    const std::size_t i = std::min(static_cast<std::size_t>(place), N - 2);
    const auto mix = [part = place - static_cast<double>(i)](std::uint8_t a, std::uint8_t b) {
        return static_cast<std::uint8_t>(std::lround(a + part * (b - a)));
    };
    return {mix(stops[i].red, stops[i + 1].red), mix(stops[i].green, stops[i + 1].green),
            mix(stops[i].blue, stops[i + 1].blue)};
}

void append_big(std::string& out, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xFF);
}

void append_chunk(std::string& out, const std::string& type, const std::string& content) {
    append_big(out, static_cast<std::uint32_t>(content.size()));
    const std::string checked = type + content;
    out += checked;
    append_big(out,
               static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size())));
}

// PNG (ISO/IEC 15948): 8 bits a channel, no filter. `lines` hold a 0 for the filter before each row.
std::string png(std::size_t width, std::size_t height, bool coloured, const std::string& lines) {
    std::string header, body("\x78\x9c", 2), out("\x89PNG\r\n\x1a\n", 8);  // a zlib stream is deflate's with two ends
    append_big(header, static_cast<std::uint32_t>(width));
    append_big(header, static_cast<std::uint32_t>(height));
    header += {8, static_cast<char>(coloured ? 2 : 0), 0, 0, 0};
    body += deflate(lines);
    append_big(body,
               static_cast<std::uint32_t>(adler32_z(1, reinterpret_cast<const Bytef*>(lines.data()), lines.size())));
    append_chunk(out, "IHDR", header);
    append_chunk(out, "IDAT", body);
    append_chunk(out, "IEND", "");
    return out;
}

template <class Pixel>
std::string picture(const Array<double>& values, bool coloured, bool bottom_up, Pixel&& pixel) {
    if (values.rank() != 2 || values.empty())
        fail<ShapeError>("png", values.shape().str(), "a picture is a matrix with entries");
    const std::size_t rows = values.shape(0), columns = values.shape(1);
    std::string lines;
    for (std::size_t r = 0; r < rows; ++r) {
        lines += '\0';
        for (std::size_t c = 0; c < columns; ++c)
            pixel(lines, values.data()[(bottom_up ? rows - 1 - r : r) * columns + c]);
    }
    return "data:image/png;base64," + base64(png(columns, rows, coloured, lines));
}

}  // namespace

std::string Rgb::hex() const {
    std::string out = "#";
    for (std::uint8_t channel : {red, green, blue})
        for (int shift : {4, 0}) out += "0123456789abcdef"[channel >> shift & 15];
    return out;
}

bool Rgb::light() const {  // by the relative luminance of WCAG 2
    const auto linear = [](std::uint8_t channel) {
        const double v = channel / 255.0;
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > 0.18;
}

Colouring::Colouring(const HeatMap& map) : scale_(map.scale) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (double v : map.values)
        if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
    if (!(low <= high)) low = 0, high = 1;
    low_ = map.low.value_or(low), high_ = map.high.value_or(high);
    if (scale_ == Scale::diverging) high_ = std::max({std::abs(low_), std::abs(high_), 1e-300}), low_ = -high_;
}

Rgb Colouring::operator()(double value) const {
    if (!std::isfinite(value)) return not_a_number;
    const double t = high_ > low_ ? (value - low_) / (high_ - low_) : 0.5;
    return scale_ == Scale::viridis ? between(viridis, t) : between(diverging, t);
}

std::string png_uri(const Array<double>& values, const Colouring& colours, bool bottom_up) {
    return picture(values, true, bottom_up, [&](std::string& out, double v) {
        const Rgb colour = colours(v);
        for (std::uint8_t channel : {colour.red, colour.green, colour.blue}) out += static_cast<char>(channel);
    });
}

std::string grey_png_uri(const Array<double>& values, double low, double high) {
    return picture(values, false, false, [&](std::string& out, double v) {
        const double t = high > low && std::isfinite(v) ? std::clamp((v - low) / (high - low), 0.0, 1.0) : 0;
        out += static_cast<char>(std::lround(255 * t));
    });
}

}  // namespace sevenfold::viz
