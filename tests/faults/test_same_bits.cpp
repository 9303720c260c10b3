#include <doctest/doctest.h>

#include "faults/training.hpp"
#include "tried.hpp"

using namespace faults;

TEST_CASE("one seed gives the same weights, history and report on 1, 2 and 4 threads, twice in a row") {
    Tried tried("the same training on 1, 2 and 4 threads");
    for (const bool stopping : {false, true}) {
        const Outcome first = train({.early_stopping = stopping});
        for (const std::size_t threads : {1u, 2u, 4u})
            for (int turn = 0; turn < 2; ++turn) {
                CAPTURE(threads);
                const Outcome again = train({.threads = threads, .early_stopping = stopping});
                CHECK(again == first);
                CHECK(again.fingerprint() == first.fingerprint());
                tried.add(true);
            }
        CHECK(train({.epochs = 29, .early_stopping = stopping}).fingerprint() != first.fingerprint());
    }
}
