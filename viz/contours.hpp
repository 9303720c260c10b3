// Lines of equal height on a grid.
#pragma once

#include "sevenfold/viz/plot.hpp"

namespace sevenfold::viz {

/// Where the surface through `values` (rows, columns) has this height: straight pieces, a gap (NaN) after each. The first
/// and last rows lie at y = low[1] and high[1], columns likewise. Cells with a value that is not finite are left out.
/// Marching squares: Lorensen and Cline 1987, in the plane. Throws ShapeError for anything but a matrix of 2 x 2 or more.
Line level_line(const Array<double>& values, std::array<double, 2> low, std::array<double, 2> high, double height);

}  // namespace sevenfold::viz
