#include "fuzz/memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "sevenfold/autograd/pool.hpp"

namespace {

thread_local std::ptrdiff_t live = 0, peak = 0;

void* counted(std::size_t bytes, std::size_t alignment) {
    void* block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (!block) throw std::bad_alloc();
    live += static_cast<std::ptrdiff_t>(malloc_usable_size(block));
    peak = std::max(peak, live);
    return block;
}
void uncounted(void* block) noexcept {
    live -= static_cast<std::ptrdiff_t>(malloc_usable_size(block));
    std::free(block);
}

}  // namespace

// In place of the standard library's, in this whole program.
[[gnu::noinline]] void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return counted(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {  // std::stable_sort's
    try {
        return counted(bytes, alignof(std::max_align_t));
    } catch (const std::bad_alloc&) { return nullptr; }
}
[[gnu::noinline]] void operator delete(void* block) noexcept { uncounted(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { uncounted(block); }
[[gnu::noinline]] void operator delete(void* block, std::align_val_t) noexcept { uncounted(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t, std::align_val_t) noexcept { uncounted(block); }

namespace fuzz {

std::size_t peak_bytes_of(const std::function<void()>& call) {
    namespace pool = sevenfold::pool;
    const std::ptrdiff_t before = live, pool_before = pool::stats().live_bytes;
    peak = live;
    pool::reset_peak();
    call();
    return static_cast<std::size_t>(peak - before + pool::stats().peak_bytes - pool_before);
}

}  // namespace fuzz
