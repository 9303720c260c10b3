// Mistakes that the compiler finds. CASE 0 is the program without any and must compile; each other case adds one mistake
// and must be refused with the words behind its number.
//
// CASE 1: NotSaved
// CASE 2: Variable<double>
// CASE 3: deleted
// CASE 4: read-only|const
// CASE 5: deleted
// CASE 6: Array<double>
#include "sevenfold/autograd/ops/elementwise.hpp"
#include "sevenfold/autograd/xtensor.hpp"

using namespace sevenfold;

struct Square {
    static constexpr OpText text{"square", "y = x²", "dx = 2 x dy"};
#if CASE == 1  // the rule reads x, which it does not save
    static constexpr Saves saves = saves_nothing;
#else
    static constexpr Saves saves = saves_x;
#endif
    auto value(const auto& x) const { return x * x; }
    auto dx(const auto& dy, const auto& x, const auto&) const { return 2 * x * dy; }
};

int main() {
    auto w = leaf(Array<float>({2}, {1, 2}), "w");
    const auto other = leaf(Array<double>({2}, {1, 2}));
    Tape tape;
    auto y = apply<float>(ops::Unary<Square, float>(), w);
#if CASE == 2  // float and double do not mix
    y = w * other;
#elif CASE == 3  // a tape is where it is
    Tape copy = tape;
#elif CASE == 4  // a value changes by assign or change only
    w.value().data()[0] = 3;
#elif CASE == 5  // the view would outlive its array
    auto view = xt_view(Array<float>::ones({2}));
#elif CASE == 6  // no silent loss of digits
    Variable<float> narrow = Array<double>::ones({2});
#endif
    tape.backward(sum(y));
    return other.size() == 2 ? 0 : 1;
}
