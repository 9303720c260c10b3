// Problems made on the spot, to see what a model can and cannot learn. The same arguments give the same rows.
//
// Classification: row i is of class i % classes, so that classes are mixed and of equal size up to one row. Each
// coordinate gets noise of its own, normal with the stated deviation. All throw ValueError for no rows, no classes or
// negative noise. n is the place of the row within its class, in [0, 1): (i / classes + 1/2) / (rows per class).
#pragma once

#include <cstdint>

#include "sevenfold/data/dataset.hpp"

namespace sevenfold {

/// Arms of a spiral around the origin, (rows, 2), each `turns` turns long:
/// r = n, angle = 2 pi (turns n + class / classes), (x, y) = r (cos angle, sin angle).
template <class T = float>
Dataset<T> spirals(std::size_t rows, std::size_t classes = 3, double noise = 0.02, std::uint64_t seed = 0,
                   double turns = 0.75);

/// Two half circles that reach into each other, (rows, 2), with a = pi n:
/// class 0 (cos a, sin a), class 1 (1 - cos a, 1/2 - sin a).
template <class T = float>
Dataset<T> moons(std::size_t rows, double noise = 0.1, std::uint64_t seed = 0);

/// Spheres around the origin, one inside the other, (rows, dimensions): evenly spread over radius class + 1.
template <class T = float>
Dataset<T> spheres(std::size_t rows, std::size_t dimensions = 2, std::size_t classes = 2, double noise = 0.1,
                   std::uint64_t seed = 0);

/// Normal clouds, (rows, dimensions): deviation `noise` around centres drawn evenly from [-5, 5] along each axis.
template <class T = float>
Dataset<T> blobs(std::size_t rows, std::size_t dimensions = 2, std::size_t classes = 3, double noise = 1,
                 std::uint64_t seed = 0);

/// Regression on a wave that fades (a Gabor function), features and targets (rows, 1):
/// y = exp(-x^2) cos(10 x) + noise, x drawn evenly from [-2, 2].
template <class T = float>
Dataset<T> gabor(std::size_t rows, double noise = 0.05, std::uint64_t seed = 0);

}  // namespace sevenfold
