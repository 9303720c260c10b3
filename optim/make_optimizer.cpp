#include "sevenfold/optim/rules.hpp"

namespace sevenfold {
namespace {

constexpr NamedRule rules[] = {
    {"sgd", 0.1, "plain gradient descent"},
    {"momentum", 0.01, "the gradient pushes a ball that keeps 0.9 of its speed"},
    {"nesterov", 0.01, "momentum, with the gradient taken where the ball is going"},
    {"adagrad", 0.01, "each weight's step shrinks with the sum of its squared gradients"},
    {"adadelta", 1.0, "the same with a fading sum, and steps in the unit of the weights"},
    {"rmsprop", 0.001, "each gradient is divided by its recent size"},
    {"adam", 0.001, "momentum and rmsprop together, corrected for their start at 0"},
    {"adamw", 0.001, "adam with weight decay 0.01 that does not pass through the averages"},
};

}  // namespace

std::span<const NamedRule> named_rules() { return rules; }

std::string rule_names() {
    std::string names;
    for (const NamedRule& r : rules) names += (names.empty() ? "" : ", ") + std::string(r.name);
    return names;
}

template <class T>
std::unique_ptr<Optimizer<T>> make_optimizer(std::string_view name, std::vector<Variable<T>> parameters,
                                             std::optional<double> lr) {
    double rate = lr.value_or(0);
    for (const NamedRule& r : rules)
        if (r.name == name && !lr) rate = r.lr;
    if (name == "sgd") return std::make_unique<Sgd<T>>(std::move(parameters), SgdOptions{.lr = rate});
    if (name == "momentum") return std::make_unique<Momentum<T>>(std::move(parameters), MomentumOptions{.lr = rate});
    if (name == "nesterov") return std::make_unique<Nesterov<T>>(std::move(parameters), NesterovOptions{.lr = rate});
    if (name == "adagrad") return std::make_unique<Adagrad<T>>(std::move(parameters), AdagradOptions{.lr = rate});
    if (name == "adadelta") return std::make_unique<Adadelta<T>>(std::move(parameters), AdadeltaOptions{.lr = rate});
    if (name == "rmsprop") return std::make_unique<Rmsprop<T>>(std::move(parameters), RmspropOptions{.lr = rate});
    if (name == "adam") return std::make_unique<Adam<T>>(std::move(parameters), AdamOptions{.lr = rate});
    if (name == "adamw")
        return std::make_unique<Adam<T>>(std::move(parameters),
                                         AdamOptions{.lr = rate, .weight_decay = 0.01, .decoupled = true});
    fail<ValueError>("make_optimizer", text('"', name, '"'), "there is no rule of that name",
                     text("Take one of ", rule_names(), '.'));
}

template std::unique_ptr<Optimizer<float>> make_optimizer(std::string_view, std::vector<Variable<float>>,
                                                          std::optional<double>);
template std::unique_ptr<Optimizer<double>> make_optimizer(std::string_view, std::vector<Variable<double>>,
                                                           std::optional<double>);

}  // namespace sevenfold
