// Where an entry of a gradient comes from: the entries of other gradients that contribute most, and why a zero is zero.
#pragma once

#include <nlohmann/json.hpp>
#include <set>

#include "sevenfold/autograd/trace.hpp"

namespace sevenfold::viz {

struct OriginLimits {
    std::size_t terms = 3;      ///< so many contributions are named, the largest first
    std::size_t entries = 256;  ///< so many entries of an array are followed at most
};

/// For each step an object from entries (row-major numbers, as strings) to
///     {terms: [[step, input, entry of the step's gradient, that gradient, local derivative, product], ..],
///      others: [count, sum], why: "…"}
/// `asked` names the entries to begin with, by step; those that they mainly come from are followed to the loss.
template <class T>
std::vector<nlohmann::json> origins(Tape<T>& tape, const Trace<T>& trace, std::vector<std::set<std::size_t>> asked,
                                    const OriginLimits& limits = {});

}  // namespace sevenfold::viz
