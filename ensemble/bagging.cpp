#include "sevenfold/ensemble/bagging.hpp"

#include <cmath>
#include <limits>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/parallel.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/ensemble/score.hpp"

namespace sevenfold {
namespace {

// (N, classes): 1 in the column of each class.
Array<double> one_hot(const Array<double>& labels, std::size_t classes) {
    Array<double> out = Array<double>::zeros({labels.size(), classes});
    double* const to = out.data();
    for (std::size_t i = 0; i < labels.size(); ++i) to[i * classes + static_cast<std::size_t>(labels.data()[i])] = 1;
    return out;
}

Array<double> votes_of(const Estimator& member, const Array<double>& X, std::size_t classes) {
    return one_hot(member.predict(X), classes);
}

Array<double> probabilities_of(const Estimator& member, const Array<double>& X, std::size_t classes) {
    return member.has_probabilities() ? member.probabilities(X, classes) : votes_of(member, X, classes);
}

void divide(Array<double>& sums, double by) {
    for (double& s : sums.flat()) s /= by;
}

}  // namespace

// The rows that a member has not seen, and what it says of them.
struct Bagging::LeftOut {
    Rows rows;
    Array<double> answers, shares;

    void carry(Archive& archive) { archive(answers, shares); }  // rows follow from the bag
};

Bagging::Bagging(Estimator base, BaggingOptions options) : base_(std::move(base)), options_(options) {
    if (options.estimators == 0) fail<ValueError>("Bagging", "estimators = 0", "a bag has a member at least");
}

void Bagging::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    const std::size_t rows = X.rank() == 0 ? 0 : X.shape(0);
    if (rows == 0) check_fit_data("Bagging", task(), X, y, weights);  // throws
    fit(X, y, weights, bootstrap_bags(rows, options_.estimators, options_.seed, options_.rows_per_bag));
}

void Bagging::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights,
                  std::vector<Rows> bags) {
    const TrainingData data("Bagging", task(), X, y, weights, task() == Task::classification ? 2 : 1);
    if (bags.empty()) fail<ValueError>("Bagging", "no bags", "there is one for each member");
    for (std::size_t t = 0; t < bags.size(); ++t) {
        if (bags[t].empty()) fail<ValueError>("Bagging", text("bag ", t, " without rows"), "a bag has rows");
        for (const std::size_t row : bags[t])
            if (row >= data.rows())
                fail<IndexError>("Bagging", text("row ", row, " in bag ", t), text("rows are 0..", data.rows() - 1));
    }
    features_ = data.features();
    classes_ = data.classes();
    bags_ = std::move(bags);
    members_.clear();
    Random seeds(options_.seed, bags_.size());  // the streams before it draw the bags
    for (std::size_t t = 0; t < bags_.size(); ++t) members_.push_back(base_.clone(seeds.bits()));
    std::vector<LeftOut> left_out(members_.size());
    const auto fit_one = [&](std::size_t t) {
        members_[t].fit(data, weights, bags_[t]);
        if (options_.out_of_bag) left_out[t] = ask_left_out(data, t);
    };
    if (base_.can_travel())
        shared_for(members_.size(), options_.threads, fit_one,
                   [&](std::size_t t, Archive& archive) { archive(members_[t], left_out[t]); });
    else
        parallel_for(members_.size(), options_.threads, fit_one);
    out_of_bag_.reset();
    if (options_.out_of_bag) judge_left_out(data, std::move(left_out));
}

Bagging::LeftOut Bagging::ask_left_out(const TrainingData& data, std::size_t member) const {
    LeftOut out{left_out(data.rows(), bags_[member]), {}, {}};
    if (out.rows.empty()) return out;
    const Array<double> unseen = data.X().rows(out.rows);
    const CheckedRows known(unseen);
    out.answers = members_[member].predict(unseen);
    if (task() == Task::classification) out.shares = probabilities_of(members_[member], unseen, classes_);
    return out;
}

