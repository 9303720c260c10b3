#include "sevenfold/nn/sequential.hpp"

namespace sevenfold {

template <class T>
Module<T>& Sequential<T>::operator[](std::size_t i) {
    if (i >= size()) fail<IndexError>("Sequential", text("module ", i), text("it has ", size(), ", counted from 0"));
    return *steps_[i];
}

template <class T>
Variable<T> Sequential<T>::forward(const Variable<T>& x) {
    Variable<T> y = x;
    for (const Step& step : steps_) y = (*step)(y);
    return y;
}

template <class T>
Members<T> Sequential<T>::members() {
    Members<T> all;
    for (std::size_t i = 0; i < size(); ++i) all.emplace_back(std::to_string(i), *steps_[i]);
    return all;
}

template class Sequential<float>;
template class Sequential<double>;

}  // namespace sevenfold
