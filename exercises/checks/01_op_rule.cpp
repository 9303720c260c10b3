#include <cmath>

#include "sevenfold/autograd/gradcheck.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/exercises/check.hpp"

namespace exercise {
namespace {

using D = Variable<double>;

D softsign(const D& x) { return x / (1 + abs(x)); }

// The op whose rule is the reader's.
class Softsign final : public Op<double> {
  public:
    static constexpr OpText words{"softsign", "y = x / (1 + |x|)", "the one in exercises/01_op_rule.cpp"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_x; }
    Array<double> forward(const Array<double>& x) const { return softsign(D(x)).value(); }
    void pullback(Pullback<double>& step) const override { step.add(0, softsign_gradient(step.dy(), step.x(0))); }
};

}  // namespace

const Exercise this_exercise{1, "01_op_rule.cpp", "the rule of an op"};

void run(Check& check) {
    const D x(Array<double>({5}, {-2, -0.5, 0.25, 1, 3})), dy(Array<double>({5}, {1, -1, 2, 0.5, -3}));
    const D size = 1 + abs(x);
    check.equal("dx for some numbers x and dy", softsign_gradient(dy, x).value(), (dy / (size * size)).value(),
                {{"dy is missing: the rule hands back dy times the derivative", (1 / (size * size)).value()},
                 {"1 + |x| is not squared", (dy / size).value()},
                 {"x in place of |x|", (dy / ((1 + x) * (1 + x))).value()},
                 {"this is dy times the value y; the rule wants the derivative of y", (dy * x / size).value()},
                 {"the quotient rule (u/v)' = (u'v − uv') / v² has a minus, here was a plus",
                  (dy * (1 + 2 * abs(x)) / (size * size)).value()}});

    // The same question to central differences, which know nothing of the formula; and once more for the second derivative.
    const GradcheckReport report =
        gradcheck([](const std::vector<D>& in) { return apply<double>(Softsign(), in[0]); }, {leaf(x.value(), "x")});
    for (const GradcheckResult& result : report.results)
        check.holds(text("gradient check, order ", result.order, ", ", result.road, ", input ", result.input),
                    result.passed(), result.str(),
                    result.order == 2 ? "the rule computes with numbers that the tape cannot follow" : "");
}

}  // namespace exercise
