#include "sevenfold/autograd/linalg.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sevenfold/autograd/kernels/blas.hpp"
#include "sevenfold/autograd/kernels/lapack.hpp"

namespace sevenfold {
namespace {

template <class T>
void check_finite(std::string_view op, const Array<T>& a) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!std::isfinite(a.data()[i]))
            fail<ValueError>(op, text("element ", i, " of ", a.shape(), " is ", a.data()[i]), "all elements are finite",
                             "Look for where it arose: tape.find_anomalies().");
}

// Signs are free in pairs: u and v of one term can both be turned round.
template <class T>
void fix_signs(Svd<T>& out) {
    const std::size_t m = out.u.shape(0), k = out.s.size(), n = out.vt.shape(1);
    T *u = out.u.data(), *vt = out.vt.data();
    for (std::size_t j = 0; j < k; ++j) {
        T largest = 0;
        for (std::size_t i = 0; i < m; ++i)
            if (std::abs(u[i * k + j]) > std::abs(largest)) largest = u[i * k + j];
        if (largest >= 0) continue;
        for (std::size_t i = 0; i < m; ++i) u[i * k + j] = -u[i * k + j];
        for (std::size_t i = 0; i < n; ++i) vt[j * n + i] = -vt[j * n + i];
    }
}

template <class T>
double rounding(const Svd<T>& of) {
    return static_cast<double>(std::max(of.u.shape(0), of.vt.shape(1))) * std::numeric_limits<T>::epsilon();
}

template <class T>
std::size_t count_above(const Array<T>& s, double cutoff) {
    const double limit = cutoff * static_cast<double>(s.data()[0]);
    return static_cast<std::size_t>(
        std::count_if(s.begin(), s.end(), [&](T value) { return static_cast<double>(value) > limit; }));
}

template <class T>
double squares(const Array<T>& s, std::size_t first) {
    double sum = 0;
    for (std::size_t i = s.size(); i-- > first;) sum += static_cast<double>(s.data()[i]) * s.data()[i];  // small first
    return sum;
}

template <class T>
void check_rank(const Svd<T>& of, std::size_t r) {
    if (r > of.s.size())
        fail<ValueError>("svd", text("rank ", r, " of a matrix (", of.u.shape(0), ", ", of.vt.shape(1), ")"),
                         text("ranks run from 0 to ", of.s.size()));
}

// V diag(1/s) Uᵀ over the first r terms.
template <class T>
Array<T> inverse(const Svd<T>& of, std::size_t r) {
    const std::size_t m = of.u.shape(0), k = of.s.size(), n = of.vt.shape(1);
    Array<T> v = of.vt, out(Shape{n, m});
    for (std::size_t i = 0; i < r; ++i)
        for (std::size_t j = 0; j < n; ++j) v.data()[i * n + j] /= of.s.data()[i];
    blas::gemm(true, true, n, m, r, T{1}, std::as_const(v).data(), n, of.u.data(), k, T{0}, out.data(), m);
    return out;
}

template <class T>
Array<T> transposed(const Array<T>& a) {
    const std::size_t rows = a.shape(0), columns = a.shape(1);
    Array<T> out(Shape{columns, rows});
    T* to = out.data();
    for (std::size_t j = 0; j < columns; ++j)
        for (std::size_t i = 0; i < rows; ++i) *to++ = a.data()[i * columns + j];
    return out;
}

}  // namespace

template <class T>
Svd<T> svd(const Array<T>& a) {
    if (a.rank() != 2 || a.empty())
        fail<ShapeError>("svd", text("an array of shape ", a.shape()), "it takes a matrix with at least one element");
    check_finite("svd", a);
    const std::size_t m = a.shape(0), n = a.shape(1), k = std::min(m, n);
    Svd<T> out{Array<T>(Shape{m, k}), Array<T>(Shape{k}), Array<T>(Shape{k, n})};
    Array<T> work = a;
    if (!lapack::svd(m, n, work.data(), out.u.data(), out.s.data(), out.vt.data()))
        fail<ValueError>("svd", text("a matrix ", a.shape()), "LAPACK's iteration did not converge",
                         "Scale its columns to similar sizes.");
    fix_signs(out);
    return out;
}

template <class T>
std::size_t Svd<T>::rank() const {
    return count_above(s, rounding(*this));
}

template <class T>
Array<T> Svd<T>::approximation(std::size_t r) const {
    check_rank(*this, r);
    const std::size_t m = u.shape(0), k = s.size(), n = vt.shape(1);
    Array<T> us = u, out(Shape{m, n});
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < r; ++j) us.data()[i * k + j] *= s.data()[j];
    blas::gemm(false, false, m, n, r, T{1}, std::as_const(us).data(), k, vt.data(), n, T{0}, out.data(), n);
    return out;
}

template <class T>
double Svd<T>::error(std::size_t r) const {
    check_rank(*this, r);
    return std::sqrt(squares(s, r));
}

template <class T>
double Svd<T>::energy(std::size_t r) const {
    check_rank(*this, r);
    const double all = squares(s, 0);
    return all == 0 ? 1 : 1 - squares(s, r) / all;
}

double compression_ratio(std::size_t m, std::size_t n, std::size_t r) {
    if (r == 0) fail<ValueError>("compression_ratio", "rank 0", "it stores nothing", "Choose a rank of at least 1.");
    return static_cast<double>(m) * static_cast<double>(n) / (static_cast<double>(r) * static_cast<double>(m + n + 1));
}

template <class T>
Array<T> pinv(const Array<T>& a) {
    const Svd<T> parts = svd(a);
    return inverse(parts, parts.rank());
}

template <class T>
Array<T> pinv(const Array<T>& a, double cutoff) {
    const Svd<T> parts = svd(a);
    return inverse(parts, count_above(parts.s, cutoff));
}

template <class T>
Array<T> solve(const Array<T>& a, const Array<T>& b) {
    const bool square = a.rank() == 2 && a.shape(0) == a.shape(1) && !a.empty();
    if (!square || (b.rank() != 1 && b.rank() != 2) || b.shape(0) != a.shape(0))
        fail<ShapeError>("solve", text(a.shape(), " and ", b.shape()),
                         "a is a square matrix, and b has as many rows, (n) or (n, count)",
                         "For least squares use matmul(pinv(a), b).");
    check_finite("solve", a);
    check_finite("solve", b);
    const std::size_t n = a.shape(0), count = b.rank() == 1 ? 1 : b.shape(1);
    const bool one_after_the_other = count == 1;
    Array<T> matrix = a, right = one_after_the_other ? b : transposed(b), x(right.shape());
    if (b.empty()) return b;
    const T condition = lapack::solve(n, count, matrix.data(), right.data(), x.data());
    if (!(condition >= std::numeric_limits<T>::epsilon()))
        fail<ValueError>("solve", text("a matrix ", a.shape(), " of reciprocal condition ", condition),
                         "it is singular to working precision",
                         "Add a small multiple of the identity (ridge), or use matmul(pinv(a), b).");
    return one_after_the_other ? x : transposed(x);
}

#define SEVENFOLD_INSTANTIATE(T)                     \
    template struct Svd<T>;                          \
    template Svd<T> svd(const Array<T>&);            \
    template Array<T> pinv(const Array<T>&);         \
    template Array<T> pinv(const Array<T>&, double); \
    template Array<T> solve(const Array<T>&, const Array<T>&);
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)

}  // namespace sevenfold
