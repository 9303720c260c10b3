// Runs under mpirun: every rank runs every test case, and rank 0 speaks unless another one fails.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "sevenfold/distributed/session.hpp"

int main(int argc, char** argv) {
    const sevenfold::distributed::Session session({.mute_others = false});
    if (const char* expected = std::getenv("SEVENFOLD_RANKS"); expected && std::to_string(session.size()) != expected) {
        std::fprintf(stderr, "%zu ranks, %s expected\n", session.size(), expected);
        return 1;
    }
    doctest::Context context(argc, argv);
    context.setOption("no-colors", true);  // mpirun gives its processes a terminal
    if (session.rank() > 0) context.setOption("minimal", true);
    return context.run();
}
