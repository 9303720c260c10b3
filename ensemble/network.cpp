#include "sevenfold/ensemble/network.hpp"

#include <algorithm>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/trainer.hpp"

namespace sevenfold {
namespace {

constexpr std::string_view who = "Network";

// Measured on x (N, F) if asked for, else what changes nothing.
Standardizer<double> standardizer(const Array<double>& x, bool measured) {
    if (measured) return Standardizer<double>::fit(x);
    const Shape row{x.shape(1)};
    return {Array<double>::zeros(row), Array<double>::ones(row)};
}

// Mean over the batch of weight · loss: on average over the batches, the gradient of the weighted mean over all rows.
Objective<float> weighted(Task task, const Array<float>& weights) {
    Objective<float> out;
    out.loss = [task, weights](const Variable<float>& output, const Batch<float>& batch) {
        const Array<float> weight = weights.rows(batch.rows);
        const Variable<float> sum_of_losses =
            task == Task::classification
                ? cross_entropy(output, batch.labels, {.sample_weight = weight, .reduction = Reduction::sum})
                : sum(mse(output, batch.targets, Reduction::none) * Variable<float>(weight.reshape({batch.size(), 1})));
        return sum_of_losses / batch.size();
    };
    return out;
}

}  // namespace

MakeNetwork hidden_layers(std::vector<std::size_t> sizes, Activation between) {
    return [sizes = std::move(sizes), between](std::size_t features, std::size_t outputs, Random& random) {
        std::vector<std::size_t> all{features};
        all.insert(all.end(), sizes.begin(), sizes.end());
        all.push_back(outputs);
        return std::make_unique<Mlp<float>>(all, between, random);
    };
}

Network::Network(Task task, MakeNetwork make, NetworkOptions options)
    : task_(task), make_(std::move(make)), options_(std::move(options)) {
    if (!make_) fail<ValueError>(who, "no function that makes the network", "every fit begins with a new one");
    if (options_.epochs == 0) fail<ValueError>(who, "0 epochs", "at least one is needed to train");
    if (options_.batch_size == 0) fail<ValueError>(who, "a batch size of 0", "a step takes at least one row");
    if (std::ranges::find(named_rules(), options_.optimizer, &NamedRule::name) == named_rules().end())
        fail<ValueError>(who, text('"', options_.optimizer, '"'), "there is no update rule of that name",
                         text("Take one of ", rule_names(), '.'));
}

void Network::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    const FitSizes sizes = check_fit_data(who, task_, X, y, weights, 2);
    const bool classifies = task_ == Task::classification;
    const Array<double> values = y.reshape({sizes.rows, 1});
    of_features_ = standardizer(X, options_.standardize);
    of_values_ = standardizer(values, options_.standardize && !classifies);

    Dataset<float> data;
    data.features = of_features_.apply(X).cast<float>();
    data.classes = sizes.classes;
    if (classifies)
        data.labels = y.cast<std::int64_t>();
    else
        data.targets = of_values_.apply(values).cast<float>();
    Array<double> weight = weights_or_ones(weights, sizes.rows);
    const double mean_weight = mean(Variable<double>(weight)).item();
    for (double& w : weight.flat()) w /= mean_weight;

    Random random(options_.seed);
    const std::size_t wanted = classifies ? sizes.classes : 1;
    std::shared_ptr<Module<float>> network = make_(sizes.features, wanted, random);
    network->eval();
    const Shape made = (*network)(data.features.rows(0, 1)).shape();
    if (made != Shape{1, wanted})
        fail<ShapeError>(who, text("a network that makes ", made, " of one row"),
                         text("here it makes ", Shape{1, wanted}),
                         "The function that makes the network is told how many outputs.");
    const auto optimizer = make_optimizer<float>(options_.optimizer, network->parameters(), options_.lr);
    const Loader<float> loader(data, {.batch_size = options_.batch_size, .seed = options_.seed});
    sevenfold::fit(*network, *optimizer, loader,
                   {.epochs = options_.epochs,
                    .objective = weighted(task_, weight.cast<float>()),
                    .catch_interrupt = false,
                    .verbose = false});
    network->eval();
    features_ = sizes.features;
    outputs_ = wanted;
    network_ = std::move(network);
}

Array<double> Network::outputs(const Array<double>& X) const {
    check_predict_data(who, features_, X);
    const NoTape<float> quiet;
    return (*network_)(of_features_.apply(X).cast<float>()).value().cast<double>();
}

Array<double> Network::predict(const Array<double>& X) const {
    if (task_ == Task::classification) return largest_column(outputs(X));
    Array<double> out = outputs(X).reshape({X.shape(0)});
    for (double& y : out.flat()) y = y * of_values_.deviation(0) + of_values_.mean(0);
    return out;
}

Array<double> Network::probabilities(const Array<double>& X) const {
    const NoTape<double> quiet;
    return softmax(Variable<double>(outputs(X))).value();
}

void Network::carry(Archive& archive) {
    archive(features_, outputs_, of_features_, of_values_);
    std::vector<Array<float>> values;
    if (archive.writes() && network_)
        for (auto& [name, value] : network_->state()) values.push_back(value);
    archive(values);
    if (archive.writes()) return;
    network_.reset();
    if (features_ == 0) return;  // not fitted
    Random random(options_.seed);
    std::shared_ptr<Module<float>> network = make_(features_, outputs_, random);
    State<float> state = network->state();
    for (std::size_t i = 0; i < state.size(); ++i) state[i].second = values.at(i);
    network->load_state(state);
    network->eval();
    network_ = std::move(network);
}

Network Network::clone(std::uint64_t seed) const {
    NetworkOptions options = options_;
    options.seed = seed;
    return Network(task_, make_, options);
}

}  // namespace sevenfold
