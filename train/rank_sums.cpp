#include "sevenfold/train/rank_sums.hpp"

#include <algorithm>

namespace sevenfold {
namespace {

template <class T>
void add_to(T* a, const T* b, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) a[i] += b[i];
}

// As PartSums adds them; over the vectors, and into the first of them.
template <class T>
T* add_blocks(const std::vector<Block>& blocks, std::span<T* const> vectors, std::size_t n) {
    std::vector<std::pair<Block, T*>> sums;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        sums.emplace_back(blocks[i], vectors[i]);
        while (sums.size() > 1 && join(sums[sums.size() - 2].first, sums.back().first)) {
            add_to(sums[sums.size() - 2].second, sums.back().second, n);
            sums[sums.size() - 2].first.parts *= 2;
            sums.pop_back();
        }
    }
    for (; sums.size() > 1; sums.pop_back()) add_to(sums[sums.size() - 2].second, sums.back().second, n);
    return sums[0].second;
}

}  // namespace

template <class T>
RankSums<T>::RankSums(Communicator& ranks, std::vector<Variable<T>> parameters, SumOrder order, std::size_t slice_bytes)
    : ranks_(ranks), parameters_(std::move(parameters)), order_(order), bucket_of_(parameters_.size()) {
    const std::size_t bucket_bytes = slice_bytes * ranks.size();
    for (std::size_t k = parameters_.size(); k-- > 0;) {
        if (buckets_.empty() || buckets_.back().length * sizeof(T) >= bucket_bytes) buckets_.emplace_back();
        Bucket& bucket = buckets_.back();
        bucket_of_[k] = buckets_.size() - 1;
        bucket.parameters.push_back(k);
        bucket.offsets.push_back(bucket.length);
        bucket.length += parameters_[k].size();
    }
}

template <class T>
void RankSums<T>::begin(std::size_t parts) {
    all_blocks_.clear();
    counts_.clear();
    for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
        const Range range = share_of(parts, rank, ranks_.size());
        const std::vector<Block> blocks = blocks_of(range.first, range.last);
        counts_.push_back(order_ == SumOrder::fixed ? blocks.size() : 1);
        all_blocks_.insert(all_blocks_.end(), blocks.begin(), blocks.end());
        if (rank == ranks_.rank()) {
            own_blocks_ = blocks;
            last_ = range.last;
        }
    }
    packed_.assign(parameters_.size(), false);
    started_ = 0;
    for (Bucket& bucket : buckets_) {
        bucket.missing = bucket.parameters.size();
        // A step that threw has left a sum behind, which goes on in its own memory.
        if (!bucket.buffers || bucket.pending) bucket.buffers = std::make_shared<Buffers>();
        bucket.pending.reset();
        bucket.buffers->mine.resize(bucket.length * std::max<std::size_t>(own_blocks_.size(), 1));
        bucket.buffers->total.resize(bucket.length);
        bucket.buffers->blocks = all_blocks_;
    }
}

template <class T>
void RankSums<T>::pack(std::size_t parameter, PartSums<T>& sums) {
    Bucket& bucket = buckets_[bucket_of_[parameter]];
    const auto place = std::find(bucket.parameters.begin(), bucket.parameters.end(), parameter);
    const std::size_t offset = bucket.offsets[static_cast<std::size_t>(place - bucket.parameters.begin())];
    const auto& blocks = sums.blocks(parameter, last_);
    for (std::size_t i = 0; i < std::max<std::size_t>(own_blocks_.size(), 1); ++i) {
        T* const to = bucket.buffers->mine.data() + i * bucket.length + offset;
        if (i < blocks.size() && blocks[i].present)
            std::copy(blocks[i].value.begin(), blocks[i].value.end(), to);
        else  // adds nothing, not even a sign: x + -0 is x for every x
            std::fill_n(to, parameters_[parameter].size(), -T{0});
    }
    packed_[parameter] = true;
    --bucket.missing;
}

template <class T>
void RankSums<T>::start(Bucket& bucket) {
    Buffers* const at = bucket.buffers.get();
    VectorSum<T> sum{at->mine, counts_, {}, at->total, bucket.buffers};
    if (order_ == SumOrder::fixed) {
        sum.combine = [at](std::span<T* const> vectors, std::size_t n, T* out) {
            const T* const total = add_blocks(at->blocks, vectors, n);
            std::copy(total, total + n, out);
        };
    } else {
        std::vector<T*> own;
        for (std::size_t i = 0; i < own_blocks_.size(); ++i) own.push_back(at->mine.data() + i * bucket.length);
        if (own.size() > 1) add_blocks<T>(own_blocks_, own, bucket.length);
        sum.mine = sum.mine.first(bucket.length);
    }
    bucket.pending = ranks_.start(std::move(sum));
}

template <class T>
void RankSums<T>::ready(std::size_t parameter, PartSums<T>& sums) {
    if (packed_[parameter])
        fail<TapeError>("fit", text("a parameter ", parameters_[parameter].shape(), " that changed in a forward pass"),
                        "its gradient came in two pieces, the first of which ranks have begun to add up",
                        "Change parameters between steps.");
    pack(parameter, sums);
    // Sums must begin in the same order on all ranks.
    while (started_ < buckets_.size() && buckets_[started_].missing == 0) start(buckets_[started_++]);
    ranks_.progress();
}

template <class T>
void RankSums<T>::finish(PartSums<T>& sums, const std::vector<std::uint8_t>& used) {
    for (std::size_t k = 0; k < parameters_.size(); ++k)
        if (!packed_[k]) pack(k, sums);
    while (started_ < buckets_.size()) start(buckets_[started_++]);
    for (Bucket& bucket : buckets_) {
        bucket.pending->wait();
        bucket.pending.reset();
        for (std::size_t i = 0; i < bucket.parameters.size(); ++i) {
            const std::size_t k = bucket.parameters[i];
            if (!used[k]) continue;
            const std::span<const T> total =
                std::span<const T>(bucket.buffers->total).subspan(bucket.offsets[i], parameters_[k].size());
            parameters_[k].add_grad(Array<T>(parameters_[k].shape(), total));
        }
    }
}

template class RankSums<float>;
template class RankSums<double>;

}  // namespace sevenfold
