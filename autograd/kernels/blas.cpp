#include "sevenfold/autograd/kernels/blas.hpp"

#include <cblas.h>

#include <cstdlib>
#include <limits>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"

// Exported by those builds of OpenBLAS that choose their kernels at run time.
extern "C" {
[[gnu::weak]] void gotoblas_dynamic_init();
[[gnu::weak]] void gotoblas_dynamic_quit();
}

namespace sevenfold::blas {
namespace {

// OpenBLAS starts with a thread per core. Ours is set once, before the first product.
const bool one_thread = (openblas_set_num_threads(1), true);

// OpenBLAS before 0.3.25 takes an Intel processor that it does not know for a Prescott, the last without vectors worth
// the name: products are four times slower then. It is asked to look again, with a hint.
const bool known_processor = [] {
    if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit || simd::best() == simd::Level::baseline) return false;
    if (std::getenv("OPENBLAS_CORETYPE") || std::string_view(openblas_get_corename()) != "Prescott") return false;
    setenv("OPENBLAS_CORETYPE", simd::best() == simd::Level::avx512 ? "SkylakeX" : "Haswell", 0);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
    return true;
}();

int narrow(std::size_t n) {
    if (n > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        fail<ShapeError>("matmul", text("a side of ", n), "OpenBLAS counts with 32 bits");
    return static_cast<int>(n);
}

}  // namespace

template <class T>
void gemm(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, T alpha, const T* a, std::size_t lda,
          const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
    if (m == 0 || n == 0) return;
    if (k == 0) {  // an empty sum; OpenBLAS returns without writing C
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t j = 0; j < n; ++j) c[i * ldc + j] = beta == T{0} ? T{0} : beta * c[i * ldc + j];
        return;
    }
    const auto op_a = ta ? CblasTrans : CblasNoTrans, op_b = tb ? CblasTrans : CblasNoTrans;
    const int mi = narrow(m), ni = narrow(n), ki = narrow(k), lai = narrow(lda), lbi = narrow(ldb), lci = narrow(ldc);
    if constexpr (std::is_same_v<T, float>)
        cblas_sgemm(CblasRowMajor, op_a, op_b, mi, ni, ki, alpha, a, lai, b, lbi, beta, c, lci);
    else
        cblas_dgemm(CblasRowMajor, op_a, op_b, mi, ni, ki, alpha, a, lai, b, lbi, beta, c, lci);
}

void set_threads(int threads) { openblas_set_num_threads(threads); }

std::string version() { return text(openblas_get_config()); }

template void gemm(bool, bool, std::size_t, std::size_t, std::size_t, float, const float*, std::size_t, const float*,
                   std::size_t, float, float*, std::size_t);
template void gemm(bool, bool, std::size_t, std::size_t, std::size_t, double, const double*, std::size_t, const double*,
                   std::size_t, double, double*, std::size_t);

}  // namespace sevenfold::blas
