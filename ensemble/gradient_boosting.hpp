// Gradient boosting for any loss that the engine can differentiate. Friedman 2001, Algorithm 1: every round fits trees to
// the negative gradient of the loss, and goes a step that way.
#pragma once

#include <functional>

#include "sevenfold/autograd/variable.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"

namespace sevenfold {

/// The loss of each row (N,), from the scores and y (N,). Scores are (N,) for regression, where they are the answers, and
/// (N, K) for K classes, where softmax makes them probabilities.
///
///     RowLoss absolute = [](const auto& scores, const auto& y) { return l1(scores, y, Reduction::none); };
using RowLoss = std::function<Variable<double>(const Variable<double>& scores, const Array<double>& y)>;

RowLoss half_squared_error();           ///< ½ (y − score)²: its negative gradient is the residual
RowLoss absolute_error();               ///< |y − score|
RowLoss huber_error(double delta = 1);  ///< squared up to delta, absolute beyond
RowLoss cross_entropy_of_scores();      ///< −log softmax(scores)[y]

struct GradientBoostingOptions {
    RowLoss loss{};  ///< none: ½ (y − score)² for regression, the cross-entropy for classification
    std::size_t rounds = 100;
    double learning_rate = 0.1;
    double subsample =
        1;  ///< share of the rows that a round's trees see, drawn anew without replacement. Friedman 2002
    /// Of the trees, which are always regression trees; criterion and seed are set here.
    TreeOptions tree{.max_depth = 3};
    std::uint64_t seed = 0;   ///< for subsample, and for the trees if they try some columns only
    std::size_t threads = 1;  ///< the trees of a round, one for each class; 0: all cores. Results do not depend on it
};

/// Scores begin at the constant with the smallest loss (regression) or at the log of the class shares. A round adds
/// learning_rate times the leaf's mean of the negative gradient, so with the absolute error no answer moves further than
/// learning_rate in a round: scale y to match.
class GradientBoosting {
  public:
    /// Throws ValueError: no rounds, a learning rate not above 0, subsample outside (0, 1].
    explicit GradientBoosting(Task task, GradientBoostingOptions options = {});

    /// Throws what check_fit_data throws (two classes at least), ShapeError for a loss that is not (N,), and AnomalyError
    /// when its gradient is not finite.
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    Array<double> predict(const Array<double>& X) const { return answers(staged_scores(X, false).back()); }
    Array<double> probabilities(const Array<double>& X) const;
    /// (rounds, N): the answers if boosting had ended after each round.
    Array<double> staged_predict(const Array<double>& X) const;
    GradientBoosting clone(std::uint64_t seed) const;
    void carry(Archive& archive);
    Task task() const { return task_; }

    /// Weighted mean of the loss over the rows of fit, before the first round and after each.
    const std::vector<double>& training_loss() const { return training_loss_; }
    const std::vector<double>& start() const { return start_; }  ///< the scores before the first round: K of them, or 1
    const std::vector<std::vector<DecisionTree>>& trees() const { return trees_; }  ///< by round, then by class

  private:
    std::vector<Array<double>> staged_scores(const Array<double>& X, bool each) const;
    Array<double> answers(const Array<double>& scores) const;

    Task task_;
    GradientBoostingOptions options_;
    std::size_t features_ = 0;
    std::vector<double> start_, training_loss_;
    std::vector<std::vector<DecisionTree>> trees_;
};

}  // namespace sevenfold
