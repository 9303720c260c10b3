#include "sevenfold/autograd/random.hpp"
#include "sevenfold/exercises/check.hpp"

namespace exercise {

const Exercise this_exercise{6, "06_dropout.cpp", "dropout, and its scale"};

void run(Check& check) {
    const double p = 0.25;
    const Variable<double> x(Array<double>({6}, {1, 2, -3, 4, 5, -6}));
    const Array<double> u({6}, {0.1, 0.9, 0.25, 0.2, 0.7, 0.5});
    const Variable<double> kept = Variable<double>(u) >= p, dropped = 1 - kept;
    const std::vector<Mistake> mistakes{
        {"what is kept is not scaled: divide it by 1 − p, so that the mean stays what it was", (x * kept).value()},
        {"what is kept is divided by p; it is kept with probability 1 − p", (x * kept / p).value()},
        {"what is kept is multiplied by 1 − p; divided, it makes up for what is missing", (x * kept * (1 - p)).value()},
        {"entries with u < p are kept, and the others dropped: it is the other way round",
         (x * dropped / (1 - p)).value()},
        {"the same the other way round, scaled by 1/p: entries with u < p are to be dropped",
         (x * dropped / p).value()},
        {"u = p exactly is kept: drop where u < p", (x * (Variable<double>(u) > p) / (1 - p)).value()},
        {"nothing is dropped", x.value()}};
    check.equal("six entries in training, p = 0.25", drop_out(x.value(), u, p, true), (x * kept / (1 - p)).value(),
                mistakes);

    check.equal("in evaluation nothing happens", drop_out(x.value(), u, p, false), x.value(),
                {{"entries are dropped in evaluation too", (x * kept / (1 - p)).value()},
                 {"in evaluation x is scaled by 1 − p; that is for dropout that does not scale in training",
                  (x * (1 - p)).value()},
                 {"in evaluation x is scaled by 1 / (1 − p)", (x / (1 - p)).value()}});
    check.equal("p = 0 keeps all", drop_out(x.value(), u, 0, true), x.value());

    Random random(1);
    const Array<double> ones = Array<double>::ones({20000}), draws = random.uniform<double>({20000});
    const double mean_kept = mean(Variable<double>(drop_out(ones, draws, 0.5, true))).item();
    check.holds("the mean of 20000 ones stays near 1", std::abs(mean_kept - 1) < 0.05, text("it is ", mean_kept));
}

}  // namespace exercise
