#include "sevenfold/ensemble/adaboost_r2.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sevenfold/autograd/random.hpp"

namespace sevenfold {
namespace {

void normalize(std::vector<double>& weights) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& w : weights) w /= sum;
}

// As many rows as there are weights, each drawn with its weight as probability.
Rows draw(const std::vector<double>& weights, Random& random) {
    std::vector<double> up_to(weights.size());
    std::partial_sum(weights.begin(), weights.end(), up_to.begin());
    Rows rows(weights.size());
    for (std::size_t& row : rows) {
        const auto found = std::upper_bound(up_to.begin(), up_to.end(), random.uniform() * up_to.back());
        row = std::min(static_cast<std::size_t>(found - up_to.begin()), weights.size() - 1);
    }
    return rows;
}

double shaped(R2Loss loss, double l) {
    switch (loss) {
        case R2Loss::square:
            return l * l;
        case R2Loss::exponential:
            return 1 - std::exp(-l);
        default:
            return l;
    }
}

// The smallest answer whose cumulative weight reaches half of the total. Sorts `answers` of (value, weight).
double weighted_median(std::vector<std::pair<double, double>>& answers) {
    std::sort(answers.begin(), answers.end());
    double total = 0, sum = 0;
    for (const auto& [value, weight] : answers) total += weight;
    for (const auto& [value, weight] : answers)
        if ((sum += weight) >= total / 2) return value;
    return answers.back().first;
}

}  // namespace

AdaBoostR2::AdaBoostR2(Estimator learner, AdaBoostR2Options options) : learner_(std::move(learner)), options_(options) {
    if (learner_.is_classifier())
        fail<ValueError>("AdaBoostR2", "a classifier", "it boosts regressors", "For classes there is AdaBoost.");
    if (options.rounds == 0) fail<ValueError>("AdaBoostR2", "rounds = 0", "there is at least one");
    if (!(options.learning_rate > 0))
        fail<ValueError>("AdaBoostR2", text("learning_rate = ", options.learning_rate), "it is above 0");
}

void AdaBoostR2::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    fit(X, y, weights, {});
}

void AdaBoostR2::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights,
                     const std::vector<Rows>& bags) {
    const TrainingData data("AdaBoostR2", task(), X, y, weights);
    const std::size_t n = data.rows(), most = bags.empty() ? options_.rounds : bags.size();
    const Array<double> given = weights_or_ones(weights, n);
    std::vector<double> w(given.begin(), given.end()), loss(n);
    normalize(w);
    std::vector<double> kept = w;
    features_ = data.features();
    rounds_.clear();
    Random seeds(options_.seed), draws(options_.seed, 1);
    double say = 0;
    for (bool go_on = true; go_on && rounds_.size() < most;) {
        R2Round round{learner_.clone(seeds.bits())};
        const Rows drawn = bags.empty() ? draw(w, draws) : bags[rounds_.size()];
        round.learner.fit(data, {}, drawn);
        const Array<double> answers = round.learner.predict(data);
        double largest = 0;
        for (std::size_t i = 0; i < n; ++i) {
            loss[i] = std::abs(y.data()[i] - answers.data()[i]);
            if (w[i] > 0) largest = std::max(largest, loss[i]);
        }
        for (std::size_t i = 0; i < n; ++i) {
            loss[i] = largest > 0 ? shaped(options_.loss, std::min(1.0, loss[i] / largest)) : 0;
            round.average_loss += w[i] * loss[i];
        }
        if (round.average_loss <= 0) {
            go_on = false;
            round.weight = say + 1;
        } else if (round.average_loss >= 0.5) {
            go_on = false;
            if (!rounds_.empty()) break;
            round.beta = round.weight = 1;
        } else {
            round.beta = round.average_loss / (1 - round.average_loss);
            round.weight = -options_.learning_rate * std::log(round.beta);
            for (std::size_t i = 0; i < n; ++i) w[i] *= std::pow(round.beta, (1 - loss[i]) * options_.learning_rate);
            normalize(w);
        }
        say += round.weight;
        rounds_.push_back(std::move(round));
        kept.insert(kept.end(), w.begin(), w.end());
    }
    sample_weights_ = Array<double>({rounds_.size() + 1, n}, kept);
}

Array<double> AdaBoostR2::predict(const Array<double>& X) const {
    check_predict_data("AdaBoostR2", features_, X);
    const CheckedRows known(X);
    std::vector<Array<double>> answers;
    for (const R2Round& round : rounds_) answers.push_back(round.learner.predict(X));
    Array<double> out(Shape{X.shape(0)});
    std::vector<std::pair<double, double>> row(rounds_.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        for (std::size_t t = 0; t < rounds_.size(); ++t) row[t] = {answers[t].data()[i], rounds_[t].weight};
        out.data()[i] = weighted_median(row);
    }
    return out;
}

Array<double> AdaBoostR2::staged_predict(const Array<double>& X) const {
    check_predict_data("AdaBoostR2", features_, X);
    const CheckedRows known(X);
    std::vector<std::vector<std::pair<double, double>>> rows(X.shape(0));
    Array<double> out(Shape{rounds_.size(), X.shape(0)});
    double* to = out.data();
    for (const R2Round& round : rounds_) {
        const Array<double> answers = round.learner.predict(X);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].emplace_back(answers.data()[i], round.weight);
            *to++ = weighted_median(rows[i]);
        }
    }
    return out;
}

void AdaBoostR2::carry(Archive& archive) {
    archive(features_, sample_weights_);
    archive.list(rounds_, [&] { return R2Round{learner_.clone(0)}; });
}

AdaBoostR2 AdaBoostR2::clone(std::uint64_t seed) const {
    AdaBoostR2Options options = options_;
    options.seed = seed;
    return AdaBoostR2(learner_, options);
}

}  // namespace sevenfold
