#include "sevenfold/ensemble/adaboost.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sevenfold/autograd/random.hpp"

namespace sevenfold {
namespace {

constexpr double rounding = 1e-12;  // of an error that is chance exactly

void normalize(Array<double>& weights) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double scale = 1 / sum;
    for (double& w : weights.flat()) w *= scale;
}

void add_votes(const BoostingRound& round, const Array<double>& X, std::size_t classes, Array<double>& votes) {
    const Array<double> answers = round.learner.predict(X);
    double* row = votes.data();
    for (const double c : answers) {
        row[static_cast<std::size_t>(c)] += round.weight;
        row += classes;
    }
}

}  // namespace

std::string_view name(BoostingEnd end) {
    switch (end) {
        case BoostingEnd::perfect:
            return "a learner made no error";
        case BoostingEnd::no_better:
            return "a learner was no better than chance";
        default:
            return "all rounds";
    }
}

AdaBoost::AdaBoost(Estimator learner, AdaBoostOptions options) : learner_(std::move(learner)), options_(options) {
    if (!learner_.is_classifier())
        fail<ValueError>("AdaBoost", "a regressor", "it boosts classifiers", "For values there is AdaBoostR2.");
    if (options.rounds == 0) fail<ValueError>("AdaBoost", "rounds = 0", "there is at least one");
    if (!(options.learning_rate > 0))
        fail<ValueError>("AdaBoost", text("learning_rate = ", options.learning_rate), "it is above 0");
}

void AdaBoost::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    const TrainingData data("AdaBoost", task(), X, y, weights, 2);
    const std::size_t n = data.rows();
    const auto others = static_cast<double>(data.classes() - 1);
    features_ = data.features();
    classes_ = data.classes();
    rounds_.clear();
    end_ = BoostingEnd::all_rounds;
    Array<double> w = weights_or_ones(weights, n);
    normalize(w);
    std::vector<double> kept(w.begin(), w.end());
    Random seeds(options_.seed);
    double bound = 1, say = 0;  // the sum of all weights so far
    while (rounds_.size() < options_.rounds && end_ == BoostingEnd::all_rounds) {
        BoostingRound round{learner_.clone(seeds.bits())};
        round.learner.fit(data, w);
        const Array<double> answers = round.learner.predict(data);
        double* __restrict const weight = w.data();
        double e = 0;
        const double *const answer = answers.data(), *const target = y.data();
        for (std::size_t i = 0; i < n; ++i) {  // without branches: which rows are wrong cannot be foretold
            const double lost = weight[i];
            e += answer[i] != target[i] ? lost : 0;
        }
        round.error = e;
        if (e <= 0) {
            end_ = BoostingEnd::perfect;
            round.weight = say + 1;
            bound = 0;
        } else if (e >= others / (others + 1) - rounding) {
            end_ = BoostingEnd::no_better;
            if (!rounds_.empty()) break;
            round.weight = 1;
        } else {
            round.weight = options_.learning_rate * (std::log((1 - e) / e) + std::log(others));
            bound *= (1 - e) * std::exp(-round.weight / 2) + e * std::exp(round.weight / 2);
            const double factor = std::exp(round.weight);
            for (std::size_t i = 0; i < n; ++i) {
                const double now = weight[i], raised = now * factor;
                weight[i] = answer[i] != target[i] ? raised : now;
            }
            normalize(w);
        }
        round.bound = bound;
        say += round.weight;
        rounds_.push_back(std::move(round));
        if (options_.keep_sample_weights) kept.insert(kept.end(), w.begin(), w.end());
    }
    sample_weights_ = options_.keep_sample_weights ? Array<double>({rounds_.size() + 1, n}, kept) : Array<double>();
}

Array<double> AdaBoost::votes(const Array<double>& X) const {
    check_predict_data("AdaBoost", features_, X);
    const CheckedRows known(X);
    Array<double> sums = Array<double>::zeros({X.shape(0), classes_});
    for (const BoostingRound& round : rounds_) add_votes(round, X, classes_, sums);
    return sums;
}

Array<double> AdaBoost::predict(const Array<double>& X) const { return largest_column(votes(X)); }

Array<double> AdaBoost::probabilities(const Array<double>& X) const {
    Array<double> shares = votes(X);
    double say = 0;
    for (const BoostingRound& round : rounds_) say += round.weight;
    for (double& s : shares.flat()) s /= say;
    return shares;
}

void AdaBoost::carry(Archive& archive) {
    archive(features_, classes_, end_, sample_weights_);
    archive.list(rounds_, [&] { return BoostingRound{learner_.clone(0)}; });
}

AdaBoost AdaBoost::clone(std::uint64_t seed) const {
    AdaBoostOptions options = options_;
    options.seed = seed;
    return AdaBoost(learner_, options);
}

const Array<double>& AdaBoost::sample_weights() const {
    if (sample_weights_.rank() == 0)
        fail<NotFittedError>("AdaBoost", "no sample weights", "they are kept by fit with keep_sample_weights = true");
    return sample_weights_;
}

Array<double> AdaBoost::staged_votes(const Array<double>& X) const {
    check_predict_data("AdaBoost", features_, X);
    const CheckedRows known(X);
    Array<double> sums = Array<double>::zeros({X.shape(0), classes_}), out(Shape{rounds_.size(), X.shape(0), classes_});
    double* to = out.data();
    for (const BoostingRound& round : rounds_) {
        add_votes(round, X, classes_, sums);
        to = std::copy(sums.begin(), sums.end(), to);
    }
    return out;
}

Array<double> AdaBoost::staged_predict(const Array<double>& X) const {
    return largest_column(staged_votes(X).reshape({rounds_.size() * X.shape(0), classes_}))
        .reshape({rounds_.size(), X.shape(0)});
}

Array<double> AdaBoost::staged_decision(const Array<double>& X) const {
    const Array<double> votes = staged_votes(X);
    if (classes_ != 2)
        fail<ValueError>("AdaBoost", text(classes_, " classes"), "the decision Σ α h is one of two classes",
                         "Take staged_votes.");
    Array<double> out(Shape{rounds_.size(), X.shape(0)});
    for (std::size_t i = 0; i < out.size(); ++i) out.data()[i] = (votes.data()[2 * i + 1] - votes.data()[2 * i]) / 2;
    return out;
}

Array<double> AdaBoost::margins(const Array<double>& X, const Array<double>& y) const {
    const Array<double> shares = probabilities(X);
    check_fit_data("AdaBoost", task(), X, y, {});
    Array<double> out(y.shape());
    for (std::size_t i = 0; i < y.size(); ++i) {
        double own = 0, other = 0;
        for (std::size_t k = 0; k < classes_; ++k) {
            const double share = shares.data()[i * classes_ + k];
            if (static_cast<double>(k) == y.data()[i])
                own = share;
            else
                other = std::max(other, share);
        }
        out.data()[i] = own - other;
    }
    return out;
}

}  // namespace sevenfold
