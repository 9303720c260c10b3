#include "sevenfold/nn/compress.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/autograd/linalg.hpp"

namespace sevenfold {
namespace {

template <class T>
std::size_t thin_size(const Linear<T>& layer, std::size_t rank) {
    return rank * (layer.weight.shape(0) + layer.weight.shape(1)) + (layer.bias ? layer.bias->size() : 0);
}

template <class T>
void check_rank(const Linear<T>& layer, std::size_t rank) {
    const std::size_t largest = std::min(layer.weight.shape(0), layer.weight.shape(1));
    if (rank == 0 || rank > largest)
        fail<ValueError>("compressed", text("rank ", rank, " of ", layer.describe()),
                         text("ranks run from 1 to ", largest));
}

}  // namespace

template <class T>
std::vector<Compression> compressions(const Linear<T>& layer) {
    const Svd<T> parts = svd(layer.weight.value());
    const double norm = parts.error(0);
    std::vector<Compression> out;
    for (std::size_t rank = 1; rank <= parts.s.size(); ++rank)
        out.push_back({.rank = rank,
                       .error = parts.error(rank),
                       .relative_error = norm == 0 ? 0 : parts.error(rank) / norm,
                       .parameters = thin_size(layer, rank),
                       .before = layer.parameter_count()});
    return out;
}

template <class T>
Sequential<T> compressed(const Linear<T>& layer, std::size_t rank) {
    check_rank(layer, rank);
    const std::size_t out = layer.weight.shape(0), in = layer.weight.shape(1);
    const Svd<T> parts = svd(layer.weight.value());
    Random random(0);  // what it draws is written over
    Linear<T> first(in, rank, random, false), second(rank, out, random, layer.bias.has_value());
    const std::span<T> rows = first.weight.change("compressed"), columns = second.weight.change("compressed");
    for (std::size_t r = 0; r < rank; ++r) {
        const T root = std::sqrt(parts.s(r));
        for (std::size_t i = 0; i < in; ++i) rows[r * in + i] = root * parts.vt(r, i);
        for (std::size_t o = 0; o < out; ++o) columns[o * rank + r] = root * parts.u(o, r);
    }
    if (layer.bias) second.bias->assign(layer.bias->value(), "compressed");
    return Sequential<T>(std::move(first), std::move(second));
}

template <class T>
Sequential<T> compressed(const Mlp<T>& model, std::size_t rank) {
    Sequential<T> out;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Linear<T>& layer = model.layers[i];
        if (rank == 0) check_rank(layer, rank);
        if (thin_size(layer, rank) < layer.parameter_count())
            out.add(compressed(layer, rank));
        else
            out.add(layer);
        if (i + 1 < model.layers.size()) out.add(Activate<T>(model.activation));
    }
    return out;
}

#define SEVENFOLD_INSTANTIATE(T)                                      \
    template std::vector<Compression> compressions(const Linear<T>&); \
    template Sequential<T> compressed(const Linear<T>&, std::size_t); \
    template Sequential<T> compressed(const Mlp<T>&, std::size_t);
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)

}  // namespace sevenfold
