#include "sevenfold/autograd/pool.hpp"

#include <array>
#include <bit>
#include <cstdlib>
#include <new>

namespace sevenfold::pool {
namespace {

// Four classes between neighbouring powers of two: at most a fifth of a block is wasted.
constexpr std::size_t smallest = 128, classes = 4 * 40, keep_at_most = std::size_t{1} << 30;

struct SizeClass {
    std::size_t index, bytes;
};
SizeClass size_class(std::size_t bytes) {
    if (bytes <= smallest) return {0, smallest};
    const auto log = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;  // 2^log < bytes <= 2^(log+1)
    const std::size_t step = std::size_t{1} << (log - 2);
    const std::size_t quarter = (bytes - 1 - (std::size_t{1} << log)) / step;  // 0..3
    return {4 * (log - 7) + quarter + 1, (std::size_t{1} << log) + (quarter + 1) * step};
}

struct Free {
    Free* next;
};

struct Cache {
    std::array<Free*, classes> lists{};
    Stats stats{};
    ~Cache();
};
thread_local bool cache_is_gone = false;  // arrays with static lifetime may be freed after the cache
thread_local Cache cache;

Cache::~Cache() {
    trim();
    cache_is_gone = true;
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

}  // namespace

void* allocate(std::size_t bytes) {
    const SizeClass c = size_class(bytes);
    if (reuse && !cache_is_gone && c.index < classes) {
        if (Free* block = cache.lists[c.index]) {
            cache.lists[c.index] = block->next;
            cache.stats.cached_bytes -= c.bytes;
            cache.stats.live_bytes += static_cast<std::ptrdiff_t>(c.bytes);
            return block;
        }
        ++cache.stats.system_calls;
    }
    void* block = std::aligned_alloc(64, (c.bytes + 63) / 64 * 64);
    if (!block) throw std::bad_alloc();
    if (!cache_is_gone) cache.stats.live_bytes += static_cast<std::ptrdiff_t>(c.bytes);
    return block;
}

void release(void* block, std::size_t bytes) noexcept {
    const SizeClass c = size_class(bytes);
    if (!cache_is_gone) cache.stats.live_bytes -= static_cast<std::ptrdiff_t>(c.bytes);
    if (!reuse || cache_is_gone || c.index >= classes || cache.stats.cached_bytes + c.bytes > keep_at_most)
        return std::free(block);
    cache.lists[c.index] = new (block) Free{cache.lists[c.index]};
    cache.stats.cached_bytes += c.bytes;
}

Stats stats() { return cache.stats; }

void trim() noexcept {
    for (Free*& list : cache.lists)
        while (Free* block = list) {
            list = block->next;
            std::free(block);
        }
    cache.stats.cached_bytes = 0;
}

}  // namespace sevenfold::pool
