// The matrix product, from OpenBLAS. Nothing else includes its header.
#pragma once

#include <cstddef>
#include <string>

namespace sevenfold::blas {

/// C = alpha op(A) op(B) + beta C, row-major; op transposes where the flag is set. op(A) is (m, k), op(B) is (k, n).
/// lda, ldb, ldc are the lengths of stored rows, so parts of larger arrays are read in place. beta = 0 never reads C.
template <class T>
void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, T alpha, const T* a,
          std::size_t lda, const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc);

/// Threads that a single product may use: 1 unless set, for at these sizes more cost more than they bring.
void set_threads(int threads);

/// Which OpenBLAS runs, with its kernels: "OpenBLAS 0.3.21 ... Cooperlake".
std::string version();

}  // namespace sevenfold::blas
