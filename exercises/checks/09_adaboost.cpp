#include <cmath>
#include <numeric>

#include "sevenfold/exercises/check.hpp"

namespace exercise {
namespace {

struct Variant {
    std::string words{};
    bool weighted = true, half = false, both_ways = false, normalized = true, right_rows = false, classes = true;
};

// The say, then the new weights.
Array<double> round_by(std::vector<double> w, const std::vector<bool>& wrong, std::size_t classes, const Variant& how) {
    double e = 0;
    for (std::size_t i = 0; i < w.size(); ++i)
        if (wrong[i]) e += how.weighted ? w[i] : 1 / static_cast<double>(w.size());
    double say = std::log((1 - e) / e) + (how.classes ? std::log(static_cast<double>(classes) - 1) : 0);
    if (how.half) say /= 2;
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
        if (wrong[i] != how.right_rows)
            w[i] *= std::exp(say);
        else if (how.both_ways)
            w[i] *= std::exp(-say);
        sum += w[i];
    }
    if (how.normalized)
        for (double& x : w) x /= sum;
    w.insert(w.begin(), say);
    return as_array(w);
}

}  // namespace

const Exercise this_exercise{9, "09_adaboost.cpp", "AdaBoost's weights"};

void run(Check& check) {
    const std::vector<Variant> variants{
        {.words = "the error counts rows; it must add up the weights of the rows that are wrong", .weighted = false},
        {.words = "½ ln is the say of the form that also lowers right rows by exp(−say); here a = ln((1 − e) / e) + "
                  "ln(K − 1)",
         .half = true},
        {.words = "½ ln and exp(±say) are the first paper's form: the same weights, but half the say",
         .half = true,
         .both_ways = true},
        {.words = "the weights do not sum to 1: divide them by their sum", .normalized = false},
        {.words = "the rows that are right were raised; those that are wrong are to weigh more", .right_rows = true},
        {.words = "right rows were lowered as well; with this say only the wrong ones change, before scaling",
         .both_ways = true},
        {.words = "ln(K − 1) is missing, without which a learner of many classes needs an error below ½",
         .classes = false}};
    const auto compare = [&](const std::string& name, std::vector<double> weights, const std::vector<bool>& wrong,
                             std::size_t classes) {
        const Array<double> expected = round_by(weights, wrong, classes, {});
        std::vector<Mistake> mistakes;
        for (const Variant& variant : variants)
            mistakes.push_back({variant.words, round_by(weights, wrong, classes, variant)});
        mistakes.push_back({"the weights were not changed", [&] {
                                std::vector<double> same = weights;
                                same.insert(same.begin(), expected(0));
                                return as_array(same);
                            }()});
        const double say = boosting_round(weights, wrong, classes);
        std::vector<double> arrived = weights;
        arrived.insert(arrived.begin(), say);
        check.equal(name + ": the say (0), then the new weights", as_array(arrived), expected, mistakes);
        if (classes > 2) return;
        double again = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) again += wrong[i] ? weights[i] : 0;
        check.equal(name + ": the same learner would now be wrong on half of the weight", Array<double>(again),
                    Array<double>(0.5));
    };
    compare("4 equal rows, 1 wrong", {0.25, 0.25, 0.25, 0.25}, {false, true, false, false}, 2);
    compare("5 rows of different weight, 2 wrong", {0.1, 0.3, 0.2, 0.15, 0.25}, {true, false, true, false, false}, 2);
    compare("3 classes", {0.1, 0.3, 0.2, 0.15, 0.25}, {true, true, true, false, false}, 3);
}

}  // namespace exercise
