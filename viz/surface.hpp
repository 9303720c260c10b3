// Surfaces for update rules to race on: a loss of two numbers, which can be drawn as a map.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "sevenfold/nn/module.hpp"

namespace sevenfold::viz {

using Point = std::array<double, 2>;

/// Loss and gradient at a point.
struct Slope {
    double loss;
    Point gradient;
};

struct Surface {
    std::string name, formula, note;  ///< plain text; the note says what to look out for
    std::function<Slope(Point)> at;
    Point start;
    Point low, high;              ///< corners of the map
    std::vector<Point> minima{};  ///< marked on the map, as far as they are known
    double noise = 1;             ///< a deviation of the gradient's noise that suits this surface
};

/// Point (row, column) of n x n over the whole map; row 0 is at its lower edge.
Point grid_point(const Surface& surface, std::size_t n, std::size_t row, std::size_t column);

/// Loss and gradient of a function of the library's ops, by the tape.
std::function<Slope(Point)> by_tape(
    std::function<Variable<double>(const Variable<double>& x, const Variable<double>& y)> loss);

/// An ill-conditioned bowl, Rosenbrock's valley, Beale's and Himmelblau's functions, and a saddle between two minima. The
/// lowest loss of each is 0.
std::vector<Surface> classic_surfaces();

// ---- a network's loss on a plane through its weights

/// A step for every parameter of a model, in the order of its parameters.
using Direction = std::vector<Array<double>>;

/// Random, and as large as the weights: what leads to one unit has the norm of that unit's weights, and biases stay.
/// Li, Xu, Taylor, Studer, Goldstein 2018, "Visualizing the loss landscape of neural nets", section 4 (filter
/// normalization). The second of two such directions is not made orthogonal; in many dimensions it nearly is.
Direction filter_normalized(const std::vector<Variable<double>>& parameters, Random& random);

/// loss() at θ + x · along_x + y · along_y, with θ the parameters as they are now, and its gradient with respect to x and y:
/// the tape's gradient along the directions. The parameters are θ again after each call. `loss` computes on the current
/// tape; it and the parameters must outlive the surface. The map is [-1, 1]², the start the
/// place with the highest loss among (±0.9, ±0.9), and the minimum is not known. Throws ShapeError where a direction does
/// not fit its parameter.
Surface network_surface(std::vector<Variable<double>> parameters, std::function<Variable<double>()> loss,
                        Direction along_x, Direction along_y);

}  // namespace sevenfold::viz
