// ensemble.json: stumps, trees, boosting and bagging from stored data, weights and bags. In double only: a threshold search
// that rounds differently takes another split, and all after it differs.
#include "golden.hpp"
#include "settings.hpp"
#include "sevenfold/ensemble/adaboost.hpp"
#include "sevenfold/ensemble/adaboost_r2.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/decision_stump.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/score.hpp"

namespace golden {
namespace {

using Numbers = Array<double>;

Numbers read(const json& one, const std::string& key) {
    return one.contains(key) ? read_array<double>(one.at(key)) : Numbers();
}

// −1 and +1 as classes 0 and 1, and back.
Numbers from_signs(Numbers y) {
    for (double& v : y.flat()) v = (v + 1) / 2;
    return y;
}
Numbers to_signs(Numbers y) {
    for (double& v : y.flat()) v = 2 * v - 1;
    return y;
}

Numbers sign_scores(Numbers votes, double total) {
    Numbers out(Shape{votes.size() / 2});
    for (std::size_t i = 0; i < out.size(); ++i) out(i) = (votes.data()[2 * i + 1] - votes.data()[2 * i]) / total;
    return out;
}

void expect_integers(const std::string& what, const Numbers& got, const json& want, Report& report) {
    report.compare_integers(what, got.cast<std::int64_t>(), want);
}

// A list of plain numbers in a case, as an array.
template <class Container>
void compare_list(const std::string& what, const Container& got, const json& want, Report& report) {
    const json array = want.is_array() ? json{{"shape", {want.size()}}, {"data", want}} : want;
    report.compare(what, Numbers(std::vector<double>(got.begin(), got.end())), array);
}

template <class Items, class Get>
std::vector<double> column(const Items& items, const Get& get) {
    std::vector<double> out;
    for (const auto& item : items) out.push_back(static_cast<double>(get(item)));
    return out;
}

std::vector<Rows> read_bags(const json& array) {
    const Numbers all = read_array<double>(array);
    std::vector<Rows> bags(all.shape(0));
    for (std::size_t t = 0; t < bags.size(); ++t)
        for (const double row : all.row(t)) bags[t].push_back(static_cast<std::size_t>(row));
    return bags;
}

void compare_tree(const std::string& what, const DecisionTree& tree, const json& want, Report& report) {
    const auto& nodes = tree.nodes();
    const auto list = [&](const char* key, const auto& get) {
        compare_list(what + ' ' + key, column(nodes, get), want.at(key), report);
    };
    list("feature", [](const TreeNode& n) { return n.feature; });
    list("threshold", [](const TreeNode& n) { return n.threshold; });
    list("left", [](const TreeNode& n) { return n.left; });
    list("right", [](const TreeNode& n) { return n.right; });
    list("samples", [](const TreeNode& n) { return n.samples; });
    std::vector<double> values;
    for (const TreeNode& n : nodes) values.insert(values.end(), n.value.begin(), n.value.end());
    report.compare(what + " value", Numbers({nodes.size(), nodes[0].value.size()}, values), want.at("value"));
}

Criterion read_criterion(const std::string& name) {
    if (name == "gini") return Criterion::gini;
    if (name == "entropy") return Criterion::entropy;
    if (name == "squared_error") return Criterion::squared_error;
    throw std::invalid_argument("criterion " + name);
}

TreeOptions tree_options(Settings& s, Criterion criterion) {
    const json& depth = s.use("max_depth");
    return {.criterion = criterion,
            .max_depth = depth.is_null() ? 0 : depth.get<std::size_t>(),
            .min_samples_leaf = s.count("min_samples_leaf")};
}

void check_stump(const json& one, Report& report) {
    const Numbers X = read(one, "X");
    DecisionStump stump;
    stump.fit(X, from_signs(read(one, "y")), read(one, "weights"));
    report.compare("feature", static_cast<double>(stump.feature()), one.at("feature"));
    report.compare("threshold", stump.threshold(), one.at("threshold"));
    report.compare("polarity", stump.polarity(), one.at("polarity"));
    report.compare("error", stump.error(), one.at("error"));
    expect_integers("prediction", to_signs(stump.predict(X)), one.at("prediction"), report);
}

void check_cart(const json& one, Report& report) {
    Settings s(one.at("config"));
    DecisionTree tree(tree_options(s, read_criterion(s.use("criterion"))));
    const Numbers X = read(one, "X"), X_test = read(one, "X_test");
    tree.fit(X, read(one, "y"), read(one, "sample_weight"));
    compare_tree("tree", tree, one.at("tree"), report);
    if (s.count("classes") > 0) {
        report.expect(tree.nodes()[0].value.size() == s.count("classes"), "another number of classes");
        expect_integers("prediction_train", tree.predict(X), one.at("prediction_train"), report);
        expect_integers("prediction_test", tree.predict(X_test), one.at("prediction_test"), report);
        report.compare("probability_test", tree.probabilities(X_test), one.at("probability_test"));
    } else {
        report.compare("prediction_train", tree.predict(X), one.at("prediction_train"));
        report.compare("prediction_test", tree.predict(X_test), one.at("prediction_test"));
    }
    s.report_unused(report);
}

void check_adaboost_discrete(const json& one, Report& report) {
    Settings s(one.at("config"));
    if (s.use("learner") != "minimum_error_stump") return report.unknown("learner");
    AdaBoost boost(DecisionStump(), {.rounds = s.count("rounds"), .keep_sample_weights = true});
    const Numbers X = read(one, "X"), y = from_signs(read(one, "y"));
    boost.fit(X, y, read(one, "initial_weights"));
    const auto stump = [](const BoostingRound& r) { return r.learner.as<DecisionStump>(); };
    const auto& rounds = boost.rounds();
    compare_list("feature", column(rounds, [&](auto& r) { return stump(r)->feature(); }), one.at("feature"), report);
    compare_list("threshold", column(rounds, [&](auto& r) { return stump(r)->threshold(); }), one.at("threshold"),
                 report);
    compare_list("polarity", column(rounds, [&](auto& r) { return stump(r)->polarity(); }), one.at("polarity"), report);
    compare_list("error", column(rounds, [](auto& r) { return r.error; }), one.at("error"), report);
    compare_list("alpha", column(rounds, [](auto& r) { return r.weight / 2; }), one.at("alpha"), report);
    report.compare("weights", boost.sample_weights(), one.at("weights"));
    report.compare("staged_F_train", boost.staged_decision(X), one.at("staged_F_train"));
    report.compare("staged_F_test", boost.staged_decision(read(one, "X_test")), one.at("staged_F_test"));
    const Numbers staged = boost.staged_predict(X);
    std::vector<double> errors;
    for (std::size_t t = 0; t < rounds.size(); ++t) errors.push_back(1 - accuracy(staged.row(t), y));
    compare_list("staged_train_error", errors, one.at("staged_train_error"), report);
    s.report_unused(report);
}

// Shares of the say after each round; for two classes class 1 less class 0.
Numbers staged_scores(const AdaBoost& boost, const Numbers& X) {
    Numbers votes = boost.staged_votes(X);
    const std::size_t T = boost.rounds().size(), size = votes.size() / T;
    double say = 0;
    for (std::size_t t = 0; t < T; ++t) {
        say += boost.rounds()[t].weight;
        for (double& v : votes.flat().subspan(t * size, size)) v /= say;
    }
    if (boost.classes() > 2) return votes;
    return sign_scores(votes, 1).reshape({T, X.shape(0)});
}

void check_adaboost_samme(const json& one, Report& report) {
    Settings s(one.at("config"));
    if (s.use("learner") != "cart_gini_depth1") return report.unknown("learner");
    AdaBoost boost(
        DecisionTree({.max_depth = 1}),
        {.rounds = s.count("rounds"), .learning_rate = s.number("learning_rate"), .keep_sample_weights = true});
    const Numbers X = read(one, "X"), X_test = read(one, "X_test"), y = read(one, "y");
    boost.fit(X, y, read(one, "initial_weights"));
    report.expect(boost.classes() == s.count("classes"), "another number of classes");
    const auto& rounds = boost.rounds();
    const auto node = [](const BoostingRound& r, std::size_t i) { return r.learner.as<DecisionTree>()->nodes().at(i); };
    compare_list("feature", column(rounds, [&](auto& r) { return node(r, 0).feature; }), one.at("feature"), report);
    compare_list("threshold", column(rounds, [&](auto& r) { return node(r, 0).threshold; }), one.at("threshold"),
                 report);
    compare_list("left_class", column(rounds, [&](auto& r) { return node(r, 1).answer; }), one.at("left_class"),
                 report);
    compare_list("right_class", column(rounds, [&](auto& r) { return node(r, 2).answer; }), one.at("right_class"),
                 report);
    compare_list("error", column(rounds, [](auto& r) { return r.error; }), one.at("error"), report);
    compare_list("estimator_weight", column(rounds, [](auto& r) { return r.weight; }), one.at("estimator_weight"),
                 report);
    report.compare("weights", boost.sample_weights(), one.at("weights"));
    report.compare("staged_score_train", staged_scores(boost, X), one.at("staged_score_train"));
    report.compare("staged_score_test", staged_scores(boost, X_test), one.at("staged_score_test"));
    const Numbers staged = boost.staged_predict(X);
    expect_integers("staged_prediction_train", staged, one.at("staged_prediction_train"), report);
    expect_integers("staged_prediction_test", boost.staged_predict(X_test), one.at("staged_prediction_test"), report);
    std::vector<double> accuracies;
    for (std::size_t t = 0; t < rounds.size(); ++t) accuracies.push_back(accuracy(staged.row(t), y));
    compare_list("staged_train_accuracy", accuracies, one.at("staged_train_accuracy"), report);
    s.report_unused(report);
}

void check_adaboost_r2(const json& one, Report& report) {
    Settings s(one.at("config"));
    const std::string loss = s.use("loss");
    if (loss != "linear" && loss != "square" && loss != "exponential") return report.unknown("loss " + loss);
    AdaBoostR2 boost(DecisionTree(tree_options(s, Criterion::squared_error)),
                     {.rounds = s.count("rounds"),
                      .loss = loss == "linear"   ? R2Loss::linear
                              : loss == "square" ? R2Loss::square
                                                 : R2Loss::exponential,
                      .learning_rate = s.number("learning_rate")});
    const Numbers X = read(one, "X"), X_test = read(one, "X_test");
    boost.fit(X, read(one, "y"), {}, read_bags(one.at("bootstrap_indices")));
    const auto& rounds = boost.rounds();
    compare_list("average_loss", column(rounds, [](auto& r) { return r.average_loss; }), one.at("average_loss"),
                 report);
    compare_list("beta", column(rounds, [](auto& r) { return r.beta; }), one.at("beta"), report);
    compare_list("estimator_weight", column(rounds, [](auto& r) { return r.weight; }), one.at("estimator_weight"),
                 report);
    report.compare("weights", boost.sample_weights(), one.at("weights"));
    std::vector<double> train, test;
    for (const R2Round& round : rounds) {
        for (const double v : round.learner.predict(X)) train.push_back(v);
        for (const double v : round.learner.predict(X_test)) test.push_back(v);
    }
    report.compare("learner_prediction_train", Numbers({rounds.size(), X.shape(0)}, train),
                   one.at("learner_prediction_train"));
    report.compare("learner_prediction_test", Numbers({rounds.size(), X_test.shape(0)}, test),
                   one.at("learner_prediction_test"));
    report.compare("staged_prediction_train", boost.staged_predict(X), one.at("staged_prediction_train"));
    report.compare("staged_prediction_test", boost.staged_predict(X_test), one.at("staged_prediction_test"));
    s.report_unused(report);
}

// What classifiers and regressors have in common.
Bagging check_bagging(const json& one, Settings& s, Criterion criterion, Vote vote, Report& report) {
    const auto bags = read_bags(one.at("bootstrap_indices"));
    report.expect(bags.size() == s.count("estimators") && bags[0].size() == s.count("rows_per_bag"), "other bags");
    Bagging bagging(DecisionTree(tree_options(s, criterion)), {.vote = vote, .threads = 2});
    const Numbers X = read(one, "X"), X_test = read(one, "X_test");
    bagging.fit(X, read(one, "y"), {}, bags);
    Numbers mask = Numbers::zeros({bags.size(), X.shape(0)});
    std::vector<double> answers;
    for (std::size_t t = 0; t < bags.size(); ++t) {
        for (const std::size_t row : left_out(X.shape(0), bags[t])) mask(t, row) = 1;
        compare_tree(text("tree ", t), *bagging.estimators()[t].as<DecisionTree>(), one.at("trees").at(t), report);
        for (const double v : bagging.estimators()[t].predict(X_test)) answers.push_back(v);
    }
    expect_integers("oob_mask", mask, one.at("oob_mask"), report);
    report.compare("learner_prediction_test", Numbers({bags.size(), X_test.shape(0)}, answers),
                   one.at("learner_prediction_test"));
    report.expect(std::abs(bagging.out_of_bag().coverage * static_cast<double>(X.shape(0)) +
                           one.at("oob_samples_without_vote").get<double>() - static_cast<double>(X.shape(0))) < 1e-9,
                  "another number of rows without a vote");
    return bagging;
}

void check_bagging_classifier(const json& one, Report& report) {
    Settings s(one.at("config"));
    const Bagging hard = check_bagging(one, s, Criterion::gini, Vote::hard, report);
    const Bagging soft = check_bagging(one, s, Criterion::gini, Vote::soft, report);
    const Numbers X_test = read(one, "X_test");
    report.expect(hard.votes(X_test).shape(1) == s.count("classes"), "another number of classes");
    expect_integers("test_votes", hard.votes(X_test), one.at("test_votes"), report);
    expect_integers("test_prediction", hard.predict(X_test), one.at("test_prediction"), report);
    report.compare("test_mean_probability", soft.probabilities(X_test), one.at("test_mean_probability"));
    const OutOfBag& oob = hard.out_of_bag();
    Numbers prediction = oob.prediction;
    for (double& p : prediction.flat())
        if (std::isnan(p)) p = -1;  // how the reference writes it
    expect_integers("oob_votes", oob.votes, one.at("oob_votes"), report);
    expect_integers("oob_prediction", prediction, one.at("oob_prediction"), report);
    report.compare("oob_mean_probability", oob.probabilities, one.at("oob_mean_probability"));
    report.compare("oob_score_hard", oob.score, one.at("oob_score_hard"));
    report.compare("oob_score_soft", soft.out_of_bag().score, one.at("oob_score_soft"));
    s.report_unused(report);
}

void check_bagging_regressor(const json& one, Report& report) {
    Settings s(one.at("config"));
    report.expect(s.count("classes") == 0, "classes of a regressor");
    const Bagging bagging = check_bagging(one, s, Criterion::squared_error, Vote::hard, report);
    report.compare("test_prediction", bagging.predict(read(one, "X_test")), one.at("test_prediction"));
    const OutOfBag& oob = bagging.out_of_bag();
    report.compare_integers("oob_count", oob.count, one.at("oob_count"));
    const Numbers want = read(one, "oob_prediction"), y = read(one, "y");
    Rows covered;
    for (std::size_t i = 0; i < y.size(); ++i)
        if (oob.count(i) > 0)
            covered.push_back(i);
        else
            report.expect(std::isnan(oob.prediction(i)), text("row ", i, " has an answer that nobody gave"));
    const Numbers got = oob.prediction.rows(covered);
    for (std::size_t i = 0; i < covered.size(); ++i)
        report.compare(text("oob_prediction ", covered[i]), got(i), want(covered[i]));
    report.compare("oob_r2", oob.score, one.at("oob_r2"));
    report.compare("oob_mse", mean_squared_error(got, y.rows(covered)), one.at("oob_mse"));
    s.report_unused(report);
}

void check_bootstrap_probability(const json& one, Report& report) {
    std::vector<double> missed, unique;
    for (const json& n : one.at("N")) {
        missed.push_back(not_drawn_probability(n.get<std::size_t>()));
        unique.push_back(1 - missed.back());
    }
    compare_list("not_drawn", missed, one.at("not_drawn"), report);
    compare_list("expected_unique_fraction", unique, one.at("expected_unique_fraction"), report);
    report.expect(std::abs(not_drawn_probability(1'000'000'000) - one.at("limit").get<double>()) < 1e-6, "the limit");
}

}  // namespace

void check_ensemble(const json&, const json& one, Report& report) {
    const std::string kind = one.at("kind");
    if (kind == "stump")
        check_stump(one, report);
    else if (kind == "cart_classifier" || kind == "cart_regressor")
        check_cart(one, report);
    else if (kind == "adaboost_discrete")
        check_adaboost_discrete(one, report);
    else if (kind == "adaboost_samme")
        check_adaboost_samme(one, report);
    else if (kind == "adaboost_r2")
        check_adaboost_r2(one, report);
    else if (kind == "bagging_classifier")
        check_bagging_classifier(one, report);
    else if (kind == "bagging_regressor")
        check_bagging_regressor(one, report);
    else if (kind == "bootstrap_probability")
        check_bootstrap_probability(one, report);
    else
        report.unknown("kind " + kind);
}

}  // namespace golden
