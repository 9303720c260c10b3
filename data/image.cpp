#include "sevenfold/data/image.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace sevenfold {

template <class T>
Array<T> patches(const Array<T>& images, std::size_t size) {
    if (images.rank() != 3)
        fail<ShapeError>("patches", text("images ", images.shape()), "images have the shape (N, H, W)");
    const std::size_t n = images.shape()[0], height = images.shape()[1], width = images.shape()[2];
    if (size == 0 || height % size != 0 || width % size != 0)
        fail<ShapeError>("patches", text("images ", images.shape(), " in squares of ", size),
                         "height and width are multiples of the size");
    Array<T> out(Shape{n, height / size * (width / size), size * size});
    const T* image = images.data();
    T* to = out.data();
    for (std::size_t i = 0; i < n; ++i, image += height * width)
        for (std::size_t top = 0; top < height; top += size)
            for (std::size_t left = 0; left < width; left += size)
                for (std::size_t y = top; y < top + size; ++y) to = std::copy_n(image + y * width + left, size, to);
    return out;
}

template <class T>
std::string ascii(const Array<T>& image, double low, double high) {
    if (image.rank() != 2) fail<ShapeError>("ascii", text("image ", image.shape()), "an image has the shape (H, W)");
    constexpr std::string_view ramp = " .:-=+*#%@";
    std::string out;
    for (std::size_t y = 0; y < image.shape()[0]; ++y) {
        for (std::size_t x = 0; x < image.shape()[1]; ++x) {
            const double grey = (static_cast<double>(image(y, x)) - low) / (high - low);
            const double step = std::round(std::clamp(grey, 0.0, 1.0) * static_cast<double>(ramp.size() - 1));
            out.append(2, std::isnan(grey) ? '?' : ramp[static_cast<std::size_t>(step)]);
        }
        out += '\n';
    }
    return out;
}

template Array<float> patches(const Array<float>&, std::size_t);
template Array<double> patches(const Array<double>&, std::size_t);
template std::string ascii(const Array<float>&, double, double);
template std::string ascii(const Array<double>&, double, double);

}  // namespace sevenfold
