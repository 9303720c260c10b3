#include "sevenfold/nn/convolution.hpp"

#include <cmath>

#include "sevenfold/nn/init.hpp"

namespace sevenfold {

template <class T>
Conv2d<T>::Conv2d(std::size_t in, std::size_t out, Random& random, Conv2dSettings conv)
    : weight(init::fan_in_uniform<T>({out, in, conv.kernel, conv.kernel}, random)), settings(conv) {
    if (in * out * conv.kernel * conv.stride == 0)
        fail<ValueError>("Conv2d", text(in, " to ", out, " channels, kernel ", conv.kernel, ", stride ", conv.stride),
                         "all of them are at least 1");
    const double bound = 1 / std::sqrt(static_cast<double>(in * conv.kernel * conv.kernel));
    if (conv.bias) bias.emplace(random.uniform<T>({out}, -bound, bound));
}

template <class T>
Variable<T> Conv2d<T>::forward(const Variable<T>& x) {
    const Conv2dOptions options{settings.stride, settings.stride, settings.padding, settings.padding};
    return conv2d(x, weight, bias ? std::optional<Variable<T>>(*bias) : std::nullopt, options);
}

template <class T>
Members<T> Conv2d<T>::members() {
    Members<T> all{{"weight", weight}};
    if (bias) all.emplace_back("bias", *bias);
    return all;
}

template <class T>
std::string Conv2d<T>::describe() const {
    std::string out =
        text("Conv2d(", weight.shape(1), ", ", weight.shape(0), ", ", settings.kernel, " x ", settings.kernel);
    if (settings.stride != 1) out += text(", stride ", settings.stride);
    if (settings.padding != 0) out += text(", padding ", settings.padding);
    return out + (bias ? ")" : ", no bias)");
}

template <class T>
Variable<T> Flatten<T>::forward(const Variable<T>& x) {
    if (x.rank() < 2) fail<ShapeError>("Flatten", text("x ", x.shape()), "it needs a batch axis and at least one more");
    const std::size_t rows = x.shape(0);
    return reshape(x, Shape{rows, rows ? x.size() / rows : 0});
}

template class Conv2d<float>;
template class Conv2d<double>;
template class Flatten<float>;
template class Flatten<double>;

}  // namespace sevenfold
