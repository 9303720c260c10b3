#include "sevenfold/viz/contours.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace sevenfold::viz {

Line level_line(const Array<double>& values, std::array<double, 2> low, std::array<double, 2> high, double height) {
    if (values.rank() != 2 || values.shape(0) < 2 || values.shape(1) < 2)
        fail<ShapeError>("level_line", values.shape().str(), "a grid is a matrix of 2 x 2 or more");
    const std::size_t rows = values.shape(0), columns = values.shape(1);
    Line line;
    const auto add = [&](double row, double column) {
        line.x.push_back(low[0] + (high[0] - low[0]) * column / static_cast<double>(columns - 1));
        line.y.push_back(low[1] + (high[1] - low[1]) * row / static_cast<double>(rows - 1));
    };
    struct Corner {
        double row, column, value;
    };
    for (std::size_t r = 0; r + 1 < rows; ++r)
        for (std::size_t c = 0; c + 1 < columns; ++c) {
            const auto corner = [&](std::size_t i, std::size_t j) {
                return Corner{static_cast<double>(i), static_cast<double>(j), values.data()[i * columns + j]};
            };
            const std::array<Corner, 4> round{corner(r, c), corner(r, c + 1), corner(r + 1, c + 1), corner(r + 1, c)};
            // The line crosses a side whose ends are on different sides of it: two sides of a cell, or, at a saddle, all
            // four, which are then joined in the order in which they come.
            std::vector<std::array<double, 2>> crossings;
            for (std::size_t k = 0; k < 4; ++k) {
                const Corner &a = round[k], &b = round[(k + 1) % 4];
                if (!std::isfinite(a.value) || !std::isfinite(b.value)) {
                    crossings.clear();
                    break;
                }
                if ((a.value < height) == (b.value < height)) continue;
                const double share = (height - a.value) / (b.value - a.value);
                crossings.push_back({a.row + share * (b.row - a.row), a.column + share * (b.column - a.column)});
            }
            for (std::size_t k = 0; k + 1 < crossings.size(); k += 2) {
                for (const auto& [row, column] : {crossings[k], crossings[k + 1]}) add(row, column);
                line.x.push_back(std::numeric_limits<double>::quiet_NaN());
                line.y.push_back(line.x.back());
            }
        }
    return line;
}

}  // namespace sevenfold::viz
