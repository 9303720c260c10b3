#pragma once

#include "sevenfold/nn/module.hpp"

namespace sevenfold {

/// γ (x − mean) / sqrt(var + eps) + β over the last axis, biased variance. Ba, Kiros, Hinton 2016.
template <class T = float>
class LayerNorm : public Module<T> {
  public:
    explicit LayerNorm(std::size_t width, double eps = 1e-5);
    Variable<T> forward(const Variable<T>& x) override { return layer_norm(x, gamma, beta, epsilon); }
    Members<T> members() override { return {{"gamma", gamma}, {"beta", beta}}; }
    std::string describe() const override { return text("LayerNorm(", gamma.size(), ")"); }

    Parameter<T> gamma;  ///< (width), ones at first
    Parameter<T> beta;   ///< (width), zeros at first
    double epsilon;
};

/// The same per channel over the batch: x is (N, C) or (N, C, L). Ioffe and Szegedy 2015.
///
/// In training the batch's own mean and biased variance are used, and
///     running = (1 − momentum) running + momentum · batch        (the variance unbiased, as PyTorch does)
/// follows; in evaluation the running values are used, as constants.
template <class T = float>
class BatchNorm1d : public Module<T> {
  public:
    explicit BatchNorm1d(std::size_t channels, double eps = 1e-5, double weight_of_new = 0.1);
    /// Throws ShapeError for other shapes, and in training for a single value a channel; in training ValueError in a part
    /// of a batch (micro-batches).
    Variable<T> forward(const Variable<T>& x) override;
    Members<T> members() override;
    std::string describe() const override { return text("BatchNorm1d(", gamma.size(), ")"); }

    Parameter<T> gamma;     ///< (C), ones at first
    Parameter<T> beta;      ///< (C), zeros at first
    Array<T> running_mean;  ///< (C), zeros at first
    Array<T> running_var;   ///< (C), ones at first
    double epsilon;
    double momentum;  ///< what the new batch weighs

  private:
    void follow(const Array<T>& x);
};

extern template class LayerNorm<float>;
extern template class LayerNorm<double>;
extern template class BatchNorm1d<float>;
extern template class BatchNorm1d<double>;

}  // namespace sevenfold
