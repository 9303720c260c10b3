// The matrix product as ops use it: OpenBLAS for large ones, loops of our own for small ones, on which a call of BLAS
// spends more time on packing and locks than on the product.
#pragma once

#include <cstddef>

namespace sevenfold::kernels {

/// C = alpha op(A) op(B) + beta C, or + row for each row of C; row-major. op transposes where the flag is set. op(A) is
/// (m, k), op(B) is (k, n). lda, ldb, ldc are the lengths of stored rows, so parts of larger arrays are read in place.
template <class T>
struct Product {
    bool transpose_a = false, transpose_b = false;
    std::size_t m, n, k;
    const T* a;
    std::size_t lda;
    const T* b;
    std::size_t ldb;
    T* c;
    std::size_t ldc;
    T alpha = 1;
    T beta = 0;              ///< 0 never reads C
    const T* row = nullptr;  ///< n elements, instead of beta C
};

template <class T>
void gemm(const Product<T>& product);

/// The loops for small products, whatever the size; and whether they win.
template <class T>
void small_gemm(const Product<T>& product);
template <class T>
bool is_small(const Product<T>& product);

}  // namespace sevenfold::kernels
