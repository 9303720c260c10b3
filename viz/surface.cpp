#include "sevenfold/viz/surface.hpp"

#include <cmath>
#include <limits>

namespace sevenfold::viz {
namespace {

using D = Variable<double>;

D square(const D& x) { return x * x; }

D bowl(const D& x, const D& y) { return 0.25 * square(x) + 8.0 * square(y); }

// Rosenbrock 1960, "An automatic method for finding the greatest or least value of a function".
D rosenbrock(const D& x, const D& y) { return square(1.0 - x) + 100.0 * square(y - square(x)); }

// Beale 1958, "On an iterative method for finding a local minimum of a function of more than one variable".
D beale(const D& x, const D& y) {
    return square(1.5 - x + x * y) + square(2.25 - x + x * square(y)) + square(2.625 - x + x * y * square(y));
}

// Himmelblau 1972, "Applied nonlinear programming".
D himmelblau(const D& x, const D& y) { return square(square(x) + y - 11.0) + square(x + square(y) - 7.0); }

D saddle(const D& x, const D& y) { return 0.5 * square(x) + 0.25 * square(square(y) - 1.0); }

double dot(const Array<double>& a, const Array<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a.data()[i] * b.data()[i];
    return sum;
}

/// A plane in the space of a model's weights.
struct Plane {
    std::vector<D> parameters;
    std::vector<Array<double>> center;
    Direction along_x, along_y;

    void move(Point at) const {
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            Array<double> w = center[k];
            const double *x = along_x[k].data(), *y = along_y[k].data();
            for (double& one : w.flat()) one += at[0] * *x++ + at[1] * *y++;
            D(parameters[k]).assign(w, "network_surface");
        }
    }
    void check(const Direction& direction) const {
        if (direction.size() != parameters.size())
            fail<ShapeError>("network_surface", text("a direction of ", direction.size(), " arrays"),
                             text("there are ", parameters.size(), " parameters"));
        for (std::size_t k = 0; k < parameters.size(); ++k)
            if (direction[k].shape() != parameters[k].shape())
                fail<ShapeError>(
                    "network_surface",
                    text("a direction of ", direction[k].shape(), " for parameter ", k, ' ', parameters[k].shape()),
                    "the shapes must be equal");
    }
};

Slope slope_on(const Plane& plane, const std::function<D()>& loss, Point at) {
    plane.move(at);
    Slope slope{};
    std::vector<LeafGradient<double>> gradients;
    {
        Tape<double> tape;
        const D value = loss();
        slope.loss = value.item();
        tape.backward_into(gradients, value, Array<double>::ones(value.shape()));
    }
    for (const auto& [leaf, gradient] : gradients)
        for (std::size_t k = 0; k < plane.parameters.size(); ++k)
            if (plane.parameters[k].same_as(leaf)) {
                slope.gradient[0] += dot(gradient, plane.along_x[k]);
                slope.gradient[1] += dot(gradient, plane.along_y[k]);
            }
    plane.move({0, 0});
    return slope;
}

}  // namespace

Point grid_point(const Surface& surface, std::size_t n, std::size_t row, std::size_t column) {
    const auto along = [&](std::size_t axis, std::size_t i) {
        const double share = static_cast<double>(i) / static_cast<double>(n - 1);
        return surface.low[axis] + (surface.high[axis] - surface.low[axis]) * share;
    };
    return {along(0, column), along(1, row)};
}

std::function<Slope(Point)> by_tape(std::function<D(const D& x, const D& y)> loss) {
    return [loss = std::move(loss)](Point at) {
        Tape<double> tape;
        const D x = leaf(Array<double>(at[0]), "x"), y = leaf(Array<double>(at[1]), "y");
        const D value = loss(x, y);
        tape.backward(value);
        return Slope{value.item(), {x.has_grad() ? x.grad().item() : 0, y.has_grad() ? y.grad().item() : 0}};
    };
}

