// Splits, cross-validation, curves, nested choice, bias and variance, bootstrap intervals.
#include <cmath>
#include <map>

#include "settings.hpp"
#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/ensemble/bootstrap.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/linear_model.hpp"
#include "sevenfold/ensemble/score.hpp"
#include "sevenfold/validation/bias_variance.hpp"
#include "sevenfold/validation/cross_validate.hpp"

namespace golden {
namespace {

using A = Array<double>;

// ---- splits

void check_folds(const Folds& got, const json& one, Report& report) {
    const json& want = one.at("folds");
    report.expect(got.size() == want.size(), text(got.size(), " folds"));
    for (std::size_t i = 0; i < std::min(got.size(), want.size()); ++i) {
        report.expect(got[i].train == want[i].at("train").get<Rows>(), text("training rows of fold ", i));
        report.expect(got[i].test == want[i].at("test").get<Rows>(), text("test rows of fold ", i));
    }
}

Rows read_rows(const json& array) { return array.at("data").get<Rows>(); }

/// Rows of an (R, N) array of indices.
std::vector<Rows> read_samples(const json& array) {
    const Indices all = read_indices(array);
    std::vector<Rows> out;
    for (std::size_t r = 0; r < all.shape(0); ++r) {
        const Indices row = all.row(r);
        out.emplace_back(row.begin(), row.end());
    }
    return out;
}

// ---- ridge

struct Data {
    A X, y;
};

/// The data of a case, or of the one that it names.
Data data_of(const json& document, const json& one) {
    if (!one.contains("data_case")) return {read_array<double>(one.at("X")), read_array<double>(one.at("y"))};
    for (const json& other : document.at("cases"))
        if (other.at("id") == one.at("data_case")) return data_of(document, other);
    throw std::invalid_argument("no case " + one.at("data_case").get<std::string>());
}

Ridge ridge(double lambda) { return Ridge({.lambda = lambda}); }
Ridge ridge_of(const json& one) { return ridge(one.at("lambda")); }

double squared_error(const Ridge& model, const A& X, const A& y) { return mean_squared_error(model.predict(X), y); }

const CrossValidationOptions by_squared_error{.metric = Metric::mean_squared_error()};

void check_ridge(const Data& data, const json& one, Report& report) {
    Ridge model = ridge_of(one);
    model.fit(data.X, data.y);
    report.compare("weights", model.model().weights.reshape({data.X.shape(1)}), one.at("weights"));
    report.compare("intercept", model.model().intercept.item(), one.at("intercept"));
    report.compare("train_mse", squared_error(model, data.X, data.y), one.at("train_mse"));
    report.compare("train_r2", r_squared(model.predict(data.X), data.y), one.at("train_r2"));
}

// ---- cross-validation

Folds folds_of(const Data& data, const json& one) { return k_fold(data.y.size(), one.at("k").get<std::size_t>()); }

void check_cross_val(const Data& data, const json& one, Report& report) {
    const Folds folds = folds_of(data, one);
    const Scores mse = cross_validate(ridge_of(one), data.X, data.y, folds, by_squared_error).test;
    report.compare("mse", A(mse.values), one.at("mse"));
    report.compare("mse_mean", mse.mean(), one.at("mse_mean"));
    report.compare("mse_std", mse.deviation(), one.at("mse_std"));
    report.compare("mse_standard_error", mse.standard_error(), one.at("mse_standard_error"));
    if (!one.contains("r2")) return;
    const Scores r2 = cross_validate(ridge_of(one), data.X, data.y, folds).test;
    report.compare("r2", A(r2.values), one.at("r2"));
    report.compare("r2_mean", r2.mean(), one.at("r2_mean"));
    report.compare("r2_std", r2.deviation(), one.at("r2_std"));
}

void check_curve(const Curve& curve, const json& one, Report& report) {
    std::vector<A> train, test;
    std::vector<double> train_means, test_means, gaps;
    for (const CrossValidation& point : curve.results) {
        train.emplace_back(point.train.values), test.emplace_back(point.test.values);
        train_means.push_back(point.train.mean()), test_means.push_back(point.test.mean());
        gaps.push_back(point.generalization_gap());
    }
    const auto rows = [](const std::vector<A>& list) {
        return stack(std::vector<Variable<double>>(list.begin(), list.end())).value();
    };
    report.compare("train_mse", rows(train), one.at("train_mse"));
    report.compare("test_mse", rows(test), one.at("test_mse"));
    report.compare("train_mse_mean", A(train_means), one.at("train_mse_mean"));
    report.compare("test_mse_mean", A(test_means), one.at("test_mse_mean"));
    if (one.contains("generalization_gap")) report.compare("gap", A(gaps), one.at("generalization_gap"));
    if (one.contains("best_lambda")) report.compare("best_lambda", curve.at[curve.best()], one.at("best_lambda"));
}

void check_validation_curve(const Data& data, const json& one, Report& report) {
    check_curve(validation_curve([](double lambda) { return Estimator(ridge(lambda)); },
                                 one.at("lambdas").get<std::vector<double>>(), data.X, data.y, folds_of(data, one),
                                 by_squared_error),
                one, report);
}

void check_learning_curve(const Data& data, const json& one, Report& report) {
    check_curve(learning_curve(ridge_of(one), data.X, data.y, folds_of(data, one),
                               one.at("sizes").get<std::vector<std::size_t>>(), by_squared_error),
                one, report);
}

void check_nested(const Data& data, const json& one, Report& report) {
    const auto lambdas = one.at("lambdas").get<std::vector<double>>();
    std::vector<Estimator> candidates;
    for (const double lambda : lambdas) candidates.emplace_back(ridge(lambda));
    const auto got = nested_cross_validate(
        candidates, data.X, data.y, k_fold(data.y.size(), one.at("outer_k").get<std::size_t>()),
        [&](const A& y) { return k_fold(y.size(), one.at("inner_k").get<std::size_t>()); }, by_squared_error);
    const json& outer = one.at("outer");
    report.expect(got.outer.size() == outer.size(), text(got.outer.size(), " outer folds"));
    for (std::size_t i = 0; i < std::min(got.outer.size(), outer.size()); ++i) {
        report.compare(text("inner means of fold ", i), A(got.outer[i].inner), outer[i].at("inner_mse_mean"));
        report.compare(text("lambda of fold ", i), lambdas[got.outer[i].chosen], outer[i].at("lambda"));
        report.compare(text("train of fold ", i), got.chosen.train.values[i], outer[i].at("train_mse"));
        report.compare(text("test of fold ", i), got.chosen.test.values[i], outer[i].at("test_mse"));
    }
    report.compare("score", got.chosen.test.mean(), one.at("score"));
}

void check_gap(const Data& data, const json& one, Report& report) {
    Fold fold;
    for (std::size_t row = 0; row < data.y.size(); ++row)
        (row < one.at("train_rows").get<std::size_t>() ? fold.train : fold.test).push_back(row);
    const auto got = cross_validate(ridge_of(one), data.X, data.y, {fold}, by_squared_error);
    report.compare("train_mse", got.train.mean(), one.at("train_mse"));
    report.compare("test_mse", got.test.mean(), one.at("test_mse"));
    report.compare("gap", got.generalization_gap(), one.at("gap"));
}

// ---- bias and variance

void check_squared(const json& one, Report& report) {
    const A predictions =
        predictions_over(ridge_of(one), read_array<double>(one.at("X")), read_array<double>(one.at("y")),
                         read_array<double>(one.at("X_test")), read_samples(one.at("bootstrap_indices")));
    const auto parts = decompose_squared(predictions, read_array<double>(one.at("y_test")));
    report.compare("predictions", predictions, one.at("predictions"));
    report.compare("main_prediction", parts.main, one.at("main_prediction"));
    report.compare("expected_loss", parts.loss, one.at("expected_loss"));
    report.compare("bias", parts.bias, one.at("bias"));
    report.compare("variance", parts.variance, one.at("variance"));
}

void check_zero_one(const json& one, Report& report) {
    Settings s(one.at("config"));
    s.use("classes");  // the labels say it
    const DecisionTree tree({.max_depth = s.count("max_depth"), .min_samples_leaf = s.count("min_samples_leaf")});
    const A predictions =
        predictions_over(tree, read_array<double>(one.at("X")), read_array<double>(one.at("y")),
                         read_array<double>(one.at("X_test")), read_samples(one.at("bootstrap_indices")));
    const auto parts = decompose_zero_one(predictions, read_array<double>(one.at("y_test")));
    report.compare_integers("predictions", predictions.cast<std::int64_t>(), one.at("predictions"));
    report.compare_integers("main_prediction", parts.main.cast<std::int64_t>(), one.at("main_prediction"));
    report.compare("expected_loss", parts.loss, one.at("expected_loss"));
    report.compare("bias", parts.bias, one.at("bias"));
    report.compare("variance", parts.variance, one.at("variance"));
    report.compare("unbiased_variance", parts.unbiased_variance, one.at("unbiased_variance"));
    report.compare("biased_variance", parts.biased_variance, one.at("biased_variance"));
    report.compare("net_variance", parts.net_variance, one.at("net_variance"));
    s.report_unused(report);
}

// ---- bootstrap

double mean_of(const std::vector<double>& v) { return Scores{v}.mean(); }
double median_of(const std::vector<double>& v) { return percentile(v, 0.5); }
double deviation_of(const std::vector<double>& v) {
    return Scores{v}.standard_error() * std::sqrt(static_cast<double>(v.size()));
}
const std::map<std::string, double (*)(const std::vector<double>&)> statistics = {
    {"mean", mean_of}, {"median", median_of}, {"std_ddof1", deviation_of}};

void check_bootstrap(const json& one, Report& report) {
    const A x = read_array<double>(one.at("x"));
    const std::vector<Rows> bags = read_samples(one.at("indices"));
    for (const auto& [name, want] : one.at("statistics").items()) {
        const auto statistic = statistics.find(name);
        if (statistic == statistics.end()) {
            report.unknown("statistic " + name);
            continue;
        }
        const auto of_rows = [&](std::span<const std::size_t> rows) {
            std::vector<double> values;
            for (const std::size_t row : rows) values.push_back(x(row));
            return statistic->second(values);
        };
        const BootstrapResult got =
            bootstrap_over(x.size(), of_rows, bags, {.level = 1 - one.at("alpha").get<double>()});
        report.compare(name + ", estimate", got.estimate, want.at("estimate"));
        report.compare(name + ", bootstrap_mean", mean_of(got.statistics), want.at("bootstrap_mean"));
        report.compare(name + ", bias", mean_of(got.statistics) - got.estimate, want.at("bias"));
        report.compare(name + ", standard_error", got.deviation, want.at("standard_error"));
        report.compare(name + ", interval", A({2}, {got.interval.low, got.interval.high}),
                       want.at("percentile_interval"));
    }
}

}  // namespace

void check_model_selection(const json& document, const json& one, Report& report) {
    const std::string kind = one.at("kind");
    const std::map<std::string, void (*)(const Data&, const json&, Report&)> on_data = {
        {"ridge", check_ridge},
        {"cross_val", check_cross_val},
        {"validation_curve", check_validation_curve},
        {"learning_curve", check_learning_curve},
        {"nested_cv", check_nested},
        {"generalization_gap", check_gap}};
    if (kind == "kfold")
        check_folds(k_fold(one.at("n").get<std::size_t>(), one.at("k").get<std::size_t>()), one, report);
    else if (kind == "kfold_permuted")
        check_folds(k_fold(read_rows(one.at("permutation")), one.at("k").get<std::size_t>()), one, report);
    else if (kind == "stratified_kfold")
        check_folds(stratified_k_fold(read_array<double>(one.at("y")), one.at("k").get<std::size_t>()), one, report);
    else if (const auto check = on_data.find(kind); check != on_data.end())
        check->second(data_of(document, one), one, report);
    else if (kind == "bias_variance_squared")
        check_squared(one, report);
    else if (kind == "bias_variance_zero_one")
        check_zero_one(one, report);
    else if (kind == "bootstrap_interval")
        check_bootstrap(one, report);
    else
        report.unknown("kind " + kind);
}

}  // namespace golden
