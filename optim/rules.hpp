// The seven rules, in the order in which a course teaches them. Each is a struct of options here and a file of its own:
// sgd.cpp, momentum.cpp, nesterov.cpp, adagrad.cpp, adadelta.cpp, rmsprop.cpp, adam.cpp.
//
// w is a parameter, g its gradient, η the learning rate (lr), t = 1, 2, .. the step. Defaults are PyTorch's; where
// libraries and lecture notes differ, the other form is an option. docs/optimizers.md compares them.
// weight_decay λ adds λ w to the gradient: the gradient of ½ λ |w|².
#pragma once

#include <memory>
#include <optional>

#include "sevenfold/optim/optimizer.hpp"

namespace sevenfold {

/// w −= η g
struct SgdOptions {
    double lr = 1e-2;
    double weight_decay = 0;
};

/// v = μ v + (1 − τ) g;  w −= η v. Polyak 1964. In the first step v = g.
struct MomentumOptions {
    double lr = 1e-2;
    double momentum = 0.9;  ///< μ
    double dampening = 0;   ///< τ
    bool damp_first = false;  ///< v = (1 − τ) g in the first step too; with τ = μ, v is the mean that lectures define
    bool lr_inside = false;  ///< v = μ v + η (1 − τ) g;  w −= v: the same path as long as η stays the same
    double weight_decay = 0;
};

/// v = μ v + g;  w −= η (g + μ v). Nesterov 1983, in the form of Sutskever et al. 2013 seen from where the gradient is taken.
struct NesterovOptions {
    double lr = 1e-2;
    double momentum = 0.9;  ///< μ
    /// The lecture's form: g at w − η μ v;  v = μ v + g;  w −= η v. See Nesterov::look_ahead().
    bool look_ahead = false;
    double weight_decay = 0;
};

/// s = s + g²;  w −= η / (1 + (t − 1) d) · g / (√s + ε). Duchi, Hazan, Singer 2011.
struct AdagradOptions {
    double lr = 1e-2;
    double lr_decay = 0;             ///< d
    double initial_accumulator = 0;  ///< s before the first step
    double eps = 1e-10;              ///< ε
    bool eps_inside = false;         ///< √(s + ε) instead of √s + ε
    double weight_decay = 0;
};

/// s = ρ s + (1 − ρ) g²;  d = √(u + ε) / √(s + ε) · g;  u = ρ u + (1 − ρ) d²;  w −= η d. Zeiler 2012, Algorithm 1.
struct AdadeltaOptions {
    double lr = 1;  ///< the paper has none, which is 1
    double rho = 0.9;
    double eps = 1e-6;
    double weight_decay = 0;
};

/// s = α s + (1 − α) g²;  w −= η g / (√s + ε). Tieleman and Hinton 2012, lecture 6.5.
struct RmspropOptions {
    double lr = 1e-2;
    double alpha = 0.99;
    double eps = 1e-8;
    bool eps_inside = false;  ///< √(s + ε) instead of √s + ε
    bool centered = false;  ///< s − m² in place of s, with m = α m + (1 − α) g: the variance. Graves 2013, equation 40
    double momentum = 0;  ///< μ: v = μ v + g / (√s + ε);  w −= η v
    double weight_decay = 0;
};

/// m = β₁ m + (1 − β₁) g;  v = β₂ v + (1 − β₂) g²;  m̂ = m / (1 − β₁ᵗ);  v̂ = v / (1 − β₂ᵗ);  w −= η m̂ / (√v̂ + ε).
/// Kingma and Ba 2015, Algorithm 1.
struct AdamOptions {
    double lr = 1e-3;
    double beta1 = 0.9, beta2 = 0.999;
    double eps = 1e-8;
    /// η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε): the paper's section 2, where ε means another number.
    bool folded = false;
    bool amsgrad = false;  ///< the largest v so far in place of v. Reddi, Kale, Kumar 2018, Algorithm 2
    double weight_decay = 0;
    /// AdamW: w −= η λ w before the step, and g stays as it is. Loshchilov and Hutter 2019, Algorithm 2.
    bool decoupled = false;
};

/// An optimizer whose rule has these options, one set for each group of parameters.
template <class T, class Options>
class RuleOptimizer : public Optimizer<T> {
  public:
    struct Group {
        std::vector<Variable<T>> parameters;
        Options options{};
    };

    /// Throws ValueError: options outside their range, no parameters, one that is no leaf, or the same one twice.
    explicit RuleOptimizer(std::vector<Variable<T>> parameters, Options options = {});
    explicit RuleOptimizer(std::vector<Group> groups);

    /// To be changed at will; the next step checks them. Throws IndexError when there is no such group.
    Options& options(std::size_t group = 0);
    const Options& options(std::size_t group = 0) const;

