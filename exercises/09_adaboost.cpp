// Exercise 9: AdaBoost's weights
//
// In each round a weak learner is fitted to weighted rows. What it gets wrong is to count for more in the next round, and its
// say in the vote depends on how good it was. With K classes (SAMME; for K = 2 the last term is 0):
//
//     e = Σ w over the rows that are wrong                 the learner's weighted error
//     a = ln((1 − e) / e) + ln(K − 1)                      its say
//     w ← w · exp(a) for the rows that are wrong, then all weights are divided by their sum
//
// With two classes the learner is then wrong on exactly half of the weight: asked again it would be no better than a coin, so
// the next learner has to find something new.
//
// You have the weights, which sum to 1 and which you bring up to date, wrong[i], which says whether row i is wrong, and the
// number of classes K. You give the say a. (e is above 0 and the learner better than chance: no need to check.)
//
// Source: Freund and Schapire 1997; for K classes Zhu, Zou, Rosset, Hastie 2009, "Multi-class AdaBoost", Algorithm 2. In the
// library: ensemble/adaboost.cpp.
#include <cmath>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

double boosting_round(std::vector<double>& weights, const std::vector<bool>& wrong, std::size_t classes) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
