#include "sevenfold/data/synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "sevenfold/autograd/random.hpp"

namespace sevenfold {
namespace {

constexpr double pi = std::numbers::pi;

// A stream of our own: weights drawn from the same seed do not resemble the points.
constexpr std::uint64_t stream = 0x706f696e7473;

void check(std::string_view title, std::size_t rows, std::size_t classes, double noise) {
    if (rows == 0 || classes == 0)
        fail<ValueError>(title, text(rows, " rows, ", classes, " classes"), "there is at least one of each");
    if (!(noise >= 0 && std::isfinite(noise)))
        fail<ValueError>(title, text("noise ", noise), "a deviation is a number from 0 upwards");
}

// Calls point(label, n, x) for each row, where x are its coordinates to be set, and adds the noise.
template <class T, class Point>
Dataset<T> classification(const char* title, std::size_t rows, std::size_t dimensions, std::size_t classes,
                          double noise, Random& random, Point point) {
    check(title, rows, classes, noise);
    Dataset<T> data;
    data.title = title;
    data.classes = classes;
    data.features = Array<T>(Shape{rows, dimensions});
    data.labels = Labels(Shape{rows});
    T* to = data.features.data();
    std::vector<double> x(dimensions);
    for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t label = i % classes, in_class = rows / classes + (label < rows % classes);
        point(label, (static_cast<double>(i / classes) + 0.5) / static_cast<double>(in_class), std::span(x));
        for (double coordinate : x) *to++ = static_cast<T>(coordinate + noise * random.normal());
        data.labels.data()[i] = static_cast<std::int64_t>(label);
    }
    return data;
}

}  // namespace

template <class T>
Dataset<T> spirals(std::size_t rows, std::size_t classes, double noise, std::uint64_t seed, double turns) {
    Random random(seed, stream);
    return classification<T>(
        "spirals", rows, 2, classes, noise, random, [&](std::size_t label, double n, std::span<double> x) {
            const double angle = 2 * pi * (turns * n + static_cast<double>(label) / static_cast<double>(classes));
            x[0] = n * std::cos(angle);
            x[1] = n * std::sin(angle);
        });
}

template <class T>
Dataset<T> moons(std::size_t rows, double noise, std::uint64_t seed) {
    Random random(seed, stream);
    return classification<T>("moons", rows, 2, 2, noise, random, [](std::size_t label, double n, std::span<double> x) {
        const double a = pi * n;
        x[0] = label == 0 ? std::cos(a) : 1 - std::cos(a);
        x[1] = label == 0 ? std::sin(a) : 0.5 - std::sin(a);
    });
}

template <class T>
Dataset<T> spheres(std::size_t rows, std::size_t dimensions, std::size_t classes, double noise, std::uint64_t seed) {
    if (dimensions == 0) fail<ValueError>("spheres", "0 dimensions", "there is at least one");
    Random random(seed, stream);
    return classification<T>("spheres", rows, dimensions, classes, noise, random,
                             [&](std::size_t label, double, std::span<double> x) {
                                 // A normal vector points in every direction alike.
                                 double squares = 0;
                                 while (squares == 0)
                                     for (double& coordinate : x) {
                                         coordinate = random.normal();
                                         squares += coordinate * coordinate;
                                     }
                                 for (double& coordinate : x)
                                     coordinate *= static_cast<double>(label + 1) / std::sqrt(squares);
                             });
}

template <class T>
Dataset<T> blobs(std::size_t rows, std::size_t dimensions, std::size_t classes, double noise, std::uint64_t seed) {
    Random random(seed, stream);
    const auto centres = random.uniform<double>({classes, dimensions}, -5, 5);
    return classification<T>("blobs", rows, dimensions, classes, noise, random,
                             [&](std::size_t label, double, std::span<double> x) {
                                 std::copy_n(centres.data() + label * dimensions, dimensions, x.data());
                             });
}

template <class T>
Dataset<T> gabor(std::size_t rows, double noise, std::uint64_t seed) {
    check("gabor", rows, 1, noise);
    Random random(seed, stream);
    Dataset<T> data;
    data.title = "gabor";
    data.features = random.uniform<T>({rows, 1}, -2, 2);
    data.targets = Array<T>(Shape{rows, 1});
    T* y = data.targets.data();
    for (T feature : std::as_const(data.features).flat()) {
        const auto x = static_cast<double>(feature);
        *y++ = static_cast<T>(std::exp(-x * x) * std::cos(10 * x) + noise * random.normal());
    }
    return data;
}

#define SEVENFOLD_INSTANTIATE(T)                                                               \
    template Dataset<T> spirals(std::size_t, std::size_t, double, std::uint64_t, double);      \
    template Dataset<T> moons(std::size_t, double, std::uint64_t);                             \
    template Dataset<T> spheres(std::size_t, std::size_t, std::size_t, double, std::uint64_t); \
    template Dataset<T> blobs(std::size_t, std::size_t, std::size_t, double, std::uint64_t);   \
    template Dataset<T> gabor(std::size_t, double, std::uint64_t);
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)

}  // namespace sevenfold
