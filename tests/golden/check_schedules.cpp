// Learning rates step by step, and clipped gradients.
#include "settings.hpp"
#include "sevenfold/optim/clip.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/optim/schedule.hpp"

namespace golden {
namespace {

std::optional<Schedule> make_schedule(const std::string& kind, Settings& s) {
    if (kind == "constant") return ConstantRate{s.number("base_lr")};
    if (kind == "step")
        return StepDecay{.lr = s.number("base_lr"), .every = s.count("step_size"), .gamma = s.number("gamma")};
    if (kind == "multi_step")
        return MultiStep{.lr = s.number("base_lr"), .milestones = s.use("milestones"), .gamma = s.number("gamma")};
    if (kind == "exponential") return ExponentialDecay{.lr = s.number("base_lr"), .gamma = s.number("gamma")};
    if (kind == "cosine_annealing")
        return CosineAnnealing{.lr = s.number("base_lr"), .steps = s.count("T_max"), .lr_min = s.number("eta_min", 0)};
    if (kind == "warmup_cosine")
        return WarmupCosine{.lr = s.number("base_lr"),
                            .warmup_steps = s.count("warmup_steps"),
                            .total_steps = s.count("total_steps"),
                            .lr_min = s.number("eta_min", 0)};
    if (kind == "one_cycle") {
        s.use("base_lr");  // what the optimizer was made with; the cycle begins elsewhere
        const std::string anneal = s.use("anneal_strategy");
        if (anneal != "cos" && anneal != "linear") throw std::invalid_argument("anneal_strategy " + anneal);
        return OneCycle{.max_lr = s.number("max_lr"),
                        .total_steps = s.count("total_steps"),
                        .pct_start = s.number("pct_start"),
                        .div_factor = s.number("div_factor"),
                        .final_div_factor = s.number("final_div_factor"),
                        .anneal = anneal == "cos" ? OneCycle::Anneal::cosine : OneCycle::Anneal::linear,
                        .three_phase = s.flag("three_phase"),
                        .base_momentum = s.number("base_momentum"),
                        .max_momentum = s.number("max_momentum")};
    }
    return {};
}

// What an optimizer is really told, step by step.
void check_schedule(const Schedule& schedule, const json& one, Report& report) {
    Momentum<float> optimizer({leaf(Array<float>(0.0f))});
    std::vector<double> rates, momenta;
    for (std::size_t step = 0; step < read_shape(one.at("lr")).elements(); ++step) {
        schedule.apply(optimizer, step);
        rates.push_back(optimizer.lr());
        momenta.push_back(optimizer.options().momentum);
    }
    report.compare("lr", Array<double>(rates), one.at("lr"));
    if (one.contains("momentum")) report.compare("momentum", Array<double>(momenta), one.at("momentum"));
}

template <class T>
std::vector<Variable<T>> with_gradients(const json& gradients) {
    std::vector<Variable<T>> parameters;
    for (const json& g : gradients) {
        parameters.push_back(leaf(Array<T>::zeros(read_shape(g))));
        parameters.back().set_grad(read_array<T>(g));
    }
    return parameters;
}

template <class T>
void compare_gradients(const std::vector<Variable<T>>& parameters, const json& want, Report& report) {
    report.expect(parameters.size() == want.size(), "counts of gradients differ");
    for (std::size_t i = 0; i < std::min(parameters.size(), want.size()); ++i)
        report.compare(text("gradient ", i), parameters[i].grad(), want[i]);
}

template <class T>
void check_clip(const std::string& kind, const json& one, Settings& s, Report& report) {
    const auto parameters = with_gradients<T>(one.at("grads"));
    if (kind == "clip_grad_value") {
        clip_grad_value(parameters, s.number("clip_value"));
    } else {
        const json& p = s.use("norm_type");
        const double norm =
            clip_grad_norm(parameters, s.number("max_norm"), p == "inf" ? infinity_norm : p.get<double>());
        const json want = {{"shape", json::array()}, {"data", {one.at("total_norm")}}};
        report.compare("total norm", Array<T>(static_cast<T>(norm)), want);
    }
    compare_gradients(parameters, one.at("clipped"), report);
}

}  // namespace

void check_schedules(const json&, const json& one, Report& report) {
    const std::string kind = one.at("kind");
    Settings settings(one.at("config"));
    if (kind == "clip_grad_norm" || kind == "clip_grad_value") {
        check_clip<double>(kind, one, settings, report);
        check_clip<float>(kind, one, settings, report);
    } else if (const auto schedule = make_schedule(kind, settings)) {
        check_schedule(*schedule, one, report);
    } else {
        return report.unknown("kind " + kind);
    }
    settings.report_unused(report);
}

}  // namespace golden
