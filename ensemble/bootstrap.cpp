#include "sevenfold/ensemble/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/ensemble/bagging.hpp"

namespace sevenfold {

std::vector<Rows> bootstrap_bags(std::size_t n, std::size_t bags, std::uint64_t seed, std::size_t n_drawn) {
    std::vector<Rows> out(bags);
    for (std::size_t t = 0; t < bags; ++t) {
        Random random(seed, t);
        out[t].resize(n_drawn == 0 ? n : n_drawn);
        for (std::size_t& row : out[t]) row = random.below(n);
    }
    return out;
}

Rows left_out(std::size_t n, std::span<const std::size_t> bag) {
    std::vector<bool> drawn(n);
    for (const std::size_t row : bag) drawn[row] = true;
    Rows out;
    for (std::size_t i = 0; i < n; ++i)
        if (!drawn[i]) out.push_back(i);
    return out;
}

double not_drawn_probability(std::size_t n) {
    if (n == 0) fail<ValueError>("bootstrap", "n = 0", "there is at least one row");
    return std::pow(1 - 1 / static_cast<double>(n), static_cast<double>(n));
}

double percentile(std::vector<double> values, double q) {
    if (values.empty() || !(q >= 0 && q <= 1))
        fail<ValueError>("percentile", text("q = ", q, " of ", values.size(), " values"),
                         "q is 0..1 and there is a value");
    std::sort(values.begin(), values.end());
    const double position = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

BootstrapResult bootstrap(std::size_t n, const std::function<double(std::span<const std::size_t> rows)>& statistic,
                          const BootstrapOptions& options) {
    return bootstrap_over(n, statistic, bootstrap_bags(n, options.samples, options.seed), options);
}

BootstrapResult bootstrap_over(std::size_t n, const std::function<double(std::span<const std::size_t> rows)>& statistic,
                               std::vector<Rows> bags, const BootstrapOptions& options) {
    if (bags.size() < 2)
        fail<ValueError>("bootstrap", text("samples = ", bags.size()), "an interval takes two at least");
    if (!(options.level > 0 && options.level < 1))
        fail<ValueError>("bootstrap", text("level = ", options.level), "it is between 0 and 1",
                         options.level > 1 ? "95 % is 0.95." : "");
    BootstrapResult out;
    Rows all(n);
    std::iota(all.begin(), all.end(), std::size_t{0});
    out.estimate = statistic(all);
    out.bags = std::move(bags);
    out.statistics.resize(out.bags.size());
    shared_for(
        out.bags.size(), options.threads, [&](std::size_t b) { out.statistics[b] = statistic(out.bags[b]); },
        [&](std::size_t b, Archive& archive) { archive(out.statistics[b]); });
    const auto count = static_cast<double>(out.bags.size());
    const double mean = std::accumulate(out.statistics.begin(), out.statistics.end(), 0.0) / count;
    double squares = 0;
    for (const double s : out.statistics) squares += (s - mean) * (s - mean);
    out.deviation = std::sqrt(squares / (count - 1));
    out.interval = {percentile(out.statistics, (1 - options.level) / 2),
                    percentile(out.statistics, (1 + options.level) / 2)};
    return out;
}

Consistency consistency_of(Array<double> votes) {
    const std::size_t n = votes.shape(0), classes = votes.shape(1);
    Consistency out{std::move(votes), Array<double>::zeros({n}), Array<double>::zeros({n})};
    for (std::size_t i = 0; i < n; ++i) {
        const auto row = std::as_const(out.votes).flat().subspan(i * classes, classes);
        const double total = std::accumulate(row.begin(), row.end(), 0.0);
        out.agreement(i) = *std::max_element(row.begin(), row.end()) / total;
        for (const double v : row)
            if (v > 0) out.entropy(i) -= v / total * std::log(v / total);
    }
    return out;
}

Consistency prediction_consistency(const Estimator& classifier, const Array<double>& X, const Array<double>& y,
                                   const Array<double>& X_new, const BootstrapOptions& options) {
    if (!classifier.is_classifier())
        fail<ValueError>("prediction_consistency", "a regressor", "agreement is counted in classes");
    Bagging models(
        classifier,
        {.estimators = options.samples, .out_of_bag = false, .threads = options.threads, .seed = options.seed});
    models.fit(X, y);
    return consistency_of(models.votes(X_new));
}

}  // namespace sevenfold
