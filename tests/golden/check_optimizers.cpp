// Paths of the seven rules on small problems, step by step.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>

#include "settings.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/optim/rules.hpp"

namespace golden {
namespace {

template <class T>
struct Problem {
    std::vector<Variable<T>> parameters;
    std::function<Variable<T>()> loss;
};

const json& named(const json& list, const std::string& name) {
    for (const json& one : list)
        if (one.at("name") == name) return one;
    throw std::invalid_argument("nothing is named " + name);
}

template <class T>
Problem<T> make_problem(const json& problem) {
    using V = Variable<T>;
    std::vector<V> p;
    for (const json& start : problem.at("params")) p.push_back(leaf(read_array<T>(start), start.at("name")));
    const std::string name = problem.at("name");
    const json& data = problem.at("data");
    const auto entry = [x = p[0]](std::size_t i) {
        Array<T> unit = Array<T>::zeros(x.shape());
        unit.data()[i] = 1;
        return sum(x * unit);
    };
    if (name == "quadratic") {
        const V a = read_array<T>(named(data, "A")), b = read_array<T>(named(data, "b"));
        return {p, [=, x = p[0]] { return 0.5 * sum(x * sum(a * x, {1})) - sum(b * x); }};
    }
    if (name == "rosenbrock")
        return {p, [=] {
                    const V x0 = entry(0), x1 = entry(1), bend = x1 - x0 * x0, far = 1 - x0;
                    return 100 * bend * bend + far * far;
                }};
    if (name == "beale")
        return {p, [=] {
                    const V x = entry(0), y = entry(1);
                    const V a = 1.5 - x + x * y, b = 2.25 - x + x * y * y, c = 2.625 - x + x * y * y * y;
                    return a * a + b * b + c * c;
                }};
    if (name == "logistic") {
        const V x = read_array<T>(named(data, "X")), y = read_array<T>(named(data, "y"));
        return {p, [=, w = p[0], b = p[1]] {
                    const V z = sum(x * w, {1}) + b;
                    return sum(softplus(z) - y * z) / static_cast<T>(y.size());
                }};
    }
    throw std::invalid_argument("problem " + name);
}

template <class T>
std::unique_ptr<Optimizer<T>> pytorch_rule(const std::string& rule, Settings s, std::vector<Variable<T>> p,
                                           Report& report) {
    const auto use = [&](auto optimizer) {
        s.report_unused(report);
        return optimizer;
    };
    const double lr = s.number("lr"), decay = s.number("weight_decay", 0);
    if (rule == "sgd") return use(std::make_unique<Sgd<T>>(p, SgdOptions{.lr = lr, .weight_decay = decay}));
    if (rule == "momentum")
        return use(std::make_unique<Momentum<T>>(p, MomentumOptions{.lr = lr,
                                                                    .momentum = s.number("momentum"),
                                                                    .dampening = s.number("dampening", 0),
                                                                    .weight_decay = decay}));
    if (rule == "nesterov") {
        report.expect(s.flag("nesterov"), "nesterov is off");
        return use(std::make_unique<Nesterov<T>>(
            p, NesterovOptions{.lr = lr, .momentum = s.number("momentum"), .weight_decay = decay}));
    }
    if (rule == "adagrad")
        return use(std::make_unique<Adagrad<T>>(
            p, AdagradOptions{.lr = lr,
                              .lr_decay = s.number("lr_decay", 0),
                              .initial_accumulator = s.number("initial_accumulator_value", 0),
                              .eps = s.number("eps", 1e-10),
                              .weight_decay = decay}));
    if (rule == "adadelta")
        return use(std::make_unique<Adadelta<T>>(
            p, AdadeltaOptions{
                   .lr = lr, .rho = s.number("rho", 0.9), .eps = s.number("eps", 1e-6), .weight_decay = decay}));
    if (rule == "rmsprop")
        return use(std::make_unique<Rmsprop<T>>(p, RmspropOptions{.lr = lr,
                                                                  .alpha = s.number("alpha", 0.99),
                                                                  .eps = s.number("eps", 1e-8),
                                                                  .centered = s.flag("centered"),
                                                                  .momentum = s.number("momentum", 0),
                                                                  .weight_decay = decay}));
    if (rule == "adam" || rule == "adamw") {
        const json betas = s.has("betas") ? s.use("betas") : json{0.9, 0.999};
        return use(std::make_unique<Adam<T>>(p, AdamOptions{.lr = lr,
                                                            .beta1 = betas.at(0),
                                                            .beta2 = betas.at(1),
                                                            .eps = s.number("eps", 1e-8),
                                                            .amsgrad = s.flag("amsgrad"),
                                                            .weight_decay = decay,
                                                            .decoupled = rule == "adamw"}));
    }
    throw std::invalid_argument("rule " + rule);
}

template <class T>
std::unique_ptr<Optimizer<T>> textbook_rule(const std::string& rule, Settings s, std::vector<Variable<T>> p,
                                            Report& report) {
    const auto use = [&](auto optimizer) {
        s.report_unused(report);
        return optimizer;
    };
    if (rule == "heavy_ball")
        return use(
            std::make_unique<Momentum<T>>(p, MomentumOptions{.lr = s.number("eta"), .momentum = s.number("beta")}));
    if (rule == "momentum_ema") {
        const double beta = s.number("beta");
        return use(std::make_unique<Momentum<T>>(
            p, MomentumOptions{.lr = s.number("eta"), .momentum = beta, .dampening = beta, .damp_first = true}));
    }
    if (rule == "nag_lookahead")
        return use(std::make_unique<Nesterov<T>>(
            p, NesterovOptions{.lr = s.number("eta"), .momentum = s.number("beta"), .look_ahead = true}));
    if (rule == "adagrad_eps_inside")
        return use(std::make_unique<Adagrad<T>>(
            p, AdagradOptions{.lr = s.number("eta"), .eps = s.number("eps"), .eps_inside = true}));
    if (rule == "rmsprop_eps_inside")
        return use(std::make_unique<Rmsprop<T>>(
            p, RmspropOptions{
                   .lr = s.number("eta"), .alpha = s.number("beta"), .eps = s.number("eps"), .eps_inside = true}));
    if (rule == "adadelta_no_rate")
        return use(std::make_unique<Adadelta<T>>(p, AdadeltaOptions{.rho = s.number("rho"), .eps = s.number("eps")}));
    if (rule == "adam_bias_corrected" || rule == "adam_folded")
        return use(std::make_unique<Adam<T>>(p, AdamOptions{.lr = s.number("eta"),
                                                            .beta1 = s.number("beta1"),
                                                            .beta2 = s.number("beta2"),
                                                            .eps = s.number("eps"),
                                                            .folded = rule == "adam_folded"}));
    throw std::invalid_argument("rule " + rule);
}

// Elements of several arrays, one after the other.
template <class T>
class Flat {
  public:
    void append(const Array<T>& a) { values_.insert(values_.end(), a.begin(), a.end()); }
    void append(const std::vector<Variable<T>>& parameters) {
        for (const Variable<T>& p : parameters) append(p.value());
    }
    Array<T> array(const Shape& shape) const { return Array<T>(shape, values_); }
    Array<T> array() const { return Array<T>(values_); }

