#include <doctest/doctest.h>

#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/viz/formula.hpp"

using namespace sevenfold;

TEST_CASE("numbers take the places of the names in a formula, negative ones in parentheses") {
    CHECK(viz::substituted("dy · (1 − y²)", {{"dy", -0.5}, {"y", 0.25}}) == "(−0.5) · (1 − 0.25²)");
    CHECK(viz::substituted("max(x, 0)", {{"x", 2}, {"m", 9}}) == "max(2, 0)");
    CHECK(viz::substituted("dy γ", {{"dy", 1.5}, {"γ", 3}}) == "1.5 3");
}

TEST_CASE("a rule says what an op calls its inputs, and what each gets") {
    const OpText linear{"linear", "y = x wᵀ + b", "dx = dy w, dw = dyᵀ x, db = Σ dy"};
    CHECK(viz::letters(linear, 3) == std::vector<std::string>{"x", "w", "b"});
    CHECK(viz::letters(linear, 2) == std::vector<std::string>{"x", "w"});
    CHECK(viz::letters({"linear_relu", "y = max(x wᵀ + b, 0)", "dz = dy · [y > 0], dx = dz w, dw = dzᵀ x, db = Σ dz"},
                       3) == std::vector<std::string>{"x", "w", "b"});
    CHECK(viz::letters({"concat", "", "dx = each one's part of dy"}, 3) == std::vector<std::string>{"x0", "x1", "x2"});
    const auto sides = viz::right_sides("da = dy · b, db = dy · max(a, 0)");
    CHECK(sides.at("a") == "dy · b");
    CHECK(sides.at("b") == "dy · max(a, 0)");
    CHECK(viz::right_sides("none").empty());
}

TEST_CASE("every elementwise op of one input calls it x and says what it gets") {
    for (const OpText& op : ops::elementwise_group().ops) {
        INFO(op.name);
        CHECK(viz::is_elementwise(op.name));
        CHECK(viz::letters(op, 1) == std::vector<std::string>{"x"});
        CHECK(viz::right_sides(op.rule).contains("x"));
    }
    CHECK_FALSE(viz::is_elementwise("matmul"));
}
