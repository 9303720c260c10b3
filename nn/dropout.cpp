#include "sevenfold/nn/dropout.hpp"

#include "sevenfold/nn/forward_pass.hpp"

namespace sevenfold {

template <class T>
Dropout<T>::Dropout(double p, Random& random) : probability(p), stream(random.bits()) {
    if (!(p >= 0 && p < 1)) fail<ValueError>("Dropout", text("probability ", p), "it is at least 0 and below 1");
}

template <class T>
Variable<T> Dropout<T>::forward(const Variable<T>& x) {
    if (!this->training() || probability == 0) return x;
    Array<T> mask(x.shape());
    const T kept = static_cast<T>(1 / (1 - probability));
    Random& random = ForwardPass::stream(stream);
    for (T& m : mask.flat()) m = random.uniform() < probability ? T{0} : kept;
    return x * Variable<T>(std::move(mask));
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace sevenfold
