// Images as arrays (N, H, W) with grey values in [0, 1].
#pragma once

#include <string>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

/// Cuts each image into squares, row by row, as a vision transformer takes them: (N, H, W) becomes
/// (N, H/size * W/size, size * size), so (N, 28, 28) with size 4 becomes (N, 49, 16). Throws ShapeError when the squares
/// do not fill the images.
template <class T>
Array<T> patches(const Array<T>& images, std::size_t size);

/// One image (H, W) as H lines of text, two characters a pixel, from ' ' at `low` to '@' at `high`; what is not a number
/// shows as '?'. Throws ShapeError for other ranks.
template <class T>
std::string ascii(const Array<T>& image, double low = 0, double high = 1);

}  // namespace sevenfold
