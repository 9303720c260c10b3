// W8: 5-fold cross-validation on the digits, stratified and shuffled, of logistic regression and of an MLP with 64 hidden
// units that learns for 50 epochs in batches of 200.
#include "harness.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/ensemble/linear_model.hpp"
#include "sevenfold/ensemble/network.hpp"
#include "sevenfold/validation/cross_validate.hpp"

using namespace sevenfold;

int main(int argc, char** argv) {
    bench::Program program("W8", "5-fold cross-validation on the digits.");
    std::size_t folds = 5, hidden = 64, epochs = 50, threads = 1;
    program.option("--folds", &folds, "Folds");
    program.option("--hidden", &hidden, "Hidden units of the network");
    program.option("--epochs", &epochs, "Epochs of the network");
    program.option("--threads", &threads, "Folds at a time");
    program.parse(argc, argv);
    if (program.quick()) epochs = 1;

    const Dataset<double> data = digits<double>().flattened();
    Array<double> y(Shape{data.size()});
    for (std::size_t i = 0; i < y.size(); ++i) y(i) = static_cast<double>(data.labels(i));
    const Folds parts = stratified_k_fold(y, folds, 0);
    const auto add = [&](const std::string& name, const Estimator& model) {
        program.add({"sevenfold", "5-fold cross_val_score s " + name, "s", 1, threads},
                    [&, model](benchmark::State& state) {
                        double mean = 0;
                        for (auto _ : state)
                            mean = cross_validate(model, data.features, y, parts, {.threads = threads}).test.mean();
                        state.counters["acc"] = mean;
                    });
    };
    add("LogisticRegression", LogisticRegression());
    add("MLP", Network(Task::classification, hidden_layers({hidden}), {.epochs = epochs, .batch_size = 200}));
    return program.run();
}
