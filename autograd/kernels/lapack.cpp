#include "sevenfold/autograd/kernels/lapack.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "sevenfold/autograd/error.hpp"

// Fortran passes everything by address, and the lengths of strings at the end.
extern "C" {
#define SEVENFOLD_LAPACK(T, gesdd, gesvx)                                                                            \
    void gesdd(const char* job, const int* m, const int* n, T* a, const int* lda, T* s, T* u, const int* ldu, T* vt, \
               const int* ldvt, T* work, const int* lwork, int* iwork, int* info, std::size_t);                      \
    void gesvx(const char* fact, const char* trans, const int* n, const int* nrhs, T* a, const int* lda, T* af,      \
               const int* ldaf, int* ipiv, char* equed, T* r, T* c, T* b, const int* ldb, T* x, const int* ldx,      \
               T* rcond, T* ferr, T* berr, T* work, int* iwork, int* info, std::size_t, std::size_t, std::size_t);
SEVENFOLD_LAPACK(float, sgesdd_, sgesvx_)
SEVENFOLD_LAPACK(double, dgesdd_, dgesvx_)
#undef SEVENFOLD_LAPACK
}

namespace sevenfold::lapack {
namespace {

int narrow(std::size_t n) {
    if (n > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        fail<ShapeError>("linalg", text("a side of ", n), "LAPACK counts with 32 bits");
    return static_cast<int>(n);
}

}  // namespace

template <class T>
bool svd(std::size_t m, std::size_t n, T* a, T* u, T* s, T* vt) {
    // To LAPACK, which reads by columns, a is its own transpose: a' = V S U', so that U and V change places.
    const int rows = narrow(n), columns = narrow(m), k = std::min(rows, columns);
    std::vector<int> iwork(8 * static_cast<std::size_t>(k));
    int info = 0;
    const auto run = [&](T* work, int length) {
        const auto gesdd = [] {
            if constexpr (std::is_same_v<T, float>)
                return sgesdd_;
            else
                return dgesdd_;
        }();
        gesdd("S", &rows, &columns, a, &rows, s, vt, &rows, u, &k, work, &length, iwork.data(), &info, 1);
    };
    T wanted = 0;
    run(&wanted, -1);  // asks how much memory it works best with
    std::vector<T> work(static_cast<std::size_t>(wanted) + 1);
    run(work.data(), narrow(work.size()));
    return info == 0;
}

template <class T>
T solve(std::size_t n, std::size_t count, T* a, T* b, T* x) {
    const int side = narrow(n), sides = narrow(count);
    std::vector<T> factors(n * n), row_scale(n), column_scale(n), forward(count), backward(count), work(4 * n);
    std::vector<int> pivots(n), iwork(n);
    char equilibrated = 'N';
    T reciprocal_condition = 0;
    int info = 0;
    const auto gesvx = [] {
        if constexpr (std::is_same_v<T, float>)
            return sgesvx_;
        else
            return dgesvx_;
    }();
    // "E": scaled to equal sizes first; "T": what LAPACK reads is our matrix transposed.
    gesvx("E", "T", &side, &sides, a, &side, factors.data(), &side, pivots.data(), &equilibrated, row_scale.data(),
          column_scale.data(), b, &side, x, &side, &reciprocal_condition, forward.data(), backward.data(), work.data(),
          iwork.data(), &info, 1, 1, 1);
    return info > 0 && info <= side ? T{0} : reciprocal_condition;
}

template bool svd(std::size_t, std::size_t, float*, float*, float*, float*);
template bool svd(std::size_t, std::size_t, double*, double*, double*, double*);
template float solve(std::size_t, std::size_t, float*, float*, float*);
template double solve(std::size_t, std::size_t, double*, double*, double*);

}  // namespace sevenfold::lapack
