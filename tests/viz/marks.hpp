// The marks of one kind in a figure, for tests.
#pragma once

#include <vector>

#include "sevenfold/viz/plot.hpp"

template <class M>
std::vector<M> marks(const sevenfold::viz::Figure& figure) {
    std::vector<M> out;
    for (const sevenfold::viz::Mark& mark : figure.marks)
        if (const auto* one = std::get_if<M>(&mark)) out.push_back(*one);
    return out;
}
