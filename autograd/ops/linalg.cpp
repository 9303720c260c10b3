// Singular values, and the whole decomposition, to be differentiated.
#include "sevenfold/autograd/linalg.hpp"

#include <limits>

#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace ops {

template <class T>
class SingularValues final : public Op<T> {
  public:
    static constexpr OpText words{"singular_values", "y = s of x = U diag(s) Vᵀ, decreasing", "dx = U diag(dy) Vᵀ",
                                  "Where values are equal or 0 they have a kink: only what does not tell them apart, "
                                  "such as their sum, has a gradient there."};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_x; }

    Array<T> forward(const Array<T>& x) {
        parts_ = svd(x);
        return parts_.s;
    }
    void backward(Backward<T>& step) const override {
        step.add(0, matmul(Variable<T>(parts_.u) * step.dy(), parts_.vt).value());
    }
    void pullback(Pullback<T>& step) const override {
        const SvdVariables<T> parts = svd(step.x(0));
        step.add(0, matmul(parts.u * step.dy(), parts.vt));
    }

  private:
    Svd<T> parts_;
};

// U, s and Vᵀ cut out of one vector that holds them one after the other.
template <class T>
SvdVariables<T> unpack(const Variable<T>& all, const Shape& x) {
    const std::size_t m = x[0], n = x[1], k = std::min(m, n);
    const auto part = [&](std::size_t first, const Shape& shape) {
        const auto from = static_cast<std::ptrdiff_t>(first);
        return reshape(slice(all, {{from, from + static_cast<std::ptrdiff_t>(shape.elements())}}), shape);
    };
    return {part(0, {m, k}), part(m * k, {k}), part(m * k + k, {k, n})};
}

// The rule divides by the distances between squared singular values, and by the values themselves.
template <class T>
void check_distinct(const Array<T>& s, const Shape& x) {
    const T smallest = s.data()[0] * static_cast<T>(std::max(x[0], x[1])) * std::numeric_limits<T>::epsilon();
    for (std::size_t i = 0; i < s.size(); ++i) {
        const T value = s.data()[i], next = i + 1 < s.size() ? s.data()[i + 1] : T{0};
        if (!(value - next > smallest))
            fail<ValueError>("svd", sevenfold::text("singular values ", value, " and ", next, " of a matrix ", x),
                             "the singular vectors have a derivative only where all values differ, and from 0",
                             "The singular values themselves can be differentiated once: singular_values(x).");
    }
}

template <class T>
class SvdOp final : public Op<T> {
  public:
    static constexpr OpText words{
        "svd", "x = U diag(s) Vᵀ; y = U, s, Vᵀ one after the other",
        "dx = U ((skew(Uᵀ dU) / E) diag(s) + diag(s) (skew(Vᵀ dV) / E) + diag(ds)) Vᵀ + (I − U Uᵀ) dU diag(1/s) Vᵀ + "
        "U diag(1/s) dVᵀ (I − V Vᵀ), with skew(a) = a − aᵀ, Eᵢⱼ = sⱼ² − sᵢ²",
        "Thin. All singular values must differ, and from 0. The largest entry of each column of U is positive."};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_output; }

    Array<T> forward(const Array<T>& x) const {
        const Svd<T> parts = svd(x);
        Array<T> y(Shape{parts.u.size() + parts.s.size() + parts.vt.size()});
        T* to = y.data();
        for (const Array<T>* part : {&parts.u, &parts.s, &parts.vt}) to = std::copy(part->begin(), part->end(), to);
        return y;
    }

    // Townsend 2016, "Differentiating the singular value decomposition"
    void pullback(Pullback<T>& step) const override {
        using V = Variable<T>;
        const Shape& x = step.x_shape(0);
        const auto [u, s, vt] = unpack(step.y(), x);
        const auto [du, ds, dvt] = unpack(step.dy(), x);
        check_distinct(s.value(), x);
        const std::size_t k = s.size();
        const V eye = Array<T>::eye(k), column = reshape(s, Shape{k, 1}), squares = s * s;
        const V gaps = squares - reshape(squares, Shape{k, 1}) + eye;  // its diagonal divides zeros
        const auto skew = [](const V& a) { return a - transpose(a); };
        const V ut_du = matmul(u, true, du, false), vt_dv = matmul(vt, false, dvt, true);
        const V inner = skew(ut_du) / gaps * s + column * (skew(vt_dv) / gaps) + eye * ds;
        V dx = matmul(matmul(u, inner), vt);
        if (x[0] > k) dx += matmul((du - matmul(u, ut_du)) / s, vt);
        if (x[1] > k) dx += matmul(u / s, dvt - matmul(vt_dv, true, vt, false));
        step.add(0, dx);
    }
};

OpGroup linalg_group() { return {"Singular values", {SingularValues<float>::words, SvdOp<float>::words}}; }

}  // namespace ops

template <class T>
Variable<T> singular_values(const Variable<T>& x) {
    return apply<T>(ops::SingularValues<T>(), x);
}

template <class T>
SvdVariables<T> svd(const Variable<T>& x) {
    return ops::unpack(apply<T>(ops::SvdOp<T>(), x), x.shape());
}

// clang-format off
using F = Variable<float>;
using D = Variable<double>;
template F singular_values(const F&); template D singular_values(const D&);
template SvdVariables<float> svd(const F&); template SvdVariables<double> svd(const D&);
// clang-format on

}  // namespace sevenfold
