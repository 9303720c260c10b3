#include <cmath>

#include "sevenfold/exercises/check.hpp"

namespace exercise {
namespace {

// Adam with what people get wrong in it as switches.
struct Variant {
    std::string words{};
    bool correct_m = true, correct_v = true, eps_inside = false, square = true, root = true, swapped = false;
    double late = 0;  // added to t
};

// (steps, 3): w, m and v after each step.
Array<double> walk(const std::vector<double>& gradients, const AdamOptions& o, const Variant& how) {
    Array<double> out(Shape{gradients.size(), 3});
    double w = 1, m = 0, v = 0;
    for (std::size_t step = 0; step < gradients.size(); ++step) {
        const double g = gradients[step], t = static_cast<double>(step + 1) + how.late;
        const double b1 = how.swapped ? 1 - o.beta1 : o.beta1, b2 = how.swapped ? 1 - o.beta2 : o.beta2;
        m = b1 * m + (1 - b1) * g;
        v = b2 * v + (1 - b2) * (how.square ? g * g : g);
        const double mean = how.correct_m ? m / (1 - std::pow(b1, t)) : m;
        const double square = how.correct_v ? v / (1 - std::pow(b2, t)) : v;
        const double inside = how.eps_inside ? o.eps : 0, outside = how.eps_inside ? 0 : o.eps;
        w -= o.lr * mean / ((how.root ? std::sqrt(square + inside) : square) + outside);
        out(step, 0) = w, out(step, 1) = m, out(step, 2) = v;
    }
    return out;
}

// Of the first steps: m and v, (steps, 2), if `moments`, else w, (steps).
Array<double> column(const Array<double>& walked, std::size_t steps, bool moments) {
    const Variable<double> part(walked.rows(0, steps));
    return moments ? slice(part, {{}, {1, 3}}).value() : slice(part, {{}, {0, 1}}).value().reshape({steps});
}

}  // namespace

const Exercise this_exercise{4, "04_adam.cpp", "Adam, and its bias correction"};

void run(Check& check) {
    const std::vector<double> gradients{0.5, -0.25, 0.125, 2, 0.001};
    const AdamOptions options{.lr = 0.1, .beta1 = 0.9, .beta2 = 0.99, .eps = 1e-3};
    const Array<double> expected = walk(gradients, options, {});
    const std::vector<Variant> variants{
        {.words = "the bias correction is missing: m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)",
         .correct_m = false,
         .correct_v = false},
        {.words = "m is not corrected: m̂ = m / (1 − β₁ᵗ)", .correct_m = false},
        {.words = "v is not corrected: v̂ = v / (1 − β₂ᵗ)", .correct_v = false},
        {.words = "ε stands inside the root; Algorithm 1 adds it outside", .eps_inside = true},
        {.words = "v gathers g, not g²", .square = false},
        {.words = "the root is missing: the step is divided by √v̂", .root = false},
        {.words = "β and 1 − β are exchanged", .swapped = true},
        {.words = "t is one too small: β⁰ = 1 leaves nothing to divide by; the first step is t = 1", .late = -1},
        {.words = "t is one too large: the first step is t = 1, and the caller counts it", .late = 1}};

    Array<double> arrived(expected.shape());
    Moments moments;
    double w = 1;
    for (std::size_t step = 0; step < gradients.size(); ++step) {
        w = adam_step(w, gradients[step], moments, step + 1, options);
        arrived(step, 0) = w, arrived(step, 1) = moments.m, arrived(step, 2) = moments.v;
    }
    for (const bool of_moments : {true, false})
        for (const std::size_t steps : std::vector<std::size_t>{1, gradients.size()}) {
            std::vector<Mistake> mistakes;
            for (const Variant& variant : variants)
                mistakes.push_back({variant.words, column(walk(gradients, options, variant), steps, of_moments)});
            if (of_moments && steps > 1) {  // m̂ put into m spoils the next step
                Array<double> stored(Shape{gradients.size(), 2});
                double m = 0, v = 0;
                for (std::size_t i = 0; i < gradients.size(); ++i) {
                    const double t = static_cast<double>(i + 1), g = gradients[i];
                    m = (options.beta1 * m + (1 - options.beta1) * g) / (1 - std::pow(options.beta1, t));
                    v = (options.beta2 * v + (1 - options.beta2) * g * g) / (1 - std::pow(options.beta2, t));
                    stored(i, 0) = m, stored(i, 1) = v;
                }
                mistakes.push_back({"m̂ and v̂ were kept as m and v; they are for this step only", stored});
            }
            if (of_moments && steps == 1)
                mistakes.push_back({"m̂ and v̂ were kept as m and v; they are for this step only",
                                    Array<double>({1, 2}, {gradients[0], gradients[0] * gradients[0]})});
            const std::string when = steps == 1 ? "after the first step" : text("after each of ", steps, " steps");
            check.equal(of_moments ? text("m and v ", when) : text("w ", when), column(arrived, steps, of_moments),
                        column(expected, steps, of_moments), mistakes);
        }

    // The library's own rule, as a second opinion.
    const Variable<double> theirs = leaf(Array<double>(1.0), "w");
    Adam<double> adam({theirs}, options);
    for (const double g : gradients) {
        Variable<double>(theirs).set_grad(Array<double>(g));
        adam.step();
    }
    check.equal("w is where the library's Adam is", Array<double>(w), theirs.value());
}

}  // namespace exercise
