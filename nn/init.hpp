// First values of weights. What they share: a layer should neither amplify nor dampen what passes it, forward and back.
//
// fan_in is how many inputs meet in one output, fan_out how many outputs one input reaches. A weight is (out, in), or
// (out, in, kh, kw) where each counts kh kw times. All draw from a Random: its seed decides.
#pragma once

#include "sevenfold/autograd/random.hpp"

namespace sevenfold::init {

struct Fan {
    std::size_t in, out;
};
/// Throws ShapeError for a weight with fewer than two axes.
Fan fan(const Shape& weight);

/// U(−a, a), a = gain sqrt(6 / (fan_in + fan_out)): for tanh and sigmoid. Glorot and Bengio 2010, equation 16.
template <class T>
Array<T> xavier_uniform(const Shape& shape, Random& random, double gain = 1);
/// N(0, s²), s = gain sqrt(2 / (fan_in + fan_out)). Glorot and Bengio 2010.
template <class T>
Array<T> xavier_normal(const Shape& shape, Random& random, double gain = 1);

/// U(−a, a), a = sqrt(6 / fan_in): for relu. He, Zhang, Ren, Sun 2015.
template <class T>
Array<T> kaiming_uniform(const Shape& shape, Random& random);
/// N(0, s²), s = sqrt(2 / fan_in): for relu. He, Zhang, Ren, Sun 2015, equation 10.
template <class T>
Array<T> kaiming_normal(const Shape& shape, Random& random);

/// N(0, s²), s = sqrt(1 / fan_in): for selu, and for layers without activation. LeCun, Bottou, Orr, Müller 1998, equation 16.
template <class T>
Array<T> lecun_normal(const Shape& shape, Random& random);
/// U(−a, a), a = sqrt(1 / fan_in): what Linear and Conv2d start from, as in PyTorch; a third of lecun_normal's variance.
template <class T>
Array<T> fan_in_uniform(const Shape& shape, Random& random);

/// N(mean, deviation²) with what lies more than two deviations away drawn again: positions and class tokens.
template <class T>
Array<T> truncated_normal(const Shape& shape, Random& random, double deviation = 0.02, double mean = 0);

}  // namespace sevenfold::init
