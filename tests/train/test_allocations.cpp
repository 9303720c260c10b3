#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/micro_batches.hpp"

namespace {

thread_local std::size_t allocations = 0;

void* counted(std::size_t bytes, std::size_t alignment) {
    ++allocations;
    void* block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (!block) throw std::bad_alloc();
    return block;
}

}  // namespace

// In place of the standard library's, in this whole program; inlined, they would look like mismatched pairs to the compiler.
[[gnu::noinline]] void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return counted(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {  // std::stable_sort's
    try {
        return counted(bytes, alignof(std::max_align_t));
    } catch (const std::bad_alloc&) { return nullptr; }
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }

using namespace sevenfold;

namespace {

// Calls of operator new, and of the system for the pool, in ten steps; the first steps fill the pool.
std::size_t allocations_of(const auto& step) {
    for (std::size_t b = 0; b < 5; ++b) step(b);
    const std::size_t before = allocations, pool_before = pool::stats().system_calls;
    for (std::size_t b = 5; b < 15; ++b) step(b);
    return allocations - before + pool::stats().system_calls - pool_before;
}

}  // namespace

TEST_CASE("a training step allocates nothing: batch, forward, backward and update, by hand and in parts") {
    const Dataset<float> images = digits<float>();
    const auto check = [](Module<float>& model, const Dataset<float>& data) {
        const Epoch<float> epoch = Loader<float>(data, {.batch_size = 32}).epoch(0);
        Adam<float> optimizer(model.parameters());
        CHECK(allocations_of([&](std::size_t b) {
                  const Batch<float> batch = epoch[b];
                  Tape tape;
                  const auto loss = cross_entropy(model(batch.features), batch.labels);
                  optimizer.zero_grad();
                  tape.backward(loss);
                  optimizer.step();
              }) == 0);
        for (const std::size_t rows : {0u, 8u}) {
            MicroBatches<float> parts(model, classification<float>(), rows);
            CHECK(allocations_of([&](std::size_t b) {
                      optimizer.zero_grad();
                      parts.backward(epoch[b]);
                      optimizer.step();
                  }) == 0);
        }
    };
    Random random(1);
    Mlp<float> mlp({64, 32, 10}, Activation::relu, random);
    check(mlp, images.flattened());
    Vit<float> vit(
        {.patches = 8, .patch_size = 8, .classes = 10, .blocks = 2, .layer = {.width = 16, .heads = 2, .hidden = 32}},
        random);
    check(vit, images);
    CHECK(allocations_of([](std::size_t) { operator delete(operator new(1)); }) == 10);  // it does count
}
