#include "sevenfold/autograd/parallel.hpp"

#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <exception>
#include <vector>

#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {

void parallel_for(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& body) {
    // On the other threads there is no tape, so on the caller's there must be none either.
    const auto turn = [&](std::size_t i) {
        const NoTape<float> no_float;
        const NoTape<double> no_double;
        body(i);
    };
    if (threads == 1 || n < 2) {
        for (std::size_t i = 0; i < n; ++i) turn(i);
        return;
    }
    std::vector<std::exception_ptr> thrown(n);
    // An arena of its own: while it waits, a thread takes turns of this loop only, never of a loop around it.
    const auto cores = static_cast<std::size_t>(tbb::info::default_concurrency());
    tbb::task_arena arena(static_cast<int>(threads == 0 ? cores : std::min(threads, cores)));
    arena.execute([&] {
        tbb::parallel_for(
            std::size_t{0}, n,
            [&](std::size_t i) {
                try {
                    turn(i);
                } catch (...) { thrown[i] = std::current_exception(); }
            },
            tbb::simple_partitioner());
    });
    for (const std::exception_ptr& e : thrown)
        if (e) std::rethrow_exception(e);
}

}  // namespace sevenfold
