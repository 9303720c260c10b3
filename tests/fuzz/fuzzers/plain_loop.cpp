// What readers stand on refers to parallel loops, but a reader runs none: a plain one spares the fuzzers oneTBB and tapes.
#include "sevenfold/autograd/parallel.hpp"

namespace sevenfold {

void parallel_for(std::size_t n, std::size_t, const std::function<void(std::size_t)>& body) {
    for (std::size_t i = 0; i < n; ++i) body(i);
}

}  // namespace sevenfold
