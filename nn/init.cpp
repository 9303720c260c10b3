#include "sevenfold/nn/init.hpp"

#include <cmath>

namespace sevenfold::init {
namespace {

template <class T>
Array<T> symmetric(const Shape& shape, Random& random, double bound) {
    return random.uniform<T>(shape, -bound, bound);
}

double per_input(const Shape& shape, double variance) {
    return std::sqrt(variance / static_cast<double>(fan(shape).in));
}
double per_both(const Shape& shape, double variance) {
    const Fan f = fan(shape);
    return std::sqrt(variance / static_cast<double>(f.in + f.out));
}

}  // namespace

Fan fan(const Shape& weight) {
    if (weight.rank() < 2)
        fail<ShapeError>("init", text("a weight of shape ", weight),
                         "inputs and outputs are counted on two axes or more",
                         "For a bias or a scale use zeros, ones or truncated_normal.");
    std::size_t window = 1;
    for (std::size_t i = 2; i < weight.rank(); ++i) window *= weight[i];
    return {weight[1] * window, weight[0] * window};
}

// clang-format off
template <class T> Array<T> xavier_uniform(const Shape& shape, Random& random, double gain) { return symmetric<T>(shape, random, gain * per_both(shape, 6)); }
template <class T> Array<T> xavier_normal(const Shape& shape, Random& random, double gain) { return random.normal<T>(shape, 0, gain * per_both(shape, 2)); }
template <class T> Array<T> kaiming_uniform(const Shape& shape, Random& random) { return symmetric<T>(shape, random, per_input(shape, 6)); }
template <class T> Array<T> kaiming_normal(const Shape& shape, Random& random) { return random.normal<T>(shape, 0, per_input(shape, 2)); }
template <class T> Array<T> lecun_normal(const Shape& shape, Random& random) { return random.normal<T>(shape, 0, per_input(shape, 1)); }
template <class T> Array<T> fan_in_uniform(const Shape& shape, Random& random) { return symmetric<T>(shape, random, per_input(shape, 1)); }
// clang-format on

template <class T>
Array<T> truncated_normal(const Shape& shape, Random& random, double deviation, double mean) {
    Array<T> out(shape);
    for (T& x : out.flat()) {
        double z = random.normal();
        while (std::abs(z) > 2) z = random.normal();
        x = static_cast<T>(mean + deviation * z);
    }
    return out;
}

// clang-format off
using F = Array<float>;
using D = Array<double>;
template F xavier_uniform(const Shape&, Random&, double); template D xavier_uniform(const Shape&, Random&, double);
template F xavier_normal(const Shape&, Random&, double); template D xavier_normal(const Shape&, Random&, double);
template F kaiming_uniform(const Shape&, Random&); template D kaiming_uniform(const Shape&, Random&);
template F kaiming_normal(const Shape&, Random&); template D kaiming_normal(const Shape&, Random&);
template F lecun_normal(const Shape&, Random&); template D lecun_normal(const Shape&, Random&);
template F fan_in_uniform(const Shape&, Random&); template D fan_in_uniform(const Shape&, Random&);
template F truncated_normal(const Shape&, Random&, double, double); template D truncated_normal(const Shape&, Random&, double, double);
// clang-format on

}  // namespace sevenfold::init
