// In which order the gradients of a batch's parts are added: as a balanced binary tree over the parts' numbers. Its shape
// depends on how many parts there are and on nothing else. Whoever has a stretch of the parts can add up what lies within
// blocks of it, wherever the stretch begins: so any number of threads and ranks arrive at the same bits.
//
//     parts   0   1   2   3   4   5   6         (0 + 1) + (2 + 3), then 4 + 5, then 6;
//             └─┬─┘   └─┬─┘   └─┬─┘   │         what is left is added from the right: a + (b + c)
//               └───┬───┘       │     │
#pragma once

#include <cstddef>
#include <vector>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

/// 2^k parts, the first of them a multiple of 2^k.
struct Block {
    std::size_t first, parts;
    friend bool operator==(const Block&, const Block&) = default;
};
/// Whether two blocks side by side are one block.
inline bool join(const Block& a, const Block& b) { return a.parts == b.parts && a.first % (2 * a.parts) == 0; }
/// The fewest blocks that make up the parts first .. last - 1.
std::vector<Block> blocks_of(std::size_t first, std::size_t last);

/// Sums of one gradient for each parameter and part, as far as the parts that are here allow.
template <class T>
class PartSums {
  public:
    struct Sum {
        Block block;
        bool present = false;  ///< a parameter that a part does not use has no gradient there
        Array<T> value{};
    };

    /// Forgets everything; the parts first, first + 1, .. are to come.
    void begin(std::size_t first);
    /// Parts come in ascending order, parameters in any. One that is left out has no gradient in that part.
    void add(std::size_t part, std::size_t parameter, Array<T>&& gradient);
    /// The same without taking the array away.
    void add_copy(std::size_t part, std::size_t parameter, const Array<T>& gradient);
    /// The blocks of the parts up to last - 1; none if this parameter was never there.
    const std::vector<Sum>& blocks(std::size_t parameter, std::size_t last);
    bool has(std::size_t parameter) const { return parameter < sums_.size() && next_[parameter] > first_; }
    /// All blocks in one, when the parts up to last - 1 are all there are. The parameter must be there.
    Array<T> take_total(std::size_t parameter, std::size_t last);

  private:
    void skip_to(std::size_t part, std::size_t parameter);
    void push(std::size_t parameter, Sum sum);
    void join_blocks(std::size_t parameter);  // not at once: the last part's gradient may still grow

    std::size_t first_ = 0;
    std::vector<std::vector<Sum>> sums_;  // by parameter
    std::vector<std::size_t> next_;       // the part that each waits for
};

extern template class PartSums<float>;
extern template class PartSums<double>;

}  // namespace sevenfold
