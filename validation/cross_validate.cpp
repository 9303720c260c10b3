#include "sevenfold/validation/cross_validate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/random.hpp"

namespace sevenfold {
namespace {

// Three digits say more than sixteen.
std::string short_form(double value) {
    char out[32];
    std::snprintf(out, sizeof out, "%.3g", value);
    return out;
}

std::string with_deviation(const Scores& scores) {
    return text(short_form(scores.mean()), " ± ", short_form(scores.deviation()));
}

// One fit and what it is to be judged by.
struct Job {
    const Estimator* model;
    Rows train, test;
    std::uint64_t seed;
};
struct Outcome {
    double train = 0, test = 0, seconds = 0;
};

std::uint64_t fold_seed(std::uint64_t seed, std::size_t fold) { return Random(seed, fold).bits(); }

void check_folds(std::string_view where, const Folds& folds, std::size_t rows) {
    if (folds.empty()) fail<ValueError>(where, "no folds", "there is at least one", "Make them with k_fold.");
    for (std::size_t i = 0; i < folds.size(); ++i) {
        if (folds[i].train.empty() || folds[i].test.empty())
            fail<ValueError>(where,
                             text("fold ", i, " with ", folds[i].train.size(), " rows to train and ",
                                  folds[i].test.size(), " to test"),
                             "both parts have rows");
        std::vector<bool> trained(rows);
        for (const std::size_t row : folds[i].train)
            if (row < rows) trained[row] = true;  // others are refused when they are taken
        for (const std::size_t row : folds[i].test)
            if (row < rows && trained[row])
                fail<ValueError>(where, text("row ", row, " in both parts of fold ", i),
                                 "a row that was trained on says nothing about new ones");
    }
}

void check_rows(std::string_view where, const Array<double>& X, const Array<double>& y) {
    if (X.rank() != 2 || y.rank() != 1 || X.shape(0) != y.shape(0))
        fail<ShapeError>(where, text("X ", X.shape(), " and y ", y.shape()), "X is (N, F) and y (N,)");
}

std::vector<Outcome> run(const std::vector<Job>& jobs, const Array<double>& X, const Array<double>& y,
                         const Metric& metric, std::size_t threads) {
    std::vector<Outcome> outcomes(jobs.size());
    const auto fit_one = [&](std::size_t i) {
        const Job& job = jobs[i];
        const Array<double> train_X = X.rows(job.train), train_y = y.rows(job.train);
        Estimator model = job.model->clone(job.seed);
        const auto start = std::chrono::steady_clock::now();
        model.fit(train_X, train_y);
        const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
        outcomes[i] = {metric.of(model, train_X, train_y), metric.of(model, X.rows(job.test), y.rows(job.test)),
                       spent.count()};
    };
    shared_for(jobs.size(), threads, fit_one, [&](std::size_t i, Archive& archive) { archive(outcomes[i]); });
    return outcomes;
}

CrossValidation collect(const Metric& metric, std::span<const Outcome> outcomes) {
    CrossValidation out{metric, {}, {}, {}};
    for (const Outcome& one : outcomes) {
        out.train.values.push_back(one.train);
        out.test.values.push_back(one.test);
        out.fit_seconds.values.push_back(one.seconds);
    }
    return out;
}

std::vector<Job> jobs_of(const Estimator& model, const Folds& folds, std::uint64_t seed) {
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < folds.size(); ++i)
        jobs.push_back({&model, folds[i].train, folds[i].test, fold_seed(seed, i)});
    return jobs;
}

Metric metric_for(const CrossValidationOptions& options, const Estimator& model) {
    return options.metric ? *options.metric : Metric::usual(model.task());
}

// Jobs of several points of a curve, `folds` each, at once: all cores have work to the end.
Curve run_curve(std::vector<double> at, const std::vector<Job>& jobs, std::size_t folds, const Array<double>& X,
                const Array<double>& y, const Metric& metric, std::size_t threads) {
    const std::vector<Outcome> outcomes = run(jobs, X, y, metric, threads);
    Curve out{std::move(at), {}};
    for (std::size_t i = 0; i < out.at.size(); ++i)
        out.results.push_back(collect(metric, std::span(outcomes).subspan(i * folds, folds)));
    return out;
}

std::size_t best_of(const std::vector<double>& scores, const Metric& metric) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < scores.size(); ++i)
        if (metric.better(scores[i], scores[best])) best = i;
    return best;
}

