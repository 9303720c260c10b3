// Array<T>: a value of numbers with a shape, row-major and contiguous, 64-byte aligned, from a caching pool.
//
// An array is a value: a copy never changes when the original does. Copies share their storage until one of them is
// written to, so passing arrays around is cheap. A scalar (rank 0) lives inside the object, without any allocation.
// T is float, double, or std::int64_t (class labels and indices).
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sevenfold/autograd/count.hpp"
#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/shape.hpp"

namespace sevenfold {

/// What xtensor's expressions look like from outside; naming it here keeps xtensor out of this header.
template <class E>
concept XtensorExpression = requires(const E& e) {
    e.dimension();
    e.shape();
    E::static_layout;
};

template <class T = float>
class Array {
  public:
    using value_type = T;

    Array() = default;                                     ///< the scalar 0
    Array(T scalar) : scalar_(scalar) {}                   ///< rank 0
    explicit Array(const Shape& shape);                    ///< uninitialised: the caller writes every element
    Array(const Shape& shape, std::span<const T> values);  ///< row-major; throws ShapeError if the counts differ
    Array(const Shape& shape, std::initializer_list<T> values)
        : Array(shape, std::span(values.begin(), values.size())) {}
    Array(const Shape& shape, const std::vector<T>& values) : Array(shape, std::span<const T>(values)) {}
    explicit Array(const std::vector<T>& values) : Array(Shape{values.size()}, values) {}
    Array(std::initializer_list<std::initializer_list<T>> rows);  ///< a matrix, row by row
    /// Evaluates an xtensor expression: Array<float> a = xt::exp(b) + 1; (the caller includes xtensor)
    template <XtensorExpression E>
    Array(const E& expression);

    static Array zeros(const Shape& shape) { return full(shape, T{0}); }
    static Array ones(const Shape& shape) { return full(shape, T{1}); }
    static Array full(const Shape& shape, T value);
    static Array arange(std::size_t n);  ///< 0, 1, .., n-1
    /// Rank 1: evenly spaced from first to last, both included.
    static Array linspace(T first, T last, std::size_t n);
    static Array eye(std::size_t n);

    Array(const Array& other) : scalar_(other.scalar_), body_(other.body_) {
        if (!body_) return;
        if (body_->pinned) {
            body_ = nullptr;
            copy_from(other);
        } else {
            body_->retain();
        }
    }
    Array(Array&& other) noexcept : scalar_(other.scalar_), body_(std::exchange(other.body_, nullptr)) {}
    Array& operator=(const Array& other) { return *this = Array(other); }
    Array& operator=(Array&& other) noexcept {
        Body* const old = body_;
        scalar_ = other.scalar_;
        body_ = std::exchange(other.body_, nullptr);
        if (old) release(old);
        return *this;
    }
    ~Array() {
        if (body_) release();
    }

    const Shape& shape() const { return body_ ? body_->shape : scalar_shape(); }
    std::size_t shape(std::ptrdiff_t axis) const { return shape()[normalize_axis("shape", axis, rank())]; }
    std::size_t rank() const { return body_ ? body_->shape.rank() : 0; }
    std::size_t size() const { return body_ ? body_->size : 1; }
    bool empty() const { return size() == 0; }

    const T* data() const { return body_ ? body_->data : &scalar_; }
    T* data() {
        if (!body_) return &scalar_;
        if (body_->base || body_->references.load(std::memory_order_acquire) > 1) detach();
        return body_->data;
    }
    std::span<const T> flat() const { return {data(), size()}; }
    std::span<T> flat() { return {data(), size()}; }
    const T* begin() const { return data(); }
    const T* end() const { return data() + size(); }

    /// The only element. Throws ShapeError when there is more or less than one.
    T item() const;

    /// Element at (i, j, ..): as many indices as axes. Throws IndexError outside the shape.
    // clang-format off
    template <class... I>
        requires(sizeof...(I) > 0)
    T operator()(I... indices) const {
        return data()[offset({static_cast<std::ptrdiff_t>(indices)...})];
    }
    template <class... I>
        requires(sizeof...(I) > 0)
    T& operator()(I... indices) {
        return data()[offset({static_cast<std::ptrdiff_t>(indices)...})];
    }
    // clang-format on

    /// The same elements under another shape of the same size, without a copy. Throws ShapeError.
    Array reshape(const Shape& shape) const;
    /// Row i along axis 0 (a copy), rank one less.
    Array row(std::size_t i) const;
    /// Rows `first` up to but not including `last` along axis 0 (a copy).
    Array rows(std::size_t first, std::size_t last) const;
    /// Rows picked along axis 0, in the order of `indices`. Throws IndexError.
    Array rows(std::span<const std::size_t> indices) const;
    template <class U>
    Array<U> cast() const {
        Array<U> out(shape());
        U* to = out.data();
        for (T v : flat()) *to++ = static_cast<U>(v);
        return out;
    }

    /// NumPy's way of printing, with at most `edge` entries at each end of a long axis.
    std::string str(std::size_t edge = 3) const;

    friend bool operator==(const Array& a, const Array& b) { return a.shape() == b.shape() && a.same_elements(b); }

    // For the engine.

    /// Another handle of the same storage, even if it is pinned.
    Array share() const {
        Array out;
        out.scalar_ = scalar_;
        out.body_ = body_;
        if (body_) body_->retain();
        return out;
    }
    /// From here on the storage may be changed in place through pinned_data(), so copies are made at once.
    void pin();
    T* pinned_data() { return body_ ? body_->data : &scalar_; }
    /// The shape without the elements, which may then be freed.
    Array shape_only() const;
    /// Whether it is a scalar that lives inside the object.
    bool is_inline() const { return !body_; }
    bool is_shape_only() const { return body_ && !body_->data && body_->size > 0; }

  private:
    struct alignas(64) Body {
        std::atomic<std::uint32_t> references{1};
        bool pinned = false;
        Shape shape;
        std::size_t size = 0;
        T* data = nullptr;
        Body* base = nullptr;  // owner of the elements when they belong to another body

        void retain() { add_to(references, 1u); }
    };
    static_assert(sizeof(Body) == 128);

    static const Shape& scalar_shape() {
        static constinit const Shape shape;
        return shape;
    }
    static Body* new_body(const Shape& shape, bool with_data);
    static void release(Body* body) noexcept;
    void release() noexcept { release(body_); }
    void copy_from(const Array& other);
    void detach();
    bool same_elements(const Array& other) const;
    std::size_t offset(std::initializer_list<std::ptrdiff_t> indices) const;

    T scalar_{};
    Body* body_ = nullptr;
};

using Labels = Array<std::int64_t>;
using Indices = Array<std::int64_t>;

template <class T>
std::ostream& operator<<(std::ostream& out, const Array<T>& array);

template <class T>
template <XtensorExpression E>
Array<T>::Array(const E& expression) {
    Shape shape;
    for (std::size_t i = 0; i < expression.dimension(); ++i)
        shape.append(static_cast<std::size_t>(expression.shape()[i]));
    Array out(shape);
    T* to = out.data();
    for (auto it = expression.begin(), end = expression.end(); it != end; ++it)
        *to++ = static_cast<T>(*it);  // row by row
    *this = std::move(out);
}

extern template class Array<float>;
extern template class Array<double>;
extern template class Array<std::int64_t>;

}  // namespace sevenfold
