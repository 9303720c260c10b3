#include "sevenfold/nn/normalization.hpp"

#include "sevenfold/nn/forward_pass.hpp"

namespace sevenfold {

template <class T>
LayerNorm<T>::LayerNorm(std::size_t width, double eps)
    : gamma(Array<T>::ones({width})), beta(Array<T>::zeros({width})), epsilon(eps) {}

template <class T>
BatchNorm1d<T>::BatchNorm1d(std::size_t channels, double eps, double weight_of_new)
    : gamma(Array<T>::ones({channels})),
      beta(Array<T>::zeros({channels})),
      running_mean(Array<T>::zeros({channels})),
      running_var(Array<T>::ones({channels})),
      epsilon(eps),
      momentum(weight_of_new) {}

template <class T>
Members<T> BatchNorm1d<T>::members() {
    return {{"gamma", gamma}, {"beta", beta}, {"running_mean", running_mean}, {"running_var", running_var}};
}

template <class T>
Variable<T> BatchNorm1d<T>::forward(const Variable<T>& x) {
    const std::size_t channels = gamma.size();
    if ((x.rank() != 2 && x.rank() != 3) || x.shape(1) != channels)
        fail<ShapeError>("BatchNorm1d", text("x ", x.shape()),
                         text("it takes (N, ", channels, ") or (N, ", channels, ", L)"));
    if (this->training()) {
        if (x.size() <= channels)
            fail<ShapeError>("BatchNorm1d", text("a batch ", x.shape(), " in training"),
                             "a variance needs two values a channel or more", "Use a larger batch, or model.eval().");
        if (ForwardPass::is(ForwardPass::Kind::part))
            fail<ValueError>("BatchNorm1d", text("a part of a batch, ", x.shape()),
                             "it needs mean and variance of the whole batch",
                             "Train without micro-batches, or normalise with LayerNorm.");
        if (!ForwardPass::is(ForwardPass::Kind::repeat)) follow(x.value());
        return batch_norm(x, gamma, beta, epsilon);
    }
    Shape per_channel{channels};
    if (x.rank() == 3) per_channel.append(1);
    const auto along = [&](const Variable<T>& v) { return reshape(v, per_channel); };
    const Variable<T> deviation = sqrt(Variable<T>(running_var) + epsilon);
    return (x - along(running_mean)) * along(gamma / deviation) + along(beta);
}

template <class T>
void BatchNorm1d<T>::follow(const Array<T>& x) {
    const Axes others = x.rank() == 3 ? Axes{0, 2} : Axes{0};
    const Variable<T> batch(x);  // a constant: nothing is recorded
    running_mean = ((1 - momentum) * Variable<T>(running_mean) + momentum * mean(batch, others)).value();
    running_var = ((1 - momentum) * Variable<T>(running_var) + momentum * var(batch, others, false, true)).value();
}

template class LayerNorm<float>;
template class LayerNorm<double>;
template class BatchNorm1d<float>;
template class BatchNorm1d<double>;

}  // namespace sevenfold
