// Bagging, bootstrap aggregating (Breiman 1996): the same estimator trained on many resamples, which then vote. What they
// disagree on by chance cancels out: the variance falls, the bias stays. With trees that draw their columns anew at each
// split (TreeOptions::max_features) it is a random forest (Breiman 2001).
#pragma once

#include <optional>

#include "sevenfold/ensemble/bootstrap.hpp"
#include "sevenfold/ensemble/training_data.hpp"

namespace sevenfold {

enum class Vote {
    hard,  ///< each member has one vote; of equal ones the smallest class wins
    soft,  ///< the class of largest mean probability; members without probabilities give 1 to their class
};

struct BaggingOptions {
    std::size_t estimators = 50;
    std::size_t rows_per_bag = 0;  ///< 0: as many as there are rows
    Vote vote = Vote::hard;        ///< for classes; values are always averaged
    bool out_of_bag = true;        ///< also let every row be judged by the members whose bag lacks it
    std::size_t threads = 1;       ///< 0: all cores. The result does not depend on it
    std::uint64_t seed = 0;
};

/// Each row answered only by the members that have not seen it: an honest test without test data.
struct OutOfBag {
    Array<double> prediction;     ///< (N,); NaN for rows in every bag
    Array<double> votes;          ///< (N, K) for classes: members that choose each
    Array<double> probabilities;  ///< (N, K) for classes: mean over these members, zeros for rows in every bag
    Labels count;                 ///< (N,): members that have not seen the row
    double coverage = 0;          ///< share of the rows that some member has not seen: about 1 − (1 − 1/e)ᴮ
    double score = 0;             ///< accuracy or R² over the covered rows; NaN when there are none

    void carry(Archive& archive) { archive(prediction, votes, probabilities, count, coverage, score); }
};

class Bagging {
  public:
    /// Throws ValueError for no estimators.
    explicit Bagging(Estimator base, BaggingOptions options = {});

    /// Draws the bags: bootstrap_bags(N, estimators, seed, rows_per_bag). Member t is base.clone of a seed drawn for t.
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    /// With given bags, one for each member. Throws ValueError (an empty bag, no bags), IndexError (a row that is not there).
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights, std::vector<Rows> bags);
    Array<double> predict(const Array<double>& X) const;
    /// (N, K): the mean of the members' probabilities. Throws ValueError for regression.
    Array<double> probabilities(const Array<double>& X) const;
    /// (N, K): how many members choose each class. Throws ValueError for regression.
    Array<double> votes(const Array<double>& X) const;
    Bagging clone(std::uint64_t seed) const;
    bool can_travel() const { return base_.can_travel(); }
    void carry(Archive& archive);
    Task task() const { return base_.task(); }

    const std::vector<Estimator>& estimators() const { return members_; }
    const std::vector<Rows>& bags() const { return bags_; }
    /// Throws NotFittedError when it was not asked for, or before fit.
    const OutOfBag& out_of_bag() const;

  private:
    template <class Ask>
    Array<double> sum_over_members(const Array<double>& X, std::size_t columns, const Ask& ask) const;
    struct LeftOut;
    LeftOut ask_left_out(const TrainingData& data, std::size_t member) const;
    void judge_left_out(const TrainingData& data, std::vector<LeftOut> members);

    Estimator base_;
    BaggingOptions options_;
    std::size_t features_ = 0, classes_ = 0;
    std::vector<Estimator> members_;
    std::vector<Rows> bags_;
    std::optional<OutOfBag> out_of_bag_;
};

}  // namespace sevenfold
