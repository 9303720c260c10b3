// Decompositions from LAPACK, which OpenBLAS brings along. Row-major, as everywhere here.
#pragma once

#include <cstddef>

namespace sevenfold::lapack {

/// Thin singular value decomposition of a (m, n), which is overwritten: u (m, k), s (k) decreasing, vt (k, n) with
/// k = min(m, n). False when the iteration does not converge.
template <class T>
bool svd(std::size_t m, std::size_t n, T* a, T* u, T* s, T* vt);

/// Solves a x = b for a (n, n) and `count` right sides that lie one after the other, (count, n); x likewise. a and b are
/// overwritten. Returns the reciprocal condition number of a, scaled to equal sizes: 0 when it is singular.
template <class T>
T solve(std::size_t n, std::size_t count, T* a, T* b, T* x);

}  // namespace sevenfold::lapack
