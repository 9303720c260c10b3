// Any network as an estimator: bagged, boosted and cross-validated like a tree.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sevenfold/data/dataset.hpp"
#include "sevenfold/ensemble/estimator.hpp"
#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/module.hpp"

namespace sevenfold {

struct NetworkOptions {
    std::size_t epochs = 50;
    std::size_t batch_size = 32;
    std::string optimizer = "adam";  ///< a name that make_optimizer knows
    std::optional<double> lr{};      ///< none: the rule's own
    bool standardize = true;  ///< features, and a regression's values, get mean 0 and deviation 1 over the rows of fit
    std::uint64_t seed = 0;   ///< of the weights at the start, and of the batches' order
};

/// A new network for that many features and outputs: K for K classes, 1 for values. Draws from the Random alone, so that
/// one seed gives one network.
using MakeNetwork =
    std::function<std::unique_ptr<Module<float>>(std::size_t features, std::size_t outputs, Random& random)>;

/// An MLP with these hidden layers: hidden_layers({64, 32}).
MakeNetwork hidden_layers(std::vector<std::size_t> sizes, Activation between = Activation::relu);

/// Learns the smallest weighted mean of the cross-entropy (classification) or of the squared error (regression), in batches.
/// A row's weight multiplies its part of a step; weights are scaled to a mean of 1, so that the learning rate keeps its
/// meaning. The same bits for one seed, on any thread.
class Network {
  public:
    /// Throws ValueError: no epochs, a batch size of 0, or no such optimizer.
    Network(Task task, MakeNetwork make, NetworkOptions options = {});

    /// Throws what check_fit_data throws (two classes at least), ShapeError when the network's output is not (N, outputs),
    /// AnomalyError when the loss does not stay finite.
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {});
    Array<double> predict(const Array<double>& X) const;
    Array<double> probabilities(const Array<double>& X) const;
    Network clone(std::uint64_t seed) const;
    void carry(Archive& archive);
    Task task() const { return task_; }
    /// What was trained; nullptr before fit.
    const Module<float>* network() const { return network_.get(); }

  private:
    Array<double> outputs(const Array<double>& X) const;  // (N, outputs): logits or standardized values

    Task task_;
    MakeNetwork make_;
    NetworkOptions options_;
    std::size_t features_ = 0, outputs_ = 0;
    Standardizer<double> of_features_, of_values_;
    std::shared_ptr<Module<float>> network_;  // copies share it: after fit nobody changes it
};

}  // namespace sevenfold
