#include <doctest/doctest.h>

#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;

TEST_CASE("a value used twice gets the sum of both gradients") {
    auto x = leaf(Array<double>(3.0), "x");
    Tape<double> tape;
    auto y = x * x + x;
    tape.backward(y);
    CHECK(x.grad().item() == 7.0);
}

TEST_CASE("gradients can be differentiated again, to any order") {
    auto x = leaf(Array<double>(0.7), "x");
    Tape<double> tape;
    auto y = x * x * x * x;
    auto first = grad(y, x), second = grad(first, x), third = grad(second, x);
    CHECK(first.item() == doctest::Approx(4 * 0.7 * 0.7 * 0.7));
    CHECK(second.item() == doctest::Approx(12 * 0.7 * 0.7));
    CHECK(third.item() == doctest::Approx(24 * 0.7));
}

TEST_CASE("a graph that reuses nodes sixty levels deep is linear") {
    auto x = leaf(Array<double>(1.0), "x");
    Tape<double> tape;
    Variable<double> y = x;
    for (int i = 0; i < 60; ++i) y = y + y;
    tape.backward(y);
    CHECK(x.grad().item() == 0x1p60);
    CHECK(tape.size() == 61);
}

TEST_CASE("a printed tape has a column of gradients once they are known, however short the numbers") {
    auto x = leaf(Array<double>(3.0), "x");
    Tape<double> tape;
    auto y = named(x * x, "y");
    CHECK(tape.str().find("gradient") == std::string::npos);
    tape.backward(y, {.retain = true});
    CHECK(tape.str() ==
          "step  op    inputs  shape  value  gradient  rule\n"
          "%0 x  leaf          ()     3      6\n"
          "%1 y  mul   x, x    ()     9      1         da = dy · b, db = dy · a\n");
}
