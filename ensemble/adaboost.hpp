// AdaBoost (Freund, Schapire 1997) in its form for any number of classes, SAMME (Zhu, Zou, Rosset, Hastie 2009): each
// round trains a weak learner on weighted rows, gives it a say by its error e, and raises the weight of what it got wrong.
#pragma once

#include <string_view>
#include <vector>

#include "sevenfold/ensemble/training_data.hpp"

namespace sevenfold {

struct AdaBoostOptions {
    std::size_t rounds = 50;
    double learning_rate = 1;          ///< scales the say of every learner
    bool keep_sample_weights = false;  ///< for sample_weights()
    std::uint64_t seed = 0;            ///< of the learners' clones
};

struct BoostingRound {
    Estimator learner;
    double error = 0;  ///< weighted share that the learner gets wrong
    /// Its say: learning_rate · (ln((1 − e) / e) + ln(K − 1)), for two classes 2 α of the first paper.
    double weight = 0;
    /// The training error of all rounds so far, with the weights given to fit, is at most this: the product of
    /// Z = (1 − e) exp(−weight / 2) + e exp(weight / 2), with two classes and rate 1 the well-known Π 2 √(e (1 − e)). Why it
    /// holds for more classes: a row that comes out wrong has at most half of the say on its side.
    double bound = 1;

    void carry(Archive& archive) { archive(learner, error, weight, bound); }
};

/// Why a boosting ended.
enum class BoostingEnd {
    all_rounds,
    perfect,    ///< a learner made no error: it is kept, and outvotes all others together
    no_better,  ///< a learner was no better than chance, e ≥ 1 − 1/K: it is left out, unless it is the first one
};
std::string_view name(BoostingEnd end);

class AdaBoost {
  public:
    /// `learner` must use weights. Throws ValueError for a regressor, no rounds, or a learning rate not above 0.
    explicit AdaBoost(Estimator learner, AdaBoostOptions options = {});

    /// Throws ValueError for a single class, besides what check_fit_data throws.
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    /// The class with the most say, the smallest of equal ones.
    Array<double> predict(const Array<double>& X) const;
    /// (N, K): each class's share of the say. Not calibrated.
    Array<double> probabilities(const Array<double>& X) const;
    AdaBoost clone(std::uint64_t seed) const;
    bool can_travel() const { return learner_.can_travel(); }
    void carry(Archive& archive);
    Task task() const { return Task::classification; }

    const std::vector<BoostingRound>& rounds() const { return rounds_; }
    BoostingEnd end() const { return end_; }
    std::size_t classes() const { return classes_; }
    /// (rounds + 1, N): the weights before the first round and after each, summing to 1. Throws NotFittedError unless
    /// they were to be kept.
    const Array<double>& sample_weights() const;

    /// (rounds, N, K): the say for each class after each round: Σ weight over the learners that choose it.
    Array<double> staged_votes(const Array<double>& X) const;
    /// (rounds, N): the answers if boosting had ended after each round.
    Array<double> staged_predict(const Array<double>& X) const;
    /// (rounds, N): Σ α h for two classes, with h = ±1 for class 1 or 0 and α = weight / 2: the F of the first paper.
    /// Throws ValueError for more classes.
    Array<double> staged_decision(const Array<double>& X) const;
    /// (N,): share of the say for the true class less that of the best other, −1..1. Positive is right; more is surer.
    Array<double> margins(const Array<double>& X, const Array<double>& y) const;

  private:
    Array<double> votes(const Array<double>& X) const;

    Estimator learner_;
    AdaBoostOptions options_;
    std::size_t features_ = 0, classes_ = 0;
    std::vector<BoostingRound> rounds_;
    BoostingEnd end_ = BoostingEnd::all_rounds;
    Array<double> sample_weights_;
};

}  // namespace sevenfold