// Inner folds count within the training rows; these are the same rows counted in the whole.
Rows pick(const Rows& from, const Rows& places) {
    Rows out;
    for (const std::size_t place : places) out.push_back(from.at(place));
    return out;
}

}  // namespace

double Scores::mean() const {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double Scores::deviation() const {
    double squares = 0;
    const double middle = mean();
    for (const double v : values) squares += (v - middle) * (v - middle);
    return std::sqrt(squares / static_cast<double>(values.size()));
}

double Scores::standard_error() const { return deviation() / std::sqrt(static_cast<double>(values.size()) - 1); }

double CrossValidation::generalization_gap() const {
    const double difference = test.mean() - train.mean();
    return metric.larger_is_better ? -difference : difference;
}

std::string CrossValidation::str() const {
    return text(metric.name, ": train ", with_deviation(train), ", test ", with_deviation(test), " over ",
                test.values.size(), " folds, fit in ", short_form(fit_seconds.mean()), " s");
}

CrossValidation cross_validate(const Estimator& model, const Array<double>& X, const Array<double>& y,
                               const Folds& folds, const CrossValidationOptions& options) {
    check_rows("cross_validate", X, y);
    check_folds("cross_validate", folds, y.size());
    const Metric metric = metric_for(options, model);
    return collect(metric, run(jobs_of(model, folds, options.seed), X, y, metric, options.threads));
}

std::size_t Curve::best() const {
    if (results.empty()) fail<ValueError>("curve", "no points", "there is nothing to choose from");
    std::vector<double> means;
    for (const CrossValidation& one : results) means.push_back(one.test.mean());
    return best_of(means, results[0].metric);
}

std::string Curve::str(const std::string& name) const {
    std::string out;
    const auto line = [&](const std::string& a, const std::string& b, const std::string& c, const std::string& d) {
        char row[160];
        std::snprintf(row, sizeof row, "%10s %22s %22s %10s\n", a.c_str(), b.c_str(), c.c_str(), d.c_str());
        out += row;
    };
    line(name, "train", "test", "gap");
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto numbers = [](const Scores& s) {  // without ±, whose two bytes would count as two columns
            return text(short_form(s.mean()), " +- ", short_form(s.deviation()));
        };
        line(short_form(at[i]), numbers(results[i].train), numbers(results[i].test),
             short_form(results[i].generalization_gap()));
    }
    return out;
}

Curve learning_curve(const Estimator& model, const Array<double>& X, const Array<double>& y, const Folds& folds,
                     const std::vector<std::size_t>& sizes, const CrossValidationOptions& options) {
    check_rows("learning_curve", X, y);
    check_folds("learning_curve", folds, y.size());
    if (sizes.empty()) fail<ValueError>("learning_curve", "no sizes", "there is at least one");
    std::vector<Job> jobs;
    std::vector<double> at;
    for (const std::size_t size : sizes) {
        at.push_back(static_cast<double>(size));
        for (Job job : jobs_of(model, folds, options.seed)) {
            if (size == 0 || size > job.train.size())
                fail<ValueError>("learning_curve", text("a size of ", size),
                                 text("sizes run from 1 to the fold's ", job.train.size(), " training rows"));
            job.train.resize(size);
            jobs.push_back(std::move(job));
        }
    }
    return run_curve(std::move(at), jobs, folds.size(), X, y, metric_for(options, model), options.threads);
}

