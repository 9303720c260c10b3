#include <doctest/doctest.h>

#include "sevenfold/autograd/gradcheck.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;
using D = Variable<double>;

namespace {

/// x², with a rule that is wrong for one entry on the road named.
class Crooked final : public Op<double> {
  public:
    Crooked(bool fast, bool functional) : fast_(fast), functional_(functional) {}
    static constexpr OpText words{"crooked", "y = x²", "dx = 2 x dy"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_x; }
    Array<double> forward(const Array<double>& x) const { return (D(x) * D(x)).value(); }
    void backward(Backward<double>& step) const override {
        step.by_pullback();
        if (fast_) step.add(0, bump(step.x_shape(0)));
    }
    void pullback(Pullback<double>& step) const override {
        step.add(0, 2 * step.x(0) * step.dy());
        if (functional_) step.add(0, D(bump(step.x_shape(0))));
    }

  private:
    static Array<double> bump(const Shape& shape) {
        auto out = Array<double>::zeros(shape);
        out.data()[5] = 0.125;
        return out;
    }
    bool fast_, functional_;
};

/// x², whose rule hides from the tape that dx depends on x.
class Forgetful final : public Op<double> {
  public:
    static constexpr OpText words{"forgetful", "y = x²", "dx = 2 x dy"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_x; }
    Array<double> forward(const Array<double>& x) const { return (D(x) * D(x)).value(); }
    void pullback(Pullback<double>& step) const override { step.add(0, 2 * step.x(0).detach() * step.dy()); }
};

const Array<double> matrix({2, 3}, {1, 2, 3, 4, 5, 6});

GradcheckReport check_crooked(bool fast, bool functional) {
    return gradcheck([=](const auto& x) { return apply<double>(Crooked(fast, functional), x[0]); }, {leaf(matrix, "w")},
                     {.order = 1});
}

}  // namespace

TEST_CASE("gradcheck passes a right function at every order") {
    const auto report =
        gradcheck([](const auto& x) { return sin(x[0]) * exp(x[1]); }, {matrix, Array<double>(0.3)}, {.order = 3});
    INFO(report.str());
    CHECK(report.passed());
    // Inputs at order 1: 2; then each order adds one upstream for each result: 3, then 3 + 2. Two roads each.
    CHECK(report.results.size() == 2 * (2 + 3 + 5));
}

TEST_CASE("gradcheck names road, input and entry of a wrong rule") {
    const auto report = check_crooked(true, false);
    CHECK_FALSE(report.passed());
    REQUIRE(report.results.size() == 2);
    const GradcheckResult& fast = report.results[0];
    CHECK(fast.road == "tape.backward");
    CHECK(fast.entry == std::vector<std::size_t>{1, 2});
    CHECK(fast.error == doctest::Approx(0.125));
    CHECK(fast.analytic - fast.numeric == doctest::Approx(0.125));
    CHECK(report.results[1].road == "grad");
    CHECK(report.results[1].passed());
    CHECK(report.str().starts_with("WRONG: order 1, tape.backward, input 0 (w), entry (1, 2): the rule says "));
    CHECK(fast.wrong == 1);
    CHECK(fast.rule.data()[5] == fast.analytic);
    CHECK(fast.differences.data()[5] == fast.numeric);
    CHECK(fast.str().ends_with(
        "; wrong entries: 1 of 6; the other road is right: the op's backward and pullback differ"));
}

TEST_CASE("gradcheck finds a wrong functional rule") {
    const auto report = check_crooked(false, true);
    CHECK_FALSE(report.results[1].passed());
    CHECK(report.results[1].entry == std::vector<std::size_t>{1, 2});
}

TEST_CASE("gradcheck guesses at the mistake where the numbers tell it") {
    const auto report = gradcheck([](const auto& x) { return x[0].detach() * x[0]; },
                                  {leaf(Array<double>({3}, {1, 2, 3}), "w")}, {.order = 1});
    for (const GradcheckResult& result : report.results)
        CHECK(result.guess.starts_with("every entry is half of the right one"));
}

TEST_CASE("gradcheck finds a second derivative that is lost though the first is right") {
    const GradcheckFunction square = [](const auto& x) { return apply<double>(Forgetful(), x[0]); };
    CHECK(gradcheck(square, {matrix}, {.order = 1}).passed());
    const auto report = gradcheck(square, {matrix}, {.order = 2});
    CHECK_FALSE(report.passed());
    CHECK(report.str().find("the order before is right: is something detached in its rule?") != std::string::npos);
}

TEST_CASE("gradcheck fails for a gradient that is not a number") {
    const auto report = gradcheck([](const auto& x) { return sqrt(x[0] * 0); }, {Array<double>(1.0)}, {.order = 1});
    CHECK_FALSE(report.passed());
}

TEST_CASE("gradcheck takes functions that depend on an input not at all") {
    CHECK(gradcheck([](const auto& x) { return x[0] * 2; }, {matrix, matrix}).passed());
    CHECK(gradcheck([](const auto&) { return D(3.0); }, {matrix}).passed());
}

TEST_CASE("gradcheck refuses what it cannot judge") {
    Random random(1);
    CHECK_THROWS_WITH_AS(
        gradcheck([&](const auto& x) { return x[0] * random.normal(); }, {matrix}),
        "[gradcheck] a function that gave two results for the same inputs: differences of random values say nothing. "
        "Fix its seed, or switch its dropout off.",
        ValueError);
    CHECK_THROWS_WITH_AS(gradcheck([](const auto&) { return D(1.0); }, {}),
                         "[gradcheck] no inputs: there is nothing to differentiate with respect to.", ValueError);
    CHECK_THROWS_WITH_AS(gradcheck([](const auto& x) { return x[0]; }, {matrix}, {.order = 0}),
                         "[gradcheck] order 0: the first order is 1.", ValueError);
}