    std::string_view rule() const override;
    std::size_t groups() const override { return options_.size(); }
    double lr(std::size_t group = 0) const override { return options(group).lr; }
    using Optimizer<T>::set_lr, Optimizer<T>::set_momentum;
    void set_lr(double lr, std::size_t group) override;
    bool has_momentum() const override;
    void set_momentum(double momentum, std::size_t group) override;

  protected:
    void check() const override;
    Slots slots(std::size_t group) const override;
    void update(std::size_t group, const Part<T>& part) const override;

  private:
    std::vector<Options> options_;
};

// clang-format off
template <class T = float> struct Sgd      : RuleOptimizer<T, SgdOptions>      { using RuleOptimizer<T, SgdOptions>::RuleOptimizer; };
template <class T = float> struct Momentum : RuleOptimizer<T, MomentumOptions> { using RuleOptimizer<T, MomentumOptions>::RuleOptimizer; };
template <class T = float> class  Nesterov;
template <class T = float> struct Adagrad  : RuleOptimizer<T, AdagradOptions>  { using RuleOptimizer<T, AdagradOptions>::RuleOptimizer; };
template <class T = float> struct Adadelta : RuleOptimizer<T, AdadeltaOptions> { using RuleOptimizer<T, AdadeltaOptions>::RuleOptimizer; };
template <class T = float> struct Rmsprop  : RuleOptimizer<T, RmspropOptions>  { using RuleOptimizer<T, RmspropOptions>::RuleOptimizer; };
template <class T = float> struct Adam     : RuleOptimizer<T, AdamOptions>     { using RuleOptimizer<T, AdamOptions>::RuleOptimizer; };
// clang-format on

template <class T>
class Nesterov : public RuleOptimizer<T, NesterovOptions> {
  public:
    using RuleOptimizer<T, NesterovOptions>::RuleOptimizer;

    /// For the lecture's form, before each forward pass: moves the parameters on to w − η μ v. The step starts from w.
    void look_ahead();
    /// Throws TapeError in the lecture's form when the parameters have not looked ahead.
    void step() override;

  private:
    std::vector<Array<T>> home_;  // w while the parameters are ahead of it
};

// With these, `Adam optimizer(parameters, {.lr = 1e-3});` finds the element type by itself.
// clang-format off
template <class T> Sgd(std::vector<Variable<T>>, SgdOptions = {}) -> Sgd<T>;
template <class T> Momentum(std::vector<Variable<T>>, MomentumOptions = {}) -> Momentum<T>;
template <class T> Nesterov(std::vector<Variable<T>>, NesterovOptions = {}) -> Nesterov<T>;
template <class T> Adagrad(std::vector<Variable<T>>, AdagradOptions = {}) -> Adagrad<T>;
template <class T> Adadelta(std::vector<Variable<T>>, AdadeltaOptions = {}) -> Adadelta<T>;
template <class T> Rmsprop(std::vector<Variable<T>>, RmspropOptions = {}) -> Rmsprop<T>;
template <class T> Adam(std::vector<Variable<T>>, AdamOptions = {}) -> Adam<T>;
// clang-format on

/// Rules by name, as a command line gives them, with a learning rate to begin with.
struct NamedRule {
    std::string_view name;
    double lr;
    std::string_view summary;
};
/// sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, adamw.
std::span<const NamedRule> named_rules();
/// The names, with ", " between them.
std::string rule_names();
/// The rule of that name with its usual options. Throws ValueError with the names when there is none.
template <class T>
std::unique_ptr<Optimizer<T>> make_optimizer(std::string_view name, std::vector<Variable<T>> parameters,
                                             std::optional<double> lr = {});

extern template class RuleOptimizer<float, SgdOptions>;
extern template class RuleOptimizer<double, SgdOptions>;
extern template class RuleOptimizer<float, MomentumOptions>;
extern template class RuleOptimizer<double, MomentumOptions>;
extern template class RuleOptimizer<float, NesterovOptions>;
extern template class RuleOptimizer<double, NesterovOptions>;
extern template class Nesterov<float>;
extern template class Nesterov<double>;
extern template class RuleOptimizer<float, AdagradOptions>;
extern template class RuleOptimizer<double, AdagradOptions>;
extern template class RuleOptimizer<float, AdadeltaOptions>;
extern template class RuleOptimizer<double, AdadeltaOptions>;
extern template class RuleOptimizer<float, RmspropOptions>;
extern template class RuleOptimizer<double, RmspropOptions>;
extern template class RuleOptimizer<float, AdamOptions>;
extern template class RuleOptimizer<double, AdamOptions>;

}  // namespace sevenfold
