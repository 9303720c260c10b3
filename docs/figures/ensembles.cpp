// Committees: the out-of-bag error of example 14, and AdaBoost of example 15 in all of its rounds.
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/docs/figures/figures.hpp"
#include "sevenfold/ensemble/adaboost.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/score.hpp"

namespace figures {
namespace {

viz::Figure out_of_bag(const std::filesystem::path& table) {
    const std::vector<double> members = column(table, "B");
    return {.title = "Error of a forest on digits by its number of trees, measured in three ways",
            .x = {.title = "trees", .log = true},
            .y = {.title = "wrong (%)", .zero = true},
            .marks = {viz::Line{"out of bag", members, column(table, "out of bag"), viz::Colour::orange},
                      viz::Line{"5 folds", members, column(table, "5-fold"), viz::Colour::green},
                      viz::Line{"test rows", members, column(table, "test"), viz::Colour::blue}},
            .width = 640,
            .height = 340};
}

viz::Figure boosting() {
    const Split<double> data = holdout(spheres<double>(2000, 10, 2, 0.2, 1), 0.5, 1, true);
    const Array<double> y = data.train.labels.cast<double>(), y_test = data.test.labels.cast<double>();
    AdaBoost model(DecisionTree({.max_depth = 1}), {.rounds = 200, .seed = 1});
    model.fit(data.train.features, y);
    const Array<double> train = model.staged_predict(data.train.features),
                        test = model.staged_predict(data.test.features);
    const std::vector<double> rounds = counted(model.rounds().size());
    viz::Line bound{"bound", rounds, {}, viz::Colour::quiet, true}, training{"training", rounds, {}, viz::Colour::blue},
        held_out{"test", rounds, {}, viz::Colour::orange}, learner{"each learner", rounds, {}, viz::Colour::green};
    for (std::size_t t = 0; t < rounds.size(); ++t) {
        bound.y.push_back(100 * model.rounds()[t].bound);
        learner.y.push_back(100 * model.rounds()[t].error);
        training.y.push_back(100 * (1 - accuracy(train.row(t), y)));
        held_out.y.push_back(100 * (1 - accuracy(test.row(t), y_test)));
    }
    return {.title = "AdaBoost of stumps on nested spheres: every learner is poor, together they are not",
            .x = {.title = "round"},
            .y = {.title = "wrong (%)", .zero = true},
            .marks = {bound, learner, training, held_out},
            .width = 640,
            .height = 360};
}

}  // namespace

Pictures of_ensembles(const std::filesystem::path& runs) {
    return {{"08_bagging", out_of_bag(runs / "14_out_of_bag" / "out_of_bag.csv")}, {"09_boosting", boosting()}};
}

}  // namespace figures
