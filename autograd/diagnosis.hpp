// What the numbers of a wrong gradient tell about the mistake behind them.
#pragma once

#include <string>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

/// Which pairs of numbers count as equal: |a − b| ≤ atol + rtol · |b|.
struct Tolerance {
    double atol, rtol;
    bool equal(double a, double b) const;  ///< false for NaN
};

/// How the gradient that a rule gives differs from the right one of the same shape, in words: "every entry is 1/6 of the
/// right one, and there are 6 entries: a mean in place of a sum?". What follows a colon is a guess, what is before it
/// holds for the numbers as they are. "" where they show no pattern, or are equal.
std::string diagnose(const Array<double>& rule, const Array<double>& right, const Tolerance& tolerance);

}  // namespace sevenfold
