// Variable<T>: a value that the tape can follow.
//
// A variable is one of three things, and says so itself:
//   a constant   holds a value, no gradient is asked for       Variable x = array;
//   a leaf       owns a value and a gradient (a parameter)     auto w = leaf(array, "w");
//   recorded     the result of an op, at a place on a tape     auto y = tanh(w * x);
#pragma once

#include <atomic>
#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

template <class T>
class Tape;
template <class T>
class Variable;

/// What all handles of a leaf share.
template <class T>
struct Leaf {
    Array<T> value;
    Array<T> gradient;
    bool has_gradient = false;
    bool trainable = true;  ///< frozen leaves are treated as constants
    std::string name;
    std::uint32_t version = 0;                ///< counts changes in place
    std::string changed_by;                   ///< who made the last of them
    std::atomic<std::uint32_t> node_hint{0};  // where the last tape put it; checked before it is believed

    void add_gradient(Array<T> more);
};

template <class T = float>
class Variable {
  public:
    Variable() = default;  ///< the constant 0
    // clang-format off
    template <class S>
        requires std::integral<S> || std::floating_point<S>
    Variable(S scalar) : value_(static_cast<T>(scalar)) {}  ///< a constant of rank 0
    // clang-format on
    Variable(Array<T> value) : value_(std::move(value)) {}  ///< a constant

    Variable(const Variable&) = default;
    Variable& operator=(const Variable&) = default;
    // Most variables that are moved have no leaf. A shared_ptr moved in one piece right after it was cleared in two makes
    // the processor wait for memory: a third of the time of a scalar operation.
    Variable(Variable&& other) noexcept : value_(std::move(other.value_)), tape_(other.tape_), node_(other.node_) {
        if (other.leaf_) leaf_ = std::move(other.leaf_);
    }
    Variable& operator=(Variable&& other) noexcept {
        value_ = std::move(other.value_);
        if (leaf_ || other.leaf_) leaf_ = std::move(other.leaf_);
        tape_ = other.tape_;
        node_ = other.node_;
        return *this;
    }

    const Array<T>& value() const { return leaf_ ? leaf_->value : value_; }
    const Shape& shape() const { return value().shape(); }
    std::size_t shape(std::ptrdiff_t axis) const { return value().shape(axis); }
    std::size_t rank() const { return value().rank(); }
    std::size_t size() const { return value().size(); }
    /// The only element of a scalar or of any array with one element. Throws ShapeError.
    T item() const { return value().item(); }

    bool is_leaf() const { return leaf_ != nullptr; }
    bool is_recorded() const { return tape_ != 0; }
    bool is_constant() const { return !leaf_ && tape_ == 0; }

    /// The same value as a constant: gradients stop here.
    Variable detach() const { return Variable(value()); }

    // Leaves only; on anything else these throw TapeError.

    bool has_grad() const { return leaf_ && leaf_->has_gradient; }
    /// d loss / d this, as accumulated by backward since the last zero_grad(). Same shape as value().
    const Array<T>& grad() const;
    Array<T>& grad();
    void set_grad(Array<T> gradient);
    /// Adds to grad(), as backward does. Throws ShapeError.
    void add_grad(Array<T> gradient);
    void zero_grad();
    /// Whether tapes follow it (true at first). A frozen leaf is a constant to ops and optimizers.
    bool trainable() const { return leaf_ && leaf_->trainable; }
    void set_trainable(bool on);
    /// The elements, to be changed in place. `by` names who does it, for the message if a tape still needs the old ones.
    std::span<T> change(std::string_view by);
    /// Writes `value` over the elements; the shape stays. Throws ShapeError.
    void assign(const Array<T>& value, std::string_view by = "assign");
    const std::string& name() const;
    void set_name(std::string name);

    /// Whether two handles are the same leaf or the same place on the same tape.
    bool same_as(const Variable& other) const {
        return leaf_ ? leaf_ == other.leaf_ : tape_ != 0 && tape_ == other.tape_ && node_ == other.node_;
    }

    friend Variable operator+(const Variable& a, const Variable& b) { return add(a, b); }
    friend Variable operator-(const Variable& a, const Variable& b) { return sub(a, b); }
    friend Variable operator*(const Variable& a, const Variable& b) { return mul(a, b); }
    friend Variable operator/(const Variable& a, const Variable& b) { return div(a, b); }
    friend Variable operator-(const Variable& a) { return neg(a); }
    Variable& operator+=(const Variable& b) { return *this = *this + b; }
    Variable& operator-=(const Variable& b) { return *this = *this - b; }
    Variable& operator*=(const Variable& b) { return *this = *this * b; }
    Variable& operator/=(const Variable& b) { return *this = *this / b; }

    // Comparisons give 1 where true and 0 elsewhere; they are constants, for gradients do not pass through them.
    friend Variable operator>(const Variable& a, const Variable& b) { return greater(a, b); }
    friend Variable operator<(const Variable& a, const Variable& b) { return greater(b, a); }
    friend Variable operator>=(const Variable& a, const Variable& b) { return greater_equal(a, b); }
    friend Variable operator<=(const Variable& a, const Variable& b) { return greater_equal(b, a); }
    friend Variable operator==(const Variable& a, const Variable& b) { return equal(a, b); }

  private:
    friend class Tape<T>;
    template <class U>
    friend Variable<U> leaf(Array<U> value, std::string name);

    Variable(Array<T> value, std::uint64_t tape, std::uint32_t node)
        : value_(std::move(value)), tape_(tape), node_(node) {}
    explicit Variable(std::shared_ptr<Leaf<T>> leaf) : leaf_(std::move(leaf)) {}
    Leaf<T>& own(std::string_view what) const;

    Array<T> value_;
    std::shared_ptr<Leaf<T>> leaf_;
    std::uint64_t tape_ = 0;  // 0: not recorded
    std::uint32_t node_ = 0;
};

template <class T>
Variable(Array<T>) -> Variable<T>;

/// A leaf: a parameter, or an input whose gradient is wanted. All copies of the handle are the same leaf.
template <class T>
Variable<T> leaf(Array<T> value, std::string name = {});

extern template class Variable<float>;
extern template class Variable<double>;

}  // namespace sevenfold

#include "sevenfold/autograd/ops.hpp"  // the operators above call ops by name
