// W6: AdaBoost with 100 stumps on 20,000 rows of 30 columns; the floor sorts once and passes over memory. --write keeps the
// table for the peers.
#include <filesystem>
#include <string>

#include "data.hpp"
#include "floors/stumps.hpp"
#include "harness.hpp"
#include "sevenfold/data/npy.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/adaboost.hpp"
#include "sevenfold/ensemble/decision_stump.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/score.hpp"
#include "sevenfold/validation/cross_validate.hpp"

using namespace sevenfold;

namespace {

void write(const bench::Table& table, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    Labels y(Shape{table.y.size()});
    for (std::size_t i = 0; i < y.size(); ++i) y(i) = table.y(i) > 0;
    write_npy(folder / "w6_x.npy", table.X);
    write_npy(folder / "w6_y.npy", y);
}

void measure_ours(bench::Program& program, const bench::Table& table, const std::string& peer, const AdaBoost& model) {
    program.add({peer, "fit_s", "s"}, [&table, model](benchmark::State& state) {
        AdaBoost fitted = model;
        for (auto _ : state) fitted.fit(table.X, table.y);
        state.counters["train_acc"] = accuracy(fitted.predict(table.X), table.y);
    });
    program.add({peer, "predict_s", "s"}, [&table, model](benchmark::State& state) {
        AdaBoost fitted = model;
        fitted.fit(table.X, table.y);
        for (auto _ : state) benchmark::DoNotOptimize(fitted.predict(table.X));
    });
}

void measure_floor(bench::Program& program, const bench::Table& table, std::size_t rounds) {
    const std::size_t rows = table.X.shape(0), columns = table.X.shape(1);
    const auto fit = [=, &table](bench::BoostedStumps& stumps) {
        stumps.fit(table.X.data(), table.y.data(), rows, columns, rounds);
    };
    program.add({"floor", "fit_s", "s"}, [=, &table](benchmark::State& state) {
        bench::BoostedStumps stumps;
        for (auto _ : state) fit(stumps);
        const std::vector<double> answers = stumps.predict(table.X.data(), rows);
        double right = 0;
        for (std::size_t i = 0; i < rows; ++i) right += answers[i] == table.y(i);
        state.counters["train_acc"] = right / static_cast<double>(rows);
    });
    program.add({"floor", "predict_s", "s"}, [=, &table](benchmark::State& state) {
        bench::BoostedStumps stumps;
        fit(stumps);
        for (auto _ : state) benchmark::DoNotOptimize(stumps.predict(table.X.data(), rows));
    });
}

}  // namespace

int main(int argc, char** argv) {
    bench::Program program("W6", "AdaBoost on a table of two classes.");
    std::size_t rows = 20000, rounds = 100;
    std::string folder;
    program.option("--rows", &rows, "Rows of the table");
    program.option("--rounds", &rounds, "Stumps");
    program.option("--write", &folder, "Write w6_x.npy and w6_y.npy into this folder, and end");
    program.parse(argc, argv);
    if (program.quick()) rows = 1000;
    const bench::Table table = bench::make_table(rows);
    if (!folder.empty()) {
        write(table, folder);
        return 0;
    }
    measure_ours(program, table, "sevenfold", AdaBoost(DecisionStump(), {.rounds = rounds}));
    measure_ours(program, table, "sevenfold, trees of depth 1",
                 AdaBoost(DecisionTree({.max_depth = 1}), {.rounds = rounds}));
    measure_floor(program, table, rounds);

    const Dataset<double> cancer = breast_cancer<double>();
    Array<double> y(Shape{cancer.size()});
    for (std::size_t i = 0; i < y.size(); ++i) y(i) = static_cast<double>(cancer.labels(i));
    const CrossValidation folds =
        cross_validate(AdaBoost(DecisionStump(), {.rounds = rounds}), cancer.features, y, stratified_k_fold(y, 5, 0));
    program.add_values({"sevenfold", "breast_cancer 5-fold accuracy", "fraction"}, folds.test.values,
                       {{"mean", folds.test.mean()}});
    return program.run();
}
