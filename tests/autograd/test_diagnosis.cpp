#include <doctest/doctest.h>

#include <limits>

#include "sevenfold/autograd/diagnosis.hpp"

using namespace sevenfold;

namespace {

using A = Array<double>;

const A right({2, 3}, {1, -2, 3, 0.5, 4, -6});

std::string said_of(const A& rule, const A& of = right) { return diagnose(rule, of, {1e-6, 1e-6}); }

A times(double factor) {
    A out = right;
    for (double& x : out.flat()) x *= factor;
    return out;
}

}  // namespace

TEST_CASE("nothing is said of a right gradient, nor of one without a pattern") {
    CHECK(said_of(right) == "");
    CHECK(said_of(A({2, 3}, {2, 1, 0.25, 7, -3, 5})) == "");
}

TEST_CASE("a common factor is named, and the size that it stands for") {
    CHECK(said_of(times(-1)) == "every entry has the opposite sign of the right one: is a minus missing, or too much?");
    CHECK(said_of(times(1. / 6)) ==
          "every entry is 1/6 of the right one, and there are 6 entries: a mean in place of a sum?");
    CHECK(said_of(times(1. / 3)) == "every entry is 1/3 of the right one, and axis 1 has 3: a mean in place of a sum?");
    CHECK(said_of(times(6)) ==
          "every entry is 6 times the right one, and there are 6 entries: is a division by their number missing?");
    CHECK(said_of(times(0.8)) == "every entry is 0.8 times the right one: is a factor missing, or too much?");
    const A three({3}, {1, 2, 3});
    CHECK(said_of(A({3}, {0.5, 1, 1.5}), three)
              .starts_with("every entry is half of the right one: is a factor 2 missing"));
    CHECK(said_of(A({3}, {2, 4, 6}), three) == "every entry is twice the right one: is something counted twice?");
}

TEST_CASE("zeros are named: everywhere, where the rule has them, where they should be") {
    CHECK(said_of(times(0)) == "the rule says 0 everywhere: is this input forgotten, or its way detached?");
    CHECK(said_of(A({2, 3}, {1, -2, 0, 0.5, 0, -6})) ==
          "where it is wrong, the rule says 0: does a mask close too much, or is a contribution lost?");
    CHECK(said_of(right, A({2, 3}, {1, -2, 0, 0.5, 0, -6})) ==
          "where it is wrong, the right one is 0: is a mask missing?");
    CHECK(said_of(A({2, 3}, {1, -2, 3, 1.5, 12, -6})) == "where it is wrong, it is 3 times the right one");
}

TEST_CASE("a transpose and another order are told apart") {
    CHECK(said_of(A({2, 2}, {1, 3, 2, 4}), A({2, 2}, {1, 2, 3, 4})) == "it is the transpose of the right one");
    CHECK(said_of(A({2, 3}, {1, 0.5, -2, 4, 3, -6})) == "it is the transpose of the right one");
    CHECK(said_of(A({3}, {3, 2, 1}), A({3}, {1, 2, 3})) == "it has the right numbers in another order");
}

TEST_CASE("a difference that all entries along an axis share is named") {
    CHECK(said_of(A({2, 3}, {1.5, -1, 5, 1, 5, -4})).starts_with("along axis 0 every entry is off by the same amount"));
    CHECK(said_of(A({2, 3}, {1.5, -1.5, 3.5, 1.5, 5, -5}))
              .starts_with("along axis 1 every entry is off by the same amount"));
}

TEST_CASE("numbers that are not finite are named first") {
    A rule = right;
    rule.data()[2] = std::numeric_limits<double>::quiet_NaN();
    CHECK(said_of(rule) == "not all of its numbers are finite");
}
