#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/exercises/check.hpp"

namespace exercise {
namespace {

Array<double> by_the_tape(const Array<double>& logits, const Labels& labels) {
    const Variable<double> z = leaf(logits, "logits");
    Tape<double> tape;
    tape.backward(cross_entropy(z, labels));
    return std::as_const(z).grad();
}

}  // namespace

const Exercise this_exercise{3, "03_cross_entropy.cpp", "the gradient of softmax and cross-entropy"};

void run(Check& check) {
    const Array<double> logits{{1, 2, 3}, {0.5, -1, 0}, {2, 2, -2}, {0, 0.25, -0.5}};
    const Labels labels({4}, {2, 0, 1, 1});
    Array<double> onehot = Array<double>::zeros(logits.shape());
    for (std::size_t i = 0; i < 4; ++i) onehot(i, labels(i)) = 1;
    const Variable<double> z(logits), p = softmax(z), hot(onehot);

    const Array<double> arrived = cross_entropy_gradient(logits, labels);
    check.equal(
        "4 rows of 3 logits", arrived, by_the_tape(logits, labels),
        {{"it is the gradient of the sum over the rows; the loss is their mean, so divide by N", (p - hot).value()},
         {"it is divided by the number of all logits; only the rows are counted", ((p - hot) / 12).value()},
         {"the sign is turned round: onehot − softmax leads uphill", ((hot - p) / 4).value()},
         {"the 1 at the true class is not subtracted", (p / 4).value()},
         {"the 1 at the true class is not subtracted, and the mean's 1/N is missing", p.value()},
         {"softmax went down the columns; each row is one distribution", ((softmax(z, 0) - hot) / 4).value()},
         {"the exponentials are not divided by their sum", ((exp(z) - hot) / 4).value()},
         {"1 − p was put at the true class; the gradient there is p − 1", ((p + hot - 2 * p * hot) / 4).value()}});
    const Array<double> sums = sum(Variable<double>(arrived), {1}).value();
    check.equal("each row sums to 0: raising all logits alike changes nothing", sums, Array<double>::zeros({4}));

    const Array<double> large{{1000, 0, -1000}, {-1000, -1001, -1002}};
    const Labels classes({2}, {0, 2});
    check.equal("logits of 1000, where exp overflows", cross_entropy_gradient(large, classes),
                by_the_tape(large, classes),
                {{"exp(1000) is infinity: subtract each row's largest logit first, which changes no quotient", [&] {
                      const Variable<double> e = exp(Variable<double>(large)), share = e / sum(e, {1}, true);
                      Array<double> grad = share.value();
                      for (std::size_t i = 0; i < 2; ++i) grad(i, classes(i)) -= 1;
                      return (Variable<double>(grad) / 2).value();
                  }()}});
}

}  // namespace exercise
