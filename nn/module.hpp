// Module<T>: a layer or a whole model: parameters with names, and what it makes of an input.
//
// A module lists its members once, in members(); names, counting, saving, freezing and train/eval all follow from it:
//
//     template <class T = float>
//     class Scale : public Module<T> {
//       public:
//         explicit Scale(std::size_t width) : factor(Array<T>::ones({width})) {}
//         Variable<T> forward(const Variable<T>& x) override { return x * factor; }
//         Members<T> members() override { return {{"factor", factor}}; }
//         Parameter<T> factor;
//     };
//
// Modules are values: `Scale twin = scale;` copies the numbers, and nothing is shared from then on.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {

template <class T>
class Module;

/// A leaf that belongs to a module. A copy is a leaf of its own, with the same value and no gradient; assigning writes
/// the numbers into the leaf that is there, so that optimizers which hold it go on working.
/// For a second handle of the same leaf write `Variable<T> w = layer.weight;`. (`auto w` does not compile: it would
/// be a silent copy.)
template <class T = float>
class Parameter : public Variable<T> {
  public:
    explicit Parameter(Array<T> value) : Variable<T>(leaf(std::move(value))) {}
    explicit Parameter(const Parameter& other);
    Parameter(Parameter&&) noexcept = default;
    Parameter& operator=(const Parameter& other);
    Parameter& operator=(Parameter&&) noexcept = default;
};

/// A part of a module and its name: a parameter, a buffer (saved, but not trained: running statistics), a module, or a
/// stream of random numbers.
template <class T>
struct Member {
    Member(std::string member_name, Parameter<T>& parameter) : name(std::move(member_name)), part(&parameter) {}
    Member(std::string member_name, Array<T>& buffer) : name(std::move(member_name)), part(&buffer) {}
    Member(std::string member_name, Module<T>& module) : name(std::move(member_name)), part(&module) {}
    Member(std::string member_name, Random& random) : name(std::move(member_name)), part(&random) {}

    std::string name;
    std::variant<Parameter<T>*, Array<T>*, Module<T>*, Random*> part;
};
template <class T>
using Members = std::vector<Member<T>>;

/// Arrays by name, in the order of the model's members.
template <class T>
using State = std::vector<std::pair<std::string, Array<T>>>;

template <class T = float>
class Module {
  public:
    using value_type = T;

    virtual ~Module() = default;

    /// What the module makes of x. Call the module itself, model(x), which also lets a summary watch.
    virtual Variable<T> forward(const Variable<T>& x) = 0;
    Variable<T> operator()(const Variable<T>& x) {
        const Call call(*this);
        return watched(forward(x));
    }

    /// Its own parameters, buffers, modules and random streams, in reading order.
    virtual Members<T> members() { return {}; }
    /// How a summary calls it: "Linear(784, 256)".
    virtual std::string describe() const = 0;

    /// Handles of all parameters, those of inner modules included: what an optimizer wants. Their names become paths
    /// from this module, "blocks.0.attention.qkv.weight", and show in tapes and messages.
    std::vector<Variable<T>> parameters() const;
    std::vector<std::pair<std::string, Variable<T>>> named_parameters() const;
    /// How many numbers are trained (frozen ones included).
    std::size_t parameter_count() const;
    void zero_grad();
    /// Frozen parameters are constants: no gradient is computed for them, optimizers leave them alone.
    void freeze(bool on = true);

    /// Copies of parameters and buffers by path: what is worth saving.
    State<T> state() const;
    /// Writes such copies back. Throws ValueError, and changes nothing, if a name is missing, unknown or twice there, or
    /// a shape differs. `source` names the origin in the message.
    void load_state(const State<T>& state, const std::string& source = "state");
    /// The streams of random numbers (dropout's) by path: with state(), all that an interrupted training needs.
    std::vector<std::pair<std::string, Random*>> random_streams();

    /// Training or not, for this module and all inside: dropout and batch normalization behave differently. At first: training.
    void train(bool on = true);
    void eval() { train(false); }
    bool training() const { return training_; }

    /// Sees every module's result while it lives, on this thread: how a summary learns shapes.
    class Watcher {
      public:
        Watcher() : outer_(std::exchange(current(), this)) {}
        virtual ~Watcher() { current() = outer_; }
        Watcher(const Watcher&) = delete;
        Watcher& operator=(const Watcher&) = delete;
        virtual void saw(const Module& module, const Variable<T>& y) = 0;

      private:
        friend class Module;
        static Watcher*& current();
        Watcher* outer_;
    };

  protected:
    Module() = default;
    Module(const Module&) = default;
    Module(Module&&) = default;
    Module& operator=(const Module&) = default;
    Module& operator=(Module&&) = default;

    /// Stands around a call: on a tape that keeps values its steps are marked with the module's name, which is what the
    /// module that called it says in members(). For modules with more ways to be called than forward.
    class Call {
      public:
        explicit Call(const Module& module) {
            if (Tape<T>* tape = Scope<T>::watched_tape()) [[unlikely]]
                open(*tape, module);
        }
        ~Call() {
            if (scope_) caller() = outer_;
        }
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

      private:
        void open(Tape<T>& tape, const Module& module);
        static const Module*& caller();

        std::optional<Scope<T>> scope_;
        const Module* outer_ = nullptr;
    };

    /// y, after showing it to the watcher if there is one. The other thing to do in such a call.
    Variable<T> watched(Variable<T> y) const {
        if (Watcher* watcher = Watcher::current()) watcher->saw(*this, y);
        return y;
    }

  private:
    bool training_ = true;
};

extern template class Parameter<float>;
extern template class Parameter<double>;
extern template class Module<float>;
extern template class Module<double>;

}  // namespace sevenfold
