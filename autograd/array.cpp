#include "sevenfold/autograd/array.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <new>
#include <ostream>

#include "sevenfold/autograd/pool.hpp"

namespace sevenfold {

template <class T>
typename Array<T>::Body* Array<T>::new_body(const Shape& shape, bool with_data) {
    const std::size_t size = shape.elements();
    const std::size_t bytes = sizeof(Body) + (with_data ? size * sizeof(T) : 0);
    Body* body = new (pool::allocate(bytes)) Body;
    body->shape = shape;
    body->size = size;
    if (with_data) body->data = reinterpret_cast<T*>(body + 1);
    return body;
}

template <class T>
void Array<T>::release(Body* body) noexcept {
    // The last owner needs no atomic exchange: nobody else can raise the count.
    if (body->references.load(std::memory_order_acquire) != 1 && add_to(body->references, ~0u) != 0) return;
    const bool own = body->data && !body->base;
    if (body->base) release(body->base);  // one level: a base has no base
    const std::size_t bytes = sizeof(Body) + (own ? body->size * sizeof(T) : 0);
    body->~Body();
    pool::release(body, bytes);
}

template <class T>
Array<T>::Array(const Shape& shape) {
    if (shape.rank() > 0) body_ = new_body(shape, true);
}

template <class T>
Array<T>::Array(const Shape& shape, std::span<const T> values) {
    if (shape.elements() != values.size())
        fail<ShapeError>("array", text(values.size(), " values for shape ", shape),
                         text("this shape holds ", shape.elements(), " elements"));
    if (shape.rank() > 0) body_ = new_body(shape, true);
    std::copy(values.begin(), values.end(), data());
}

template <class T>
Array<T>::Array(std::initializer_list<std::initializer_list<T>> rows) {
    const std::size_t columns = rows.size() ? rows.begin()->size() : 0;
    body_ = new_body(Shape{rows.size(), columns}, true);
    T* to = body_->data;
    for (const auto& row : rows) {
        if (row.size() != columns) {
            release();
            body_ = nullptr;
            fail<ShapeError>("array", text("rows of ", columns, " and ", row.size(), " values"),
                             "all rows of a matrix have the same length");
        }
        to = std::copy(row.begin(), row.end(), to);
    }
}

template <class T>
Array<T> Array<T>::full(const Shape& shape, T value) {
    Array out(shape);
    std::fill_n(out.data(), out.size(), value);
    return out;
}

template <class T>
Array<T> Array<T>::arange(std::size_t n) {
    Array out(Shape{n});
    for (std::size_t i = 0; i < n; ++i) out.data()[i] = static_cast<T>(i);
    return out;
}

template <class T>
Array<T> Array<T>::linspace(T first, T last, std::size_t n) {
    Array out(Shape{n});
    for (std::size_t i = 0; i < n; ++i)
        out.data()[i] = n == 1 ? first : first + (last - first) * static_cast<T>(i) / static_cast<T>(n - 1);
    return out;
}

template <class T>
Array<T> Array<T>::eye(std::size_t n) {
    Array out = zeros({n, n});
    for (std::size_t i = 0; i < n; ++i) out.data()[i * n + i] = T{1};
    return out;
}

template <class T>
T Array<T>::item() const {
    if (size() != 1)
        fail<ShapeError>("item", text("shape ", shape()), "item() needs exactly one element",
                         "Reduce it with sum or mean, or pick an element: a(i, j).");
    return *data();
}

template <class T>
Array<T> Array<T>::reshape(const Shape& to) const {
    if (to.elements() != size())
        fail<ShapeError>("reshape", text(shape(), " to ", to),
                         text(size(), " elements do not fill a shape of ", to.elements()));
    if (to.rank() == 0) return Array(*data());
    if (!body_ || body_->pinned) {  // rank 0, or elements that may change in place: a copy of their own
        Array out(to);
        std::copy_n(data(), size(), out.data());
        return out;
    }
    Array out;
    out.body_ = new_body(to, false);
    out.body_->base = body_->base ? body_->base : body_;
    out.body_->base->retain();
    out.body_->data = body_->data;
    return out;
}

template <class T>
Array<T> Array<T>::row(std::size_t i) const {
    Array picked = rows(i, i + 1);
    Shape rest = shape();
    rest.erase(0);
    return picked.reshape(rest);
}

template <class T>
Array<T> Array<T>::rows(std::size_t first, std::size_t last) const {
    if (rank() == 0) fail<ShapeError>("rows", "a scalar", "only arrays with at least one axis have rows");
    if (first > last || last > shape()[0])
        fail<IndexError>("rows", text("rows ", first, " to ", last, " of ", shape()),
                         text("there are ", shape()[0], " rows"));
    Shape out_shape = shape();
    out_shape[0] = last - first;
    Array out(out_shape);
    const std::size_t width = shape()[0] ? size() / shape()[0] : 0;
    std::copy_n(data() + first * width, out.size(), out.data());
    return out;
}

template <class T>
Array<T> Array<T>::rows(std::span<const std::size_t> indices) const {
    if (rank() == 0) fail<ShapeError>("rows", "a scalar", "only arrays with at least one axis have rows");
    Shape out_shape = shape();
    out_shape[0] = indices.size();
    Array out(out_shape);
    const std::size_t width = shape()[0] ? size() / shape()[0] : 0;
    T* to = out.data();
    const T* const from = data();
    for (std::size_t at = 0; at < indices.size(); ++at) {
        const std::size_t i = indices[at], next = indices[std::min(at + 1, indices.size() - 1)];
        if (i >= shape()[0])
            fail<IndexError>("rows", text("row ", i, " of ", shape()), text("there are ", shape()[0], " rows"));
        // On its way while this one is copied, for no processor foretells rows drawn at random; to the second cache, which
        // can wait for more at a time than the first.
        if (next < shape()[0])
            for (std::size_t j = 0; j < width; j += 64 / sizeof(T)) __builtin_prefetch(from + next * width + j, 0, 1);
        to = std::copy_n(from + i * width, width, to);
    }
    return out;
}

template <class T>
void Array<T>::pin() {
    if (!body_) return;
    data();  // storage of our own first
    body_->pinned = true;
}

template <class T>
Array<T> Array<T>::shape_only() const {
    if (!body_) return *this;  // a scalar is as small as its shape
    Array out;
    out.body_ = new_body(body_->shape, false);
    return out;
}

template <class T>
void Array<T>::copy_from(const Array& other) {
    body_ = new_body(other.body_->shape, true);
    std::copy_n(other.body_->data, body_->size, body_->data);
}

template <class T>
void Array<T>::detach() {
    Array copy;
    copy.copy_from(*this);
    std::swap(body_, copy.body_);
}

template <class T>
bool Array<T>::same_elements(const Array& other) const {
    return std::equal(begin(), end(), other.begin());
}

template <class T>
std::size_t Array<T>::offset(std::initializer_list<std::ptrdiff_t> indices) const {
    const Shape& s = shape();
    if (indices.size() != s.rank())
        fail<IndexError>("index", text(indices.size(), " indices for shape ", s), "give one index for each axis");
    std::size_t at = 0, axis = 0;
    for (std::ptrdiff_t i : indices) {
        if (i < 0 || static_cast<std::size_t>(i) >= s[axis])
            fail<IndexError>("index", text("index ", i, " on axis ", axis, " of ", s),
                             s[axis] ? text("its indices run from 0 to ", s[axis] - 1) : "this axis is empty");
        at = at * s[axis++] + static_cast<std::size_t>(i);
    }
    return at;
}

namespace {

template <class T>
std::string number(T value) {
    if constexpr (std::is_integral_v<T>) return std::to_string(value);
    char out[32];
    std::snprintf(out, sizeof out, "%.4g", static_cast<double>(value));
    return out;
}

template <class T>
struct Printer {
    const Array<T>& array;
    std::size_t edge, width = 0;

