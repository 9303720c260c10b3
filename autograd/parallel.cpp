#include "sevenfold/autograd/parallel.hpp"

#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/tape.hpp"

#if defined(__has_feature)  // clang's way to ask
#define SEVENFOLD_HAS_FEATURE(x) __has_feature(x)
#else
#define SEVENFOLD_HAS_FEATURE(x) 0
#endif

namespace sevenfold {
namespace {

#if defined(__SANITIZE_THREAD__) || SEVENFOLD_HAS_FEATURE(thread_sanitizer)
// The thread sanitizer cannot see how oneTBB, which is not built with it, orders what its threads do, and would call that
// races. Plain threads let it watch the turns themselves.
template <class Turn>
void run(std::size_t n, std::size_t threads, const Turn& turn) {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < n; i = next++) turn(i);
    };
    std::vector<std::jthread> workers;
    for (std::size_t k = 1; k < threads; ++k) workers.emplace_back(work);
    work();
}
#else
// An arena for one loop, kept for later ones: oneTBB 2021.8 loses some kilobytes with every arena that ends.
class Arena {
  public:
    explicit Arena(std::size_t threads) : threads_(threads) {
        const std::lock_guard lock(mutex);
        auto& waiting = unused()[threads];
        if (!waiting.empty()) {
            arena_ = std::move(waiting.back());
            waiting.pop_back();
        }
        if (!arena_) arena_ = std::make_unique<tbb::task_arena>(static_cast<int>(threads));
    }
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() {
        const std::lock_guard lock(mutex);
        unused()[threads_].push_back(std::move(arena_));
    }
    tbb::task_arena* operator->() const { return arena_.get(); }

  private:
    /// By the number of threads; never freed, since threads may still work in them when the program ends.
    static std::map<std::size_t, std::vector<std::unique_ptr<tbb::task_arena>>>& unused() {
        static auto* const all = new std::map<std::size_t, std::vector<std::unique_ptr<tbb::task_arena>>>;
        return *all;
    }
    static inline std::mutex mutex;
    std::size_t threads_;
    std::unique_ptr<tbb::task_arena> arena_;
};

template <class Turn>
void run(std::size_t n, std::size_t threads, const Turn& turn) {
    // An arena of its own: while it waits, a thread takes turns of this loop only, never of a loop around it.
    const Arena arena(threads);
    arena->execute([&] { tbb::parallel_for(std::size_t{0}, n, turn, tbb::simple_partitioner()); });
}
#endif

}  // namespace

void parallel_for(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& body) {
    // On the other threads there is no tape and no other rank, so on the caller's there must be none either.
    const auto turn = [&](std::size_t i) {
        const Communicator::Use alone(Communicator::alone());
        const NoTape<float> no_float;
        const NoTape<double> no_double;
        body(i);
    };
    if (threads == 1 || n < 2) {
        for (std::size_t i = 0; i < n; ++i) turn(i);
        return;
    }
    std::vector<std::exception_ptr> thrown(n);
    const auto cores = static_cast<std::size_t>(tbb::info::default_concurrency());
    run(n, threads == 0 ? cores : std::min(threads, cores), [&](std::size_t i) {
        try {
            turn(i);
        } catch (...) { thrown[i] = std::current_exception(); }
    });
    for (const std::exception_ptr& e : thrown)
        if (e) std::rethrow_exception(e);
}

}  // namespace sevenfold