void Bagging::judge_left_out(const TrainingData& data, std::vector<LeftOut> members) {
    const std::size_t n = data.rows();
    const bool classifies = task() == Task::classification;
    for (std::size_t t = 0; t < members.size(); ++t)
        if (members[t].rows.empty()) members[t].rows = left_out(n, bags_[t]);  // another rank's
    OutOfBag& out = out_of_bag_.emplace();
    out.count = Labels::zeros({n});
    Array<double> sums = Array<double>::zeros({n});
    if (classifies) out.votes = out.probabilities = Array<double>::zeros({n, classes_});
    for (const auto& [rows, answers, shares] : members)  // in the order of the members, whoever was ready first
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::size_t row = rows[i];
            ++out.count(row);
            sums(row) += answers(i);
            for (std::size_t k = 0; k < classes_; ++k) out.probabilities(row, k) += shares(i, k);
            if (classifies) ++out.votes(row, answers(i));
        }
    Rows covered;
    for (std::size_t i = 0; i < n; ++i) {
        if (out.count(i) == 0) continue;
        covered.push_back(i);
        sums(i) /= static_cast<double>(out.count(i));
        for (std::size_t k = 0; k < classes_; ++k) out.probabilities(i, k) /= static_cast<double>(out.count(i));
    }
    out.prediction =
        classifies ? largest_column(options_.vote == Vote::hard ? out.votes : out.probabilities) : std::move(sums);
    for (std::size_t i = 0; i < n; ++i)
        if (out.count(i) == 0) out.prediction(i) = std::numeric_limits<double>::quiet_NaN();
    out.coverage = static_cast<double>(covered.size()) / static_cast<double>(n);
    out.score = covered.empty() ? std::numeric_limits<double>::quiet_NaN()
                                : score(task(), out.prediction.rows(covered), data.y().rows(covered));
}

template <class Ask>
Array<double> Bagging::sum_over_members(const Array<double>& X, std::size_t columns, const Ask& ask) const {
    check_predict_data("Bagging", features_, X);
    std::vector<Array<double>> answers(members_.size());
    parallel_for(members_.size(), options_.threads, [&](std::size_t t) {
        const CheckedRows known(X);
        answers[t] = ask(members_[t]);
    });
    Array<double> sum = Array<double>::zeros(columns == 0 ? Shape{X.shape(0)} : Shape{X.shape(0), columns});
    for (const Array<double>& a : answers)
        for (std::size_t i = 0; i < sum.size(); ++i) sum.data()[i] += a.data()[i];
    return sum;
}

Array<double> Bagging::predict(const Array<double>& X) const {
    if (task() == Task::classification)
        return largest_column(options_.vote == Vote::hard ? votes(X) : probabilities(X));
    Array<double> mean = sum_over_members(X, 0, [&](const Estimator& member) { return member.predict(X); });
    divide(mean, static_cast<double>(members_.size()));
    return mean;
}

Array<double> Bagging::probabilities(const Array<double>& X) const {
    if (task() == Task::regression)
        fail<ValueError>("Bagging", "regressors", "they have no probabilities", "Take predict.");
    Array<double> mean =
        sum_over_members(X, classes_, [&](const Estimator& member) { return probabilities_of(member, X, classes_); });
    divide(mean, static_cast<double>(members_.size()));
    return mean;
}

Array<double> Bagging::votes(const Array<double>& X) const {
    if (task() == Task::regression) fail<ValueError>("Bagging", "regressors", "they do not vote", "Take predict.");
    return sum_over_members(X, classes_, [&](const Estimator& member) { return votes_of(member, X, classes_); });
}

void Bagging::carry(Archive& archive) {
    archive(features_, classes_, bags_, out_of_bag_);
    archive.list(members_, [&] { return base_.clone(0); });
}

Bagging Bagging::clone(std::uint64_t seed) const {
    BaggingOptions options = options_;
    options.seed = seed;
    return Bagging(base_, options);
}

const OutOfBag& Bagging::out_of_bag() const {
    if (!out_of_bag_)
        fail<NotFittedError>("Bagging", "no out-of-bag results", "they are made by fit with out_of_bag = true");
    return *out_of_bag_;
}

}  // namespace sevenfold
