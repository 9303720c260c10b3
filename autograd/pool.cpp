#include "sevenfold/autograd/pool.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <new>

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

namespace sevenfold::pool {
namespace {

// Four classes between neighbouring powers of two: at most a fifth of a block is wasted.
constexpr std::size_t smallest = 128, classes = 4 * 40, keep_at_most = std::size_t{1} << 30;

struct SizeClass {
    std::size_t index, bytes;
};
SizeClass size_class(std::size_t bytes) {
    if (bytes <= smallest) return {0, smallest};
    const std::size_t last = bytes - 1, quarter_log = static_cast<std::size_t>(std::bit_width(last)) - 3;
    const std::size_t quarters =
        last >> quarter_log;  // 4..7: of the power of two at or below `last`, those that are full
    return {4 * quarter_log + quarters - 23, (quarters + 1) << quarter_log};
}

struct Free {
    Free* next;
};

struct Cache {
    std::array<Free*, classes> lists{};
    Stats stats{};
};

// What a thread frees is kept for its next arrays, and given back when it ends. Initial-exec: reading the pointer is one
// instruction, not a call.
[[gnu::tls_model("initial-exec")]] constinit thread_local Cache* cache = nullptr;
thread_local bool ended = false;  // arrays with static lifetime may be freed after the cache

struct Owner {
    Cache own;
    Owner() { cache = &own; }
    ~Owner() {
        trim();
        cache = nullptr;
        ended = true;
    }
};

/// The thread's cache, made at the first call; none when the thread is about to end.
Cache* made() {
    if (ended) return nullptr;
    thread_local Owner owner;
    return cache;
}

// Reuse would hide a use after free from the address sanitizer.
#if defined(__has_feature)
#define SEVENFOLD_HAS_FEATURE(f) __has_feature(f)
#else
#define SEVENFOLD_HAS_FEATURE(f) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || SEVENFOLD_HAS_FEATURE(address_sanitizer)
constexpr bool reuse = false;
#else
constexpr bool reuse = true;
#endif

// Rows drawn at random from a large array lie on as many pages: with the usual 4 KB the processor looks most of them up.
void* from_system(std::size_t bytes) {
#if defined(MADV_HUGEPAGE)
    constexpr std::size_t huge_page = std::size_t{2} << 20;
    if (bytes >= 2 * huge_page) {
        bytes = (bytes + huge_page - 1) / huge_page * huge_page;
        void* const block = std::aligned_alloc(huge_page, bytes);
        if (block) madvise(block, bytes, MADV_HUGEPAGE);  // where the system has none, all is as before
        return block;
    }
#endif
    return std::aligned_alloc(64, (bytes + 63) / 64 * 64);
}

}  // namespace

void* allocate(std::size_t bytes) {
    const SizeClass c = size_class(bytes);
    Cache* const mine = cache ? cache : made();
    if (mine) {
        mine->stats.live_bytes += static_cast<std::ptrdiff_t>(c.bytes);
        mine->stats.peak_bytes = std::max(mine->stats.peak_bytes, mine->stats.live_bytes);
        if (reuse && c.index < classes) {
            if (Free* block = mine->lists[c.index]) {
                mine->lists[c.index] = block->next;
                mine->stats.cached_bytes -= c.bytes;
                return block;
            }
            ++mine->stats.system_calls;
        }
    }
    if (void* block = from_system(c.bytes)) return block;
    if (mine) mine->stats.live_bytes -= static_cast<std::ptrdiff_t>(c.bytes);
    throw std::bad_alloc();
}

void release(void* block, std::size_t bytes) noexcept {
    const SizeClass c = size_class(bytes);
    Cache* const mine = cache ? cache : made();
    if (!mine) return std::free(block);
    mine->stats.live_bytes -= static_cast<std::ptrdiff_t>(c.bytes);
    if (!reuse || c.index >= classes || mine->stats.cached_bytes + c.bytes > keep_at_most) return std::free(block);
    mine->lists[c.index] = new (block) Free{mine->lists[c.index]};
    mine->stats.cached_bytes += c.bytes;
}

Stats stats() {
    const Cache* mine = made();
    return mine ? mine->stats : Stats{};
}

void reset_peak() noexcept {
    if (Cache* mine = made()) mine->stats.peak_bytes = mine->stats.live_bytes;
}

void trim() noexcept {
    Cache* const mine = made();
    if (!mine) return;
    for (Free*& list : mine->lists)
        while (Free* block = list) {
            list = block->next;
            std::free(block);
        }
    mine->stats.cached_bytes = 0;
}

}  // namespace sevenfold::pool
