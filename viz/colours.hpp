// Colours for amounts and signed values, and pictures made of them.
#pragma once

#include <cstdint>
#include <string>

#include "sevenfold/viz/plot.hpp"

namespace sevenfold::viz {

struct Rgb {
    std::uint8_t red, green, blue;

    std::string hex() const;  ///< "#0072b2"
    bool light() const;       ///< black reads better on it than white
    friend bool operator==(const Rgb&, const Rgb&) = default;
};

/// The colours of a heat map: which value has which.
class Colouring {
  public:
    /// The limits not given are those of the finite values; a diverging scale reaches equally far on both sides of 0.
    explicit Colouring(const HeatMap& map);

    double low() const { return low_; }
    double high() const { return high_; }
    /// Values beyond the limits have the colours of the limits, those that are not finite a purple of their own.
    Rgb operator()(double value) const;

  private:
    Scale scale_;
    double low_, high_;
};

/// A PNG picture as "data:image/png;base64,...": a pixel for each entry of `values` (rows, columns), row 0 at the top
/// or, if so asked, at the bottom. Throws ShapeError for anything but a matrix with entries.
std::string png_uri(const Array<double>& values, const Colouring& colours, bool bottom_up = false);
/// The same in grey: `low` is black, `high` white.
std::string grey_png_uri(const Array<double>& values, double low, double high);

}  // namespace sevenfold::viz
