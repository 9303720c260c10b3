#include "sevenfold/nn/embedding.hpp"

#include <cmath>

namespace sevenfold {

template <class T>
Indices as_indices(const Array<T>& numbers) {
    for (T x : numbers.flat())
        if (!(std::trunc(x) == x && std::abs(x) < T{1e9}))
            fail<ValueError>("as_indices", text(x), "an index is a whole number");
    return numbers.template cast<std::int64_t>();
}
template Indices as_indices(const Array<float>&);
template Indices as_indices(const Array<double>&);

template <class T>
Embedding<T>::Embedding(std::size_t rows, std::size_t width, Random& random, double deviation)
    : weight(random.normal<T>({rows, width}, 0, deviation)) {}

template class Embedding<float>;
template class Embedding<double>;

}  // namespace sevenfold
