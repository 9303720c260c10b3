#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "sanitizers.hpp"
#include "sevenfold/autograd/array.hpp"
#include "sevenfold/autograd/pool.hpp"

using namespace sevenfold;

constexpr bool reuses = !address_sanitizer;

TEST_CASE("blocks are aligned to 64 bytes and hold what was asked for") {
    for (std::size_t bytes : {1u, 100u, 128u, 129u, 160u, 161u, 1000u, 4096u, 5000u, 100'000u, 3'000'001u, 4'000'000u,
                              4'194'304u, 4'194'305u, 9'000'001u}) {
        void* block = pool::allocate(bytes);
        CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
        std::memset(block, 0xAB, bytes);
        pool::release(block, bytes);
    }
}

#if defined(__linux__)
TEST_CASE("blocks of 4 MB and more begin where a large page can") {
    for (std::size_t bytes : {4u << 20, (4u << 20) + 1, 20'000'000u}) {
        void* block = pool::allocate(bytes);
        CHECK(reinterpret_cast<std::uintptr_t>(block) % (2u << 20) == 0);
        pool::release(block, bytes);
    }
}
#endif

TEST_CASE("a freed block is the next one of its size class") {
    if (!reuses) return;
    void* first = pool::allocate(1000);
    pool::release(first, 1000);
    const auto before = pool::stats();
    void* second = pool::allocate(990);
    CHECK(second == first);
    CHECK(pool::stats().system_calls == before.system_calls);
    CHECK(pool::stats().cached_bytes < before.cached_bytes);
    pool::release(second, 990);
    CHECK(pool::stats().cached_bytes == before.cached_bytes);
}

TEST_CASE("blocks in use at the same time never overlap") {
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    for (std::size_t i = 0; i < 200; ++i) {
        const std::size_t bytes = 64 + 37 * i;
        auto* block = static_cast<unsigned char*>(pool::allocate(bytes));
        std::memset(block, static_cast<int>(i), bytes);
        blocks.emplace_back(block, bytes);
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        CHECK(blocks[i].first[0] == i);
        CHECK(blocks[i].first[blocks[i].second - 1] == i);
        pool::release(blocks[i].first, blocks[i].second);
    }
}

TEST_CASE("what is allocated is counted until it is freed") {
    const auto start = pool::stats().live_bytes;
    {
        const auto a = Array<float>::zeros({1000}), shared = a;
        const auto one = pool::stats().live_bytes - start;
        CHECK(one >= 4000);
        CHECK(one <= 6000);
        auto copy = a;
        copy(0) = 1;
        CHECK(pool::stats().live_bytes == start + 2 * one);
        const Array<float> scalar(3.0f);
        CHECK(pool::stats().live_bytes == start + 2 * one);  // a scalar lives inside the object
    }
    CHECK(pool::stats().live_bytes == start);
}

TEST_CASE("a block freed by another thread is reused there") {
    void* block = pool::allocate(777);
    std::thread([&] {
        pool::release(block, 777);
        CHECK(pool::stats().live_bytes < 0);
        if (reuses) {
            void* again = pool::allocate(777);
            CHECK(again == block);
            pool::release(again, 777);
        }
    }).join();
}

TEST_CASE("trim gives all freed blocks back to the system") {
    pool::release(pool::allocate(10'000), 10'000);
    pool::trim();
    CHECK(pool::stats().cached_bytes == 0);
}
