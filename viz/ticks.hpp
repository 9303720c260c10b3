// Where the ticks of an axis are, what they say, and which place a value has between the axis' ends.
#pragma once

#include <string>
#include <vector>

#include "sevenfold/viz/plot.hpp"

namespace sevenfold::viz {

struct Tick {
    double value;
    std::string label;
};

/// An axis with its limits.
class Ruler {
  public:
    /// Over the finite values of `data`, and so much of its length more at both ends. Nothing but an axis from 0 to 1 when
    /// there are none; around a single value when all are equal. Throws ValueError for limits without room between them,
    /// or not above 0 on a log axis; `which` names the axis.
    Ruler(const Axis& axis, const std::vector<double>& data, double room, std::string_view which);

    double low() const { return low_; }
    double high() const { return high_; }
    /// 0 at the low end, 1 at the high one; NaN for what the axis does not show.
    double place(double value) const;
    /// At most about `most` of them, at 1, 2 or 5 times a power of ten; on a log axis at powers of ten, and at 2 and 5
    /// times these where there is room.
    std::vector<Tick> ticks(std::size_t most) const;

  private:
    std::vector<Tick> log_ticks(std::size_t most) const;

    Axis axis_;
    double low_, high_;
};

/// A number for a reader, with this many decimals: "−0.25", "60,000", "3×10⁻⁷".
std::string tick_label(double value, int decimals);

}  // namespace sevenfold::viz