std::vector<Surface> classic_surfaces() {
    return {
        {.name = "Ill-conditioned bowl",
         .formula = "¼ x² + 8 y²",
         .note =
             "Curved 32 times as much across as along: a step that is right for one direction is wrong for the other.",
         .at = by_tape(bowl),
         .start = {-4.2, 1.6},
         .low = {-5, -2.4},
         .high = {2, 2.4},
         .minima = {{0, 0}},
         .noise = 1},
        {.name = "Rosenbrock's valley",
         .formula = "(1 − x)² + 100 (y − x²)²",
         .note = "Into the valley is easy. Along its floor, which is nearly flat and bends, is slow.",
         .at = by_tape(rosenbrock),
         .start = {-1.2, 1},
         .low = {-2, -0.8},
         .high = {2, 2.4},
         .minima = {{1, 1}},
         .noise = 10},
        {.name = "Beale's function",
         .formula = "(1.5 − x + x y)² + (2.25 − x + x y²)² + (2.625 − x + x y³)²",
         .note = "Steep walls around a flat valley: gradients differ by a factor of thousands on one way.",
         .at = by_tape(beale),
         .start = {0.6, 1.7},
         .low = {-1, -1.6},
         .high = {4.4, 2.4},
         .minima = {{3, 0.5}},
         .noise = 1},
        {.name = "Himmelblau's function",
         .formula = "(x² + y − 11)² + (x + y² − 7)²",
         .note = "Four minima, all of loss 0. From one start, rules and learning rates end in different ones.",
         .at = by_tape(himmelblau),
         .start = {-0.6, -1.2},
         .low = {-5, -4.6},
         .high = {5, 4.6},
         .minima = {{3, 2}, {-2.805118, 3.131312}, {-3.779310, -3.283186}, {3.584428, -1.848126}},
         .noise = 20},
        {.name = "Saddle",
         .formula = "½ x² + ¼ (y² − 1)²",
         .note = "The start is beside a ridge: downhill leads to the saddle at (0, 0), where the gradient is nearly 0. "
                 "Noise "
                 "helps to leave it.",
         .at = by_tape(saddle),
         .start = {-1.6, 0.002},
         .low = {-2, -1.5},
         .high = {1.2, 1.5},
         .minima = {{0, 1}, {0, -1}},
         .noise = 0.1},
    };
}

Direction filter_normalized(const std::vector<D>& parameters, Random& random) {
    Direction out;
    for (const D& w : parameters) {
        Array<double> d = random.normal<double>(w.shape());
        const std::size_t units = w.rank() > 1 ? w.shape()[0] : 1, size = w.size() / units;
        for (std::size_t unit = 0; unit < units; ++unit) {
            double of_w = 0, of_d = 0;
            for (std::size_t i = unit * size; i < (unit + 1) * size; ++i) {
                of_w += w.value().data()[i] * w.value().data()[i];
                of_d += d.data()[i] * d.data()[i];
            }
            const double factor = w.rank() > 1 && of_d > 0 ? std::sqrt(of_w / of_d) : 0;
            for (std::size_t i = unit * size; i < (unit + 1) * size; ++i) d.data()[i] *= factor;
        }
        out.push_back(std::move(d));
    }
    return out;
}

Surface network_surface(std::vector<D> parameters, std::function<D()> loss, Direction along_x, Direction along_y) {
    Plane plane{std::move(parameters), {}, std::move(along_x), std::move(along_y)};
    plane.check(plane.along_x), plane.check(plane.along_y);
    for (const D& w : plane.parameters) plane.center.push_back(w.value());
    Surface surface{
        .name = "A network's loss",
        .formula = "L(θ + x · d₁ + y · d₂)",
        .note =
            "The loss of a trained network, whose weights are θ, on the plane of two random directions d₁ and d₂ "
            "as long as the weights themselves (filter normalization, Li et al. 2018).",
        .at = [plane, loss = std::move(loss)](Point at) { return slope_on(plane, loss, at); },
        .start = {0.9, 0.9},
        .low = {-1, -1},
        .high = {1, 1},
        .noise = 0.1};
    double highest = -std::numeric_limits<double>::infinity();
    for (const Point corner : {Point{-0.9, -0.9}, Point{-0.9, 0.9}, Point{0.9, -0.9}, Point{0.9, 0.9}})
        if (const double here = surface.at(corner).loss; here > highest) highest = here, surface.start = corner;
    return surface;
}

}  // namespace sevenfold::viz
