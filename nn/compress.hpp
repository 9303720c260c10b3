// Fewer numbers for a trained layer: its weight, (out, in), is replaced by the nearest one of a lower rank, which two thin
// layers hold with rank · (out + in) numbers.
#pragma once

#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/sequential.hpp"

namespace sevenfold {

/// What a rank costs and saves.
struct Compression {
    std::size_t rank;
    double error;            ///< √Σ (W − W_rank)²
    double relative_error;   ///< the same, of √Σ W²; 0 for W = 0
    std::size_t parameters;  ///< of the two thin layers, bias included
    std::size_t before;      ///< of the layer as it was
};
/// For each rank from 1 to min(in, out).
template <class T>
std::vector<Compression> compressions(const Linear<T>& layer);

/// Linear(in, rank, no bias), then Linear(rank, out) with the layer's bias, if it has one: W ≈ U diag(s) Vᵀ is held as
/// diag(√s) Vᵀ and U diag(√s), so that both are of one size if they are to be trained on. Throws ValueError unless the
/// rank is 1..min(in, out), or when W is not finite.
template <class T>
Sequential<T> compressed(const Linear<T>& layer, std::size_t rank);

/// Every layer that gets smaller by it is compressed; the others are copied, their activations stay.
template <class T>
Sequential<T> compressed(const Mlp<T>& model, std::size_t rank);

}  // namespace sevenfold
