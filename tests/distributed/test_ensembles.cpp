#include <doctest/doctest.h>

#include "message.hpp"
#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/adaboost.hpp"
#include "sevenfold/ensemble/adaboost_r2.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/decision_stump.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/gradient_boosting.hpp"
#include "sevenfold/ensemble/linear_model.hpp"
#include "sevenfold/ensemble/nearest_neighbours.hpp"
#include "sevenfold/ensemble/network.hpp"
#include "sevenfold/validation/bias_variance.hpp"
#include "sevenfold/validation/cross_validate.hpp"

using namespace sevenfold;

namespace {

template <class F>
auto alone(const F& f) {
    const Communicator::Use use(Communicator::alone());
    return f();
}

// 190 rows; two classes, and a value for regressors.
const Array<double>& X() {
    static const Array<double> x = [] {
        std::vector<std::size_t> rows;
        for (std::size_t i = 0; i < 569; i += 3) rows.push_back(i);
        return breast_cancer<double>().features.rows(rows);
    }();
    return x;
}
Array<double> y(Task task) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < 569; i += 3) rows.push_back(i);
    if (task == Task::regression) {
        Array<double> first(Shape{rows.size()});
        for (std::size_t i = 0; i < rows.size(); ++i) first(i) = X()(i, 0) + 0.1 * X()(i, 5);
        return first;
    }
    return breast_cancer<double>().labels.rows(rows).cast<double>();
}

bool same(const Array<double>& a, const Array<double>& b) {
    if (a.shape() != b.shape()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a.data()[i] != b.data()[i] && !(std::isnan(a.data()[i]) && std::isnan(b.data()[i]))) return false;
    return true;
}

// Does not say what it consists of.
struct Mean {
    void fit(const Array<double>&, const Array<double>& values, const Array<double>&) {
        mean = 0;
        for (const double v : values) mean += v / static_cast<double>(values.size());
    }
    Array<double> predict(const Array<double>& rows) const { return Array<double>::full({rows.shape(0)}, mean); }
    Mean clone(std::uint64_t) const { return {}; }
    Task task() const { return Task::regression; }
    double mean = 0;
};

std::vector<std::pair<const char*, Estimator>> all_estimators() {
    const NetworkOptions short_training{.epochs = 3};
    return {
        {"tree", DecisionTree({.max_depth = 4, .max_features = 5})},
        {"regression tree", DecisionTree({.criterion = Criterion::squared_error, .max_depth = 4})},
        {"stump", DecisionStump()},
        {"ridge", Ridge()},
        {"logistic regression", LogisticRegression()},
        {"neighbours", NearestNeighbours(3)},
        {"network", Network(Task::classification, hidden_layers({8}), short_training)},
        {"network for values", Network(Task::regression, hidden_layers({8}), short_training)},
        {"gradient boosting", GradientBoosting(Task::classification, {.rounds = 3})},
        {"gradient boosting for values", GradientBoosting(Task::regression, {.rounds = 3})},
        {"AdaBoost", AdaBoost(DecisionStump(), {.rounds = 5, .keep_sample_weights = true})},
        {"AdaBoost.R2",
         AdaBoostR2(DecisionTree({.criterion = Criterion::squared_error, .max_depth = 2}), {.rounds = 4})},
        {"bag of trees", Bagging(DecisionTree({.max_depth = 2}), {.estimators = 3})},
        {"one that cannot travel", Mean()},
        {"a bag of those", Bagging(Mean(), {.estimators = 3})},
    };
}

}  // namespace

TEST_CASE("a bag of any estimators is the same to the bit, out of bag and on other rows") {
    for (const auto& named : all_estimators()) {
        const std::string name = named.first;
        const Estimator& base = named.second;
        CAPTURE(name);
        const bool travels = name != "one that cannot travel" && name != "a bag of those";
        CHECK(base.can_travel() == travels);
        const auto fitted = [&](std::size_t threads) {
            Bagging bag(base, {.estimators = 7, .threads = threads, .seed = 3});
            bag.fit(X(), y(base.task()));
            return bag;
        };
        const Bagging one = alone([&] { return fitted(1); });
        for (const std::size_t threads : {1u, 2u}) {
            const Bagging many = fitted(threads);
            CHECK(same(many.predict(X()), one.predict(X())));
            CHECK(same(many.out_of_bag().prediction, one.out_of_bag().prediction));
            CHECK(many.out_of_bag().score == one.out_of_bag().score);
            if (base.is_classifier()) CHECK(same(many.probabilities(X()), one.probabilities(X())));
            for (std::size_t t = 0; t < 7; ++t)  // each member, too
                CHECK(same(many.estimators()[t].predict(X()), one.estimators()[t].predict(X())));
        }
    }
    Estimator stays = Mean();
    Archive archive;
    CHECK(message<ValueError>([&] { stays.carry(archive); }) ==
          "[Estimator] one without carry: only what says what it consists of can be sent. Give it a member void "
          "carry(Archive& archive).");
}

TEST_CASE("folds, nested folds and curves score the same to the bit") {
    const Array<double> labels = y(Task::classification);
    const Folds folds = k_fold(labels.size(), 5);
    const auto score = [&] {
        std::vector<double> out;
        const auto add = [&](const CrossValidation& one) {
            out.insert(out.end(), one.train.values.begin(), one.train.values.end());
            out.insert(out.end(), one.test.values.begin(), one.test.values.end());
        };
        const Estimator tree = DecisionTree({.max_depth = 3});
        add(cross_validate(tree, X(), labels, folds, {}));
        for (const CrossValidation& one : learning_curve(tree, X(), labels, folds, {20, 60, 120}, {}).results) add(one);
        add(nested_cross_validate({tree, DecisionTree({.max_depth = 1})}, X(), labels, folds,
                                  [](const Array<double>& part) { return k_fold(part.size(), 3); }, {})
                .chosen);
        return out;
    };
    CHECK(score() == alone(score));
}

TEST_CASE("the bootstrap, and bias and variance, are the same to the bit") {
    const Array<double> values = y(Task::regression);
    const auto mean = [&](std::span<const std::size_t> rows) {
        double sum = 0;
        for (const std::size_t row : rows) sum += values.data()[row];
        return sum / static_cast<double>(rows.size());
    };
    const auto resample = [&] { return bootstrap(values.size(), mean, {.samples = 100}).statistics; };
    CHECK(resample() == alone(resample));
    const auto predictions = [&] {
        return predictions_over(DecisionTree({.criterion = Criterion::squared_error}), X(), values, X(),
                                bootstrap_bags(values.size(), 6, 1), 1, 1);
    };
    CHECK(predictions() == alone(predictions));
}
