// Counts that threads share. An atomic addition costs as much as a small op, so a program pays for it only from the moment
// at which it starts its second thread.
#pragma once

#include <atomic>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace sevenfold {

inline bool one_thread_only() {
#if __has_include(<sys/single_threaded.h>)
    return __libc_single_threaded;
#else
    return false;
#endif
}

/// Adds `by` (which may wrap around: −1 as an unsigned number) and returns the new count.
template <class X>
X add_to(std::atomic<X>& count, X by) {
    if (!one_thread_only()) return count.fetch_add(by, std::memory_order_acq_rel) + by;
    const X now = count.load(std::memory_order_relaxed) + by;
    count.store(now, std::memory_order_relaxed);
    return now;
}

}  // namespace sevenfold
