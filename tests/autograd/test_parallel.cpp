#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <vector>

#include "../message.hpp"
#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/autograd/parallel.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;

TEST_CASE("every turn of a parallel loop runs once, on any number of threads") {
    for (const std::size_t threads : {0u, 1u, 2u, 4u}) {
        CAPTURE(threads);
        std::vector<int> runs(1000, 0);
        parallel_for(runs.size(), threads, [&](std::size_t i) { ++runs[i]; });
        CHECK(runs == std::vector<int>(1000, 1));
        parallel_for(0, threads, [](std::size_t) { FAIL("there is no turn"); });
    }
}

TEST_CASE("a stream of random numbers for each turn gives the same bits on any number of threads") {
    const auto draw = [](std::size_t threads) {
        std::vector<Array<double>> out(64);
        parallel_for(out.size(), threads, [&](std::size_t i) { out[i] = Random(7, i).normal<double>({50}); });
        return out;
    };
    const auto one = draw(1);
    CHECK(draw(2) == one);
    CHECK(draw(4) == one);
}

TEST_CASE("the exception of the smallest turn passes through") {
    for (const std::size_t threads : {1u, 2u, 4u})
        CHECK(message<ValueError>([&] {
                  parallel_for(100, threads, [](std::size_t i) {
                      if (i % 10 == 7) fail<ValueError>("turn", text(i), "it does not end in 7");
                  });
              }) == "[turn] 7: it does not end in 7.");
}

TEST_CASE("parallel loops nest, and each turn has a tape of its own or none") {
    Tape<double> tape;
    const auto x = leaf(Array<double>(3.0));
    std::vector<double> slopes(8, 0);
    parallel_for(8, 2, [&](std::size_t i) {
        CHECK(Tape<double>::current() == nullptr);
        Tape<double> own;
        const auto z = leaf(Array<double>(static_cast<double>(i)));
        std::atomic<int> inner = 0;
        parallel_for(4, 2, [&](std::size_t) { ++inner; });
        own.backward(z * z * static_cast<double>(inner.load()));
        slopes[i] = z.grad().item();
    });
    for (std::size_t i = 0; i < 8; ++i) CHECK(slopes[i] == 8.0 * static_cast<double>(i));
    CHECK(Tape<double>::current() == &tape);
    CHECK(tape.size() == 0);
}
