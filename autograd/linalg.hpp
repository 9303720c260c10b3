// Linear algebra on arrays, from LAPACK: singular values and what follows from them, and linear systems. Nothing here is
// recorded; the ops svd and singular_values (ops.hpp) can be differentiated.
#pragma once

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

/// Thin singular value decomposition A = U diag(s) Vᵀ of an (m, n) matrix, with k = min(m, n).
template <class T = double>
struct Svd {
    Array<T> u;   ///< (m, k), orthonormal columns; the largest entry of each is positive, which fixes the signs
    Array<T> s;   ///< (k), decreasing, none negative
    Array<T> vt;  ///< (k, n), orthonormal rows

    /// How many singular values are more than rounding: above max(m, n) ε s₁.
    std::size_t rank() const;
    /// The matrix of rank r that is nearest to A, (m, n): Σ sᵢ uᵢ vᵢᵀ over the first r terms (Eckart and Young 1936).
    /// This and the two below throw ValueError for r > k.
    Array<T> approximation(std::size_t r) const;
    /// Its distance from A, √Σ (A − Aᵣ)²: the root of the squared singular values left out.
    double error(std::size_t r) const;
    /// The share of the squared singular values that it keeps, 0..1 (1 for the zero matrix).
    double energy(std::size_t r) const;
};

/// Throws ShapeError when a is not a matrix or has no elements, ValueError when it holds NaN or infinity, or when
/// LAPACK's iteration does not converge.
template <class T>
Svd<T> svd(const Array<T>& a);

/// How many times fewer numbers rank r takes, m n / (r (m + n + 1)); below 1 it takes more. Throws ValueError for r = 0.
double compression_ratio(std::size_t m, std::size_t n, std::size_t r);

/// The Moore-Penrose inverse V diag(1/s) Uᵀ, (n, m), without the singular values up to `cutoff` · s₁; by default those
/// that Svd::rank does not count. Throws as svd.
template <class T>
Array<T> pinv(const Array<T>& a);
template <class T>
Array<T> pinv(const Array<T>& a, double cutoff);

/// x with a x = b, for a (n, n) and b (n) or (n, count): LU with pivoting, scaling and refinement. Throws ShapeError for
/// other shapes, ValueError when a or b holds NaN or infinity, or when a is singular to working precision.
template <class T>
Array<T> solve(const Array<T>& a, const Array<T>& b);

}  // namespace sevenfold
