#pragma once

#include <concepts>
#include <memory>

#include "sevenfold/nn/module.hpp"

namespace sevenfold {

/// Modules one after the other, named "0", "1", ..:
///
///     Sequential model(Linear(784, 128, random), Activate(Activation::relu), Linear(128, 10, random));
template <class T = float>
class Sequential : public Module<T> {
  public:
    Sequential() = default;
    template <std::derived_from<Module<T>>... M>
    requires(sizeof...(M) > 0) explicit Sequential(M... modules) { (add(std::move(modules)), ...); }

    template <std::derived_from<Module<T>> M>
    void add(M module) {
        steps_.push_back(Step(std::move(module)));
    }
    std::size_t size() const { return steps_.size(); }
    /// Module i. Throws IndexError.
    Module<T>& operator[](std::size_t i);

    Variable<T> forward(const Variable<T>& x) override;
    Members<T> members() override;
    std::string describe() const override { return "Sequential"; }

  private:
    // Any module, held by value: a copy copies it.
    class Step {
      public:
        template <class M>
        explicit Step(M module)
            : module_(std::make_unique<M>(std::move(module))),
              copy_([](const Module<T>& m) -> std::unique_ptr<Module<T>> {
                  return std::make_unique<M>(static_cast<const M&>(m));
              }) {}
        Step(const Step& other) : module_(other.copy_(*other.module_)), copy_(other.copy_) {}
        Step(Step&&) noexcept = default;
        Step& operator=(Step other) noexcept {
            std::swap(module_, other.module_);
            std::swap(copy_, other.copy_);
            return *this;
        }
        Module<T>& operator*() const { return *module_; }

      private:
        std::unique_ptr<Module<T>> module_;
        std::unique_ptr<Module<T>> (*copy_)(const Module<T>&);
    };
    std::vector<Step> steps_;
};

template <class M, class... More>
Sequential(M, More...) -> Sequential<typename M::value_type>;

extern template class Sequential<float>;
extern template class Sequential<double>;

}  // namespace sevenfold
