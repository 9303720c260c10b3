// The bridge to xtensor, for those who want its expressions. The library itself does without: include this and link
// nothing more.
//
//     Array<float> a = xt::exp(xt_view(b)) + 1;     // any expression becomes an array, row-major
//     auto s = xt::sum(xt_view(a), {1});            // any array is an expression
#pragma once

#include <vector>
#include <xtensor/xadapt.hpp>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

/// The array as an xtensor expression, read-only, without a copy. It must not outlive the array, nor a change of it.
template <class T>
auto xt_view(const Array<T>& array) {
    return xt::adapt(array.data(), array.size(), xt::no_ownership(),
                     std::vector<std::size_t>(array.shape().begin(), array.shape().end()));
}
template <class T>
void xt_view(const Array<T>&&) = delete;  // it would outlive the temporary array

}  // namespace sevenfold
