// Sample calls for every op: what the test of the register runs. A new op needs a line in op_samples.cpp.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sevenfold/autograd/tape.hpp"

namespace samples {

using namespace sevenfold;

template <class T>
using Call = std::function<Variable<T>(const std::vector<Variable<T>>&)>;

struct Sample {
    Call<double> in_double;
    Call<float> in_float;
    std::vector<Variable<double>> inputs;  ///< all are differentiated with respect to; the rest stands in the call
    double float_tolerance = 1e-5;         ///< relative to the largest element
};

/// By the name in the register. Names that are not there are of ops composed of others: they are checked the same way.
using Samples = std::map<std::string, std::vector<Sample>>;
const Samples& op_samples();

/// Elementwise ops of two inputs, in double: checked on all broadcasting pairs of shapes.
std::map<std::string, Call<double>> pairwise_calls();

}  // namespace samples
