// The gradients of a step, summed over ranks in buckets while backward still runs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/variable.hpp"
#include "sevenfold/train/part_sums.hpp"

namespace sevenfold {

/// How the gradients of all ranks are added.
enum class SumOrder {
    fixed,    ///< in the order of the rows: the same bits on any number of ranks
    fastest,  ///< as the network does it best: other bits on another number of ranks, and perhaps in another run
};

template <class T>
class RankSums {
  public:
    /// Buckets hold the parameters from the last to the first, which is about the order in which backward is done with
    /// them. Each rank adds up a slice of a bucket, of about `slice_bytes`: the smaller, the earlier sums begin and the
    /// less is left to do when backward has ended; the larger, the fewer messages.
    RankSums(Communicator& ranks, std::vector<Variable<T>> parameters, SumOrder order,
             std::size_t slice_bytes = 32 << 10);

    /// A batch of so many parts, of which share_of(parts, rank, size) are this rank's.
    void begin(std::size_t parts);
    /// This rank's parts are through with the parameter: its sum over all ranks can begin.
    void ready(std::size_t parameter, PartSums<T>& sums);
    /// Nothing more is to come from this rank. Adds the totals to grad(); `used` says, for each parameter, whether any
    /// rank has a gradient.
    void finish(PartSums<T>& sums, const std::vector<std::uint8_t>& used);

  private:
    struct Buffers {
        std::vector<T> mine, total;
        std::vector<Block> blocks;  // of all ranks
    };
    struct Bucket {
        std::vector<std::size_t> parameters, offsets;
        std::size_t length = 0, missing = 0;
        std::shared_ptr<Buffers> buffers;
        std::unique_ptr<PendingSum> pending;
    };
    void pack(std::size_t parameter, PartSums<T>& sums);
    void start(Bucket& bucket);

    Communicator& ranks_;
    std::vector<Variable<T>> parameters_;
    SumOrder order_;
    std::vector<Bucket> buckets_;  // in the order in which they start, on every rank
    std::vector<std::size_t> bucket_of_;
    std::size_t started_ = 0, last_ = 0;
    std::vector<bool> packed_;
    std::vector<Block> all_blocks_, own_blocks_;
    std::vector<std::size_t> counts_;  // blocks of each rank
};

extern template class RankSums<float>;
extern template class RankSums<double>;

}  // namespace sevenfold
