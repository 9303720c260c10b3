// Random numbers that mean the same on every machine: the engine is the standard's mt19937_64, whose bits are fixed;
// the distributions and the shuffle are our own, because the standard leaves theirs to each library.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

class Random {
  public:
    /// One seed, many independent streams: give every worker a stream of its own, and the result does not depend on
    /// how many workers there are.
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

    std::uint64_t bits() { return engine_(); }
    double uniform();  ///< in [0, 1), 53 bits
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    double normal();                   ///< mean 0, deviation 1 (Box-Muller)
    std::size_t below(std::size_t n);  ///< 0..n-1, unbiased. Throws ValueError for n = 0

    template <class T = float>
    Array<T> uniform(const Shape& shape, double low = 0, double high = 1);
    template <class T = float>
    Array<T> normal(const Shape& shape, double mean = 0, double deviation = 1);

    /// A random order of 0..n-1 (Fisher-Yates).
    std::vector<std::size_t> permutation(std::size_t n);
    template <class X>
    void shuffle(std::span<X> items) {
        for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
    }

    /// Everything needed to continue the stream later, as text without spaces at the ends.
    std::string state() const;
    /// Throws ValueError when the text is not such a state.
    void restore(const std::string& state);

  private:
    std::mt19937_64 engine_;
    double spare_ = 0;  // Box-Muller makes two at a time
    bool has_spare_ = false;
};

}  // namespace sevenfold
