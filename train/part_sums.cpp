#include "sevenfold/train/part_sums.hpp"

#include <algorithm>

#include "sevenfold/autograd/kernels/kernels.hpp"

namespace sevenfold {
namespace {

// Into a.
template <class T>
void add(typename PartSums<T>::Sum& a, typename PartSums<T>::Sum& b) {
    if (b.present && a.present)
        kernels::accumulate(a.value, b.value);
    else if (b.present)
        a.value = std::move(b.value);
    a.present |= b.present;
}

}  // namespace

std::vector<Block> blocks_of(std::size_t first, std::size_t last) {
    std::vector<Block> blocks;
    while (first < last) {
        std::size_t parts = 1;
        while (first % (2 * parts) == 0 && 2 * parts <= last - first) parts *= 2;
        blocks.push_back({first, parts});
        first += parts;
    }
    return blocks;
}

template <class T>
void PartSums<T>::begin(std::size_t first) {
    first_ = first;
    for (auto& sums : sums_) sums.clear();
    std::fill(next_.begin(), next_.end(), first);
}

template <class T>
void PartSums<T>::push(std::size_t parameter, Sum sum) {
    join_blocks(parameter);
    sums_[parameter].push_back(std::move(sum));
    ++next_[parameter];
}

template <class T>
void PartSums<T>::join_blocks(std::size_t parameter) {
    std::vector<Sum>& sums = sums_[parameter];
    while (sums.size() > 1 && join(sums[sums.size() - 2].block, sums.back().block)) {
        Sum& left = sums[sums.size() - 2];
        sevenfold::add<T>(left, sums.back());
        left.block.parts *= 2;
        sums.pop_back();
    }
}

template <class T>
void PartSums<T>::skip_to(std::size_t part, std::size_t parameter) {
    if (parameter >= sums_.size()) {
        sums_.resize(parameter + 1);
        next_.resize(parameter + 1, first_);
    }
    while (next_[parameter] < part) push(parameter, {{next_[parameter], 1}});
}

template <class T>
void PartSums<T>::add(std::size_t part, std::size_t parameter, Array<T>&& gradient) {
    skip_to(part, parameter);
    Sum sum{{part, 1}, true, std::move(gradient)};
    // A leaf that was changed while the tape recorded has several places there, and comes several times.
    if (next_[parameter] > part)
        sevenfold::add<T>(sums_[parameter].back(), sum);
    else
        push(parameter, std::move(sum));
}

template <class T>
void PartSums<T>::add_copy(std::size_t part, std::size_t parameter, const Array<T>& gradient) {
    Array<T> own(gradient.shape());
    std::copy(gradient.begin(), gradient.end(), own.data());
    add(part, parameter, std::move(own));
}

template <class T>
auto PartSums<T>::blocks(std::size_t parameter, std::size_t last) -> const std::vector<Sum>& {
    static const std::vector<Sum> none;
    if (!has(parameter)) return none;
    skip_to(last, parameter);
    join_blocks(parameter);
    return sums_[parameter];
}

template <class T>
Array<T> PartSums<T>::take_total(std::size_t parameter, std::size_t last) {
    skip_to(last, parameter);
    join_blocks(parameter);
    std::vector<Sum>& sums = sums_[parameter];
    while (sums.size() > 1) {
        sevenfold::add<T>(sums[sums.size() - 2], sums.back());
        sums.pop_back();
    }
    return std::move(sums[0].value);
}

template class PartSums<float>;
template class PartSums<double>;

}  // namespace sevenfold
