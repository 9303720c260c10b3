// Loops whose turns do not depend on each other: trees of a bag, folds of a cross-validation.
//
// What a turn may use: arrays may be shared between threads as long as nobody writes to the same Array object (the count
// of who shares a storage is atomic); the pool of memory and the current tape belong to a thread; OpenBLAS runs on the
// thread that calls it. Give every turn its own stream of random numbers, Random(seed, i), and its own place for its
// result: then the result does not depend on the number of threads.
#pragma once

#include <cstddef>
#include <functional>

namespace sevenfold {

/// Calls body(i) for i = 0..n-1, up to `threads` of them at a time, and never more than there are cores; 1 is
/// a plain loop, 0 stands for all cores.
/// The caller's tape is not current inside. When turns throw, the exception of the smallest such i is passed on.
void parallel_for(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& body);

}  // namespace sevenfold
