#include "sevenfold/viz/ticks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "sevenfold/autograd/error.hpp"

namespace sevenfold::viz {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
// Within these no computation below leaves what a double holds. Numbers beyond are drawn as if they were these.
constexpr double largest = 1e300, smallest = 1e-300;
// Ends of an axis that are closer, relative to their size, have no ticks that a double tells apart.
constexpr double least_length = 1e-9;

std::string printed(double value, int decimals) {
    char out[400];
    std::snprintf(out, sizeof out, "%.*f", decimals, value);
    return out;
}

std::string power_of_ten(int exponent) {
    constexpr const char* raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string out = exponent < 0 ? "10⁻" : "10";
    for (char c : std::to_string(std::abs(exponent))) out += raised[c - '0'];
    return out;
}

// 1, 2 or 5 times a power of ten, at least `step`; and the decimals that its multiples need.
std::pair<double, int> nice(double step) {
    const int exponent = static_cast<int>(std::floor(std::log10(step)));
    const double unit = std::pow(10.0, exponent);
    for (double factor : {1.0, 2.0, 5.0})
        if (factor * unit >= step * (1 - 1e-9)) return {factor * unit, std::max(0, -exponent)};
    return {10 * unit, std::max(0, -exponent - 1)};
}

}  // namespace

std::string tick_label(double value, int decimals) {
    if (value == 0) return "0";
    const double size = std::abs(value);
    const std::string sign = value < 0 ? "−" : "";
    if (size >= 1e7 || decimals > 4) {
        int exponent = static_cast<int>(std::floor(std::log10(size) + 1e-9));
        double factor = std::round(size / std::pow(10.0, exponent) * 100) / 100;
        if (factor >= 10) factor /= 10, ++exponent;
        return text(sign, factor == 1 ? "" : text(factor, "×"), power_of_ten(exponent));
    }
    std::string out = printed(size, decimals);
    if (out.find_first_not_of("0.") == std::string::npos) return "0";
    if (size >= 10000)
        for (std::size_t at = std::min(out.find('.'), out.size()); at > 3; at -= 3) out.insert(at - 3, ",");
    return sign + out;
}

Ruler::Ruler(const Axis& axis, const std::vector<double>& data, double room, std::string_view which) : axis_(axis) {
    const auto limit = [&](const std::optional<double>& value) {
        if (value && (!std::isfinite(*value) || (axis.log && *value <= 0)))
            fail<ValueError>("plot", text("the limit ", *value, " of ", which),
                             axis.log ? "a log axis ends at numbers above 0" : "an axis ends at a finite number");
    };
    limit(axis.low), limit(axis.high);
    if (axis.low && axis.high && *axis.low >= *axis.high)
        fail<ValueError>("plot", text(which, " from ", *axis.low, " to ", *axis.high),
                         "an axis runs from a smaller to a larger number");
    low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
    for (double v : data) {
        if (!std::isfinite(v) || (axis.log && v <= 0)) continue;
        v = axis.log ? std::clamp(v, smallest, largest) : std::abs(v) < smallest ? 0 : std::clamp(v, -largest, largest);
        low_ = std::min(low_, v), high_ = std::max(high_, v);
    }
    if (!axis.names.empty()) low_ = -0.5, high_ = static_cast<double>(axis.names.size()) - 0.5, room = 0;
    if (low_ > high_) low_ = axis.log ? 1 : 0, high_ = axis.log ? 10 : 1;
    if (axis.zero && !axis.log) low_ = std::min(low_, 0.0), high_ = std::max(high_, 0.0);
    if (low_ == high_) {
        const double around = axis.log ? 0 : axis.whole || low_ == 0 ? 1 : 0.1 * std::abs(low_);
        if (axis.log) low_ /= 2, high_ *= 2;
        low_ -= around, high_ += around;
    }
    const double first = axis.log ? std::log10(low_) : low_, last = axis.log ? std::log10(high_) : high_;
    const double more = room * (last - first);
    const auto end = [&](double value) { return axis.log ? std::pow(10.0, std::clamp(value, -305.0, 305.0)) : value; };
    if (low_ != 0 || !axis.zero) low_ = end(first - more);
    if (high_ != 0 || !axis.zero) high_ = end(last + more);
    const double size = std::max(std::abs(low_), std::abs(high_));
    if (high_ - low_ < least_length * size) low_ -= least_length * size, high_ += least_length * size;
    // The other end makes room for the limit that was given.
    if (axis.low) low_ = *axis.low, high_ = high_ > low_ ? high_ : axis.log ? 10 * low_ : low_ + 1;
    if (axis.high) high_ = *axis.high, low_ = low_ < high_ ? low_ : axis.log ? high_ / 10 : high_ - 1;
}

double Ruler::place(double value) const {
    if (!std::isfinite(value) || (axis_.log && value <= 0)) return nothing;
    value = std::clamp(value, -largest, largest);
    if (axis_.log) return (std::log(value) - std::log(low_)) / (std::log(high_) - std::log(low_));
    return (value - low_) / (high_ - low_);
}

std::vector<Tick> Ruler::ticks(std::size_t most) const {
    if (!axis_.names.empty()) {
        std::vector<Tick> out;
        for (std::size_t i = 0; i < axis_.names.size(); ++i) out.push_back({static_cast<double>(i), axis_.names[i]});
        return out;
    }
    // Where an axis is short, powers of ten are too few: it has the ticks of a linear one.
    if (axis_.log && high_ > 20 * low_) return log_ticks(most);
    const double least = (high_ - low_) / static_cast<double>(std::max<std::size_t>(most, 1));
    const auto [step, decimals] = nice(axis_.whole ? std::max(least, 1.0) : least);
    std::vector<Tick> out;
    const double first = std::ceil(low_ / step - 1e-9);
    for (double k = 0; k <= 2.0 * static_cast<double>(most) && (first + k) * step <= high_ + 1e-9 * step; ++k)
        out.push_back({(first + k) * step, tick_label((first + k) * step, decimals)});
    return out;
}

std::vector<Tick> Ruler::log_ticks(std::size_t most) const {
    const int first = static_cast<int>(std::floor(std::log10(low_) + 1e-9));
    const int last = static_cast<int>(std::ceil(std::log10(high_) - 1e-9));
    const int inside = static_cast<int>(std::ceil(std::log10(low_) - 1e-9));  // the first power of ten on the axis
    const int powers = static_cast<int>(std::floor(std::log10(high_) + 1e-9)) - inside + 1;
    const int every = std::max(1, (powers + static_cast<int>(most) - 1) / std::max(1, static_cast<int>(most)));
    const bool between = static_cast<std::size_t>(3 * (last - first)) <= most + 3;
    std::vector<Tick> out;
    for (int exponent = first; exponent <= last; ++exponent) {
        if ((exponent - inside) % every) continue;
        for (int factor : {1, 2, 5}) {
            const double value = factor * std::pow(10.0, exponent);
            if (value < low_ * (1 - 1e-9) || value > high_ * (1 + 1e-9) || (factor > 1 && !between)) continue;
            const bool plain = exponent >= -4 && exponent < 6;
            out.push_back({value, plain ? tick_label(value, std::max(0, -exponent))
                                        : text(factor == 1 ? "" : text(factor, "×"), power_of_ten(exponent))});
        }
    }
    return out;
}

}  // namespace sevenfold::viz