  private:
    std::vector<T> values_;
};

// The library's name for what a textbook keeps.
std::string slot_name(const std::string& name) {
    static const std::map<std::string, std::string> textbook = {{"a", "momentum_buffer"}, {"G", "sum"},
                                                                {"s", "square_avg"},      {"u", "acc_delta"},
                                                                {"m", "exp_avg"},         {"v", "exp_avg_sq"}};
    const auto found = textbook.find(name);
    return found == textbook.end() ? name : found->second;
}

template <class T>
void check_final_state(const Optimizer<T>& optimizer, const json& want, Report& report, double slack) {
    const OptimizerState<T> state = optimizer.state();
    for (const json& one : want) {
        const std::string name = one.at("name");
        if (name == "step") {
            report.compare("step", static_cast<double>(state.step), one.at("data").at(0));
            continue;
        }
        Flat<T> got;
        for (const auto& slot : state.slots)
            if (slot.name.substr(slot.name.find('.') + 1) == slot_name(name)) got.append(slot.value);
        report.compare("final " + name, got.array(), one, slack);
    }
}

template <class T>
void check(const json& document, const json& one, Report& report) {
    const json& definition = named(document.at("problems"), one.at("problem"));
    Problem<T> problem = make_problem<T>(definition);
    const std::string kind = one.at("kind"), rule = one.at("rule");
    if (kind != "pytorch" && kind != "textbook") return report.unknown("kind " + kind);
    const Settings settings(one.at("config"));
    const auto optimizer = kind == "pytorch" ? pytorch_rule<T>(rule, settings, problem.parameters, report)
                                             : textbook_rule<T>(rule, settings, problem.parameters, report);
    auto* ahead = rule == "nag_lookahead" ? dynamic_cast<Nesterov<T>*>(optimizer.get()) : nullptr;

    Flat<T> trajectory, lookahead, losses, first_gradient;
    const Shape shape = read_shape(one.at("trajectory"));
    for (std::size_t t = 0; t < shape[0]; ++t) {
        trajectory.append(problem.parameters);
        if (ahead) ahead->look_ahead();
        lookahead.append(problem.parameters);
        optimizer->zero_grad();
        Tape<T> tape;
        const Variable<T> loss = problem.loss();
        losses.append(loss.value());
        tape.backward(loss);
        if (t == 0)
            for (const Variable<T>& p : problem.parameters) first_gradient.append(p.grad());
        if (t + 1 < shape[0]) optimizer->step();
    }
    const double slack = sizeof(T) == 8 ? 1 : std::max(1.0, one.value("sensitivity", 1.0));
    report.compare("first gradient", first_gradient.array(), definition.at("grad0"));
    report.compare("trajectory", trajectory.array(shape), one.at("trajectory"), slack);
    if (one.contains("losses")) report.compare("losses", losses.array(), one.at("losses"), slack);
    if (one.contains("lookahead")) report.compare("lookahead", lookahead.array(shape), one.at("lookahead"), slack);
    check_final_state(*optimizer, one.at("final_state"), report, slack);
}

}  // namespace

void check_optimizers(const json& document, const json& one, Report& report) {
    check<double>(document, one, report);
    check<float>(document, one, report);
}

}  // namespace golden
