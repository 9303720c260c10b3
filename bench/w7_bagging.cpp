// W7: a tree of depth 8, and 50 of them bagged with their out-of-bag score, on 20,000 rows of 30 columns.
#include "data.hpp"
#include "harness.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/ensemble/score.hpp"

using namespace sevenfold;

int main(int argc, char** argv) {
    bench::Program program("W7", "A tree, and bagged trees, on a table of two classes.");
    std::size_t rows = 20000, depth = 8, trees = 50, threads = 1;
    program.option("--rows", &rows, "Rows of the table");
    program.option("--depth", &depth, "Depth of the trees");
    program.option("--trees", &trees, "Trees in the bag");
    program.option("--threads", &threads, "Threads for the bag");
    program.parse(argc, argv);
    if (program.quick()) rows = 1000;
    const bench::Table table = bench::make_table(rows);
    const Bagging bag(DecisionTree({.max_depth = depth}), {.estimators = trees, .threads = threads, .seed = 1});

    program.add({"sevenfold", "fit_s", "s"}, [&](benchmark::State& state) {
        DecisionTree tree({.max_depth = depth});
        for (auto _ : state) tree.fit(table.X, table.y);
        state.counters["train_acc"] = accuracy(tree.predict(table.X), table.y);
    });
    program.add({"sevenfold", "fit_s (with OOB)", "s", 1, threads}, [&](benchmark::State& state) {
        Bagging fitted = bag;
        for (auto _ : state) fitted.fit(table.X, table.y);
        state.counters["oob"] = fitted.out_of_bag().score;
    });
    program.add({"sevenfold", "predict_s", "s", 1, threads}, [&](benchmark::State& state) {
        Bagging fitted = bag;
        fitted.fit(table.X, table.y);
        for (auto _ : state) benchmark::DoNotOptimize(fitted.predict(table.X));
    });
    return program.run();
}