    bool skipped(std::size_t i, std::size_t n) const { return n > 2 * edge + 1 && i >= edge && i < n - edge; }

    // Nesting is at most Shape::max_rank deep, so walking the axes by recursion is safe here.
    std::size_t visit(std::size_t axis, std::size_t at, auto&& number_at, std::string* out) const {
        const Shape& s = array.shape();
        if (axis == s.rank()) {
            number_at(at);
            return at + 1;
        }
        std::size_t step = 1;
        for (std::size_t i = axis + 1; i < s.rank(); ++i) step *= s[i];
        if (out) *out += '[';
        bool dots = false;
        for (std::size_t i = 0; i < s[axis]; ++i) {
            if (skipped(i, s[axis]) && array.size() > 50) {
                if (!dots && out) *out += text(separator(axis), "...");
                dots = true;
                continue;
            }
            if (i && out) *out += separator(axis);
            visit(axis + 1, at + i * step, number_at, out);
        }
        if (out) *out += ']';
        return at;
    }
    std::string separator(std::size_t axis) const {
        const std::size_t below = array.rank() - axis - 1;
        return below == 0 ? ", " : text(',', std::string(below, '\n'), std::string(axis + 1, ' '));
    }
};

}  // namespace

template <class T>
std::string Array<T>::str(std::size_t edge) const {
    if (rank() == 0) return number(*data());
    if (is_shape_only()) return text("array of shape ", shape(), ", elements freed");
    Printer<T> printer{*this, edge};
    std::size_t width = 0;
    printer.visit(
        0, 0, [&](std::size_t at) { width = std::max(width, number(data()[at]).size()); }, nullptr);
    std::string out;
    printer.visit(
        0, 0,
        [&](std::size_t at) {
            const std::string n = number(data()[at]);
            out += std::string(width - n.size(), ' ') + n;
        },
        &out);
    return out;
}

template <class T>
std::ostream& operator<<(std::ostream& out, const Array<T>& array) {
    return out << array.str();
}

template class Array<float>;
template class Array<double>;
template class Array<std::int64_t>;
template std::ostream& operator<<(std::ostream&, const Array<float>&);
template std::ostream& operator<<(std::ostream&, const Array<double>&);
template std::ostream& operator<<(std::ostream&, const Array<std::int64_t>&);

}  // namespace sevenfold