Curve validation_curve(const std::function<Estimator(double)>& make, const std::vector<double>& values,
                       const Array<double>& X, const Array<double>& y, const Folds& folds,
                       const CrossValidationOptions& options) {
    check_rows("validation_curve", X, y);
    check_folds("validation_curve", folds, y.size());
    if (values.empty()) fail<ValueError>("validation_curve", "no values", "there is at least one");
    std::vector<Estimator> models;
    for (const double value : values) models.push_back(make(value));
    std::vector<Job> jobs;
    for (const Estimator& model : models)
        for (Job& job : jobs_of(model, folds, options.seed)) jobs.push_back(std::move(job));
    return run_curve(values, jobs, folds.size(), X, y, metric_for(options, models[0]), options.threads);
}

std::vector<std::size_t> NestedCrossValidation::times_chosen() const {
    std::vector<std::size_t> times(outer.empty() ? 0 : outer[0].inner.size());
    for (const OuterFold& fold : outer) ++times[fold.chosen];
    return times;
}

NestedCrossValidation nested_cross_validate(const std::vector<Estimator>& candidates, const Array<double>& X,
                                            const Array<double>& y, const Folds& outer, const Splitter& inner,
                                            const CrossValidationOptions& options) {
    constexpr std::string_view where = "nested_cross_validate";
    check_rows(where, X, y);
    check_folds(where, outer, y.size());
    if (candidates.empty()) fail<ValueError>(where, "no candidates", "there is at least one to choose");
    for (const Estimator& model : candidates)
        if (model.task() != candidates[0].task())
            fail<ValueError>(where, "classifiers and regressors", "their scores cannot be compared");
    const Metric metric = metric_for(options, candidates[0]);

    // All inner fits at once: outer folds × candidates × inner folds.
    std::vector<Job> jobs;
    std::vector<std::size_t> inner_folds;
    for (std::size_t i = 0; i < outer.size(); ++i) {
        const Rows& rows = outer[i].train;
        const Folds folds = inner(y.rows(rows));
        check_folds(where, folds, rows.size());
        inner_folds.push_back(folds.size());
        for (const Estimator& model : candidates)
            for (std::size_t j = 0; j < folds.size(); ++j)
                jobs.push_back({&model, pick(rows, folds[j].train), pick(rows, folds[j].test),
                                fold_seed(fold_seed(options.seed, i), j)});
    }
    const std::vector<Outcome> outcomes = run(jobs, X, y, metric, options.threads);

    NestedCrossValidation out{{}, {metric, {}, {}, {}}};
    std::vector<Job> chosen = jobs_of(candidates[0], outer, options.seed);
    std::size_t at = 0;
    for (std::size_t i = 0; i < outer.size(); ++i) {
        OuterFold fold;
        for (std::size_t c = 0; c < candidates.size(); ++c, at += inner_folds[i])
            fold.inner.push_back(collect(metric, std::span(outcomes).subspan(at, inner_folds[i])).test.mean());
        fold.chosen = best_of(fold.inner, metric);
        chosen[i].model = &candidates[fold.chosen];
        out.outer.push_back(std::move(fold));
    }
    out.chosen = collect(metric, run(chosen, X, y, metric, options.threads));
    return out;
}

Verdict verdict(const CrossValidation& measured, const Expectation& expected) {
    if (!(expected.allowed_gap >= 0) || std::isinf(expected.allowed_gap))
        fail<ValueError>("verdict", text("an allowed gap of ", expected.allowed_gap), "it is finite and not negative");
    const double train = measured.train.mean(), gap = measured.generalization_gap();
    const std::string &name = measured.metric.name, wanted = short_form(expected.train),
                      trained = text("training ", name, ' ', short_form(train)),
                      tested = text("test ", name, ' ', with_deviation(measured.test));
    if (!(train == expected.train) && !measured.metric.better(train, expected.train))
        return {Fit::underfitted, text("underfitted: ", trained, " misses the ", wanted, " expected (", tested, ")")};
    const std::string numbers = text(trained, " reaches the ", wanted, " expected, and ", tested, " is worse by ",
                                     short_form(gap), "; ", short_form(expected.allowed_gap), " is allowed");
    if (gap > expected.allowed_gap) return {Fit::overfitted, text("overfitted: ", numbers)};
    return {Fit::well_fitted, text("well fitted: ", numbers)};
}

}  // namespace sevenfold
