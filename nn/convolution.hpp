// Layers for images (N, C, H, W), and Flatten to go on from them.
#pragma once

#include <optional>

#include "sevenfold/nn/module.hpp"

namespace sevenfold {

struct Conv2dSettings {
    std::size_t kernel = 3;  ///< a square window
    std::size_t stride = 1;
    std::size_t padding = 0;  ///< zeros around
    bool bias = true;
};

/// Cross-correlation: (N, in, H, W) -> (N, out, H', W') with H' = (H + 2 padding − kernel) / stride + 1, rounded down.
/// Weight and bias start in U(−a, a), a = 1/sqrt(in · kernel²).
template <class T = float>
class Conv2d : public Module<T> {
  public:
    Conv2d(std::size_t in, std::size_t out, Random& random, Conv2dSettings conv = {});
    Variable<T> forward(const Variable<T>& x) override;
    Members<T> members() override;
    std::string describe() const override;

    Parameter<T> weight;               ///< (out, in, kernel, kernel)
    std::optional<Parameter<T>> bias;  ///< (out)
    Conv2dSettings settings;
};

/// The largest value of each window. Stride: the window's size, so that windows do not overlap.
template <class T = float>
class MaxPool2d : public Module<T> {
  public:
    explicit MaxPool2d(std::size_t kernel = 2) : options{kernel, kernel, kernel, kernel, 0, 0} {}
    explicit MaxPool2d(const PoolOptions& pool) : options(pool) {}
    Variable<T> forward(const Variable<T>& x) override { return max_pool2d(x, options); }
    std::string describe() const override { return text("MaxPool2d(", options.kernel_y, " x ", options.kernel_x, ")"); }

    PoolOptions options;
};

/// The mean of each window, padded zeros counted. Stride: the window's size.
template <class T = float>
class AvgPool2d : public Module<T> {
  public:
    explicit AvgPool2d(std::size_t kernel = 2) : options{kernel, kernel, kernel, kernel, 0, 0} {}
    explicit AvgPool2d(const PoolOptions& pool) : options(pool) {}
    Variable<T> forward(const Variable<T>& x) override { return avg_pool2d(x, options); }
    std::string describe() const override { return text("AvgPool2d(", options.kernel_y, " x ", options.kernel_x, ")"); }

    PoolOptions options;
};

/// All axes but the first become one: (N, C, H, W) -> (N, C·H·W).
template <class T = float>
class Flatten : public Module<T> {
  public:
    Variable<T> forward(const Variable<T>& x) override;
    std::string describe() const override { return "Flatten"; }
};

extern template class Conv2d<float>;
extern template class Conv2d<double>;
extern template class Flatten<float>;
extern template class Flatten<double>;

}  // namespace sevenfold
