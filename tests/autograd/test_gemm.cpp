// The loops for small matrix products, and OpenBLAS's, against the definition.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "levels.hpp"
#include "sevenfold/autograd/kernels/gemm.hpp"
#include "sevenfold/autograd/random.hpp"

using namespace sevenfold;
using kernels::Product;

namespace {

/// How a product is stored: rows are `gap` longer than they need to be, and what lies in the gaps must stay.
struct Case {
    bool transpose_a, transpose_b;
    std::size_t m, n, k, gap;
};

template <class T>
double element(const Product<T>& p, const Array<T>& before, std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t k = 0; k < p.k; ++k)
        sum += static_cast<double>(p.transpose_a ? p.a[k * p.lda + i] : p.a[i * p.lda + k]) *
               static_cast<double>(p.transpose_b ? p.b[j * p.ldb + k] : p.b[k * p.ldb + j]);
    sum *= static_cast<double>(p.alpha);
    if (p.row) return sum + static_cast<double>(p.row[j]);
    return p.beta == 0 ? sum : sum + static_cast<double>(p.beta * before.data()[i * p.ldc + j]);
}

template <class T>
void check(const Case& c, T alpha, T beta, bool with_row, void (*gemm)(const Product<T>&)) {
    CAPTURE(c.transpose_a);
    CAPTURE(c.transpose_b);
    CAPTURE(c.m);
    CAPTURE(c.n);
    CAPTURE(c.k);
    CAPTURE(c.gap);
    CAPTURE(beta);
    CAPTURE(with_row);
    Random random(c.m + 100 * c.n + 10000 * c.k);
    const std::size_t lda = (c.transpose_a ? c.m : c.k) + c.gap, ldb = (c.transpose_b ? c.k : c.n) + c.gap;
    const Array<T> a = random.uniform<T>({c.transpose_a ? c.k : c.m, lda}, -1, 1),
                   b = random.uniform<T>({c.transpose_b ? c.n : c.k, ldb}, -1, 1),
                   row = random.uniform<T>({c.n}, -1, 1), before = random.uniform<T>({c.m, c.n + c.gap}, -1, 1);
    Array<T> result = before;
    if (beta == 0) std::fill_n(result.data(), c.gap == 0 ? result.size() : 0, std::nan(""));  // C is never read then
    const Product<T> p{.transpose_a = c.transpose_a,
                       .transpose_b = c.transpose_b,
                       .m = c.m,
                       .n = c.n,
                       .k = c.k,
                       .a = a.data(),
                       .lda = lda,
                       .b = b.data(),
                       .ldb = ldb,
                       .c = result.data(),
                       .ldc = c.n + c.gap,
                       .alpha = alpha,
                       .beta = beta,
                       .row = with_row ? row.data() : nullptr};
    gemm(p);
    double worst = 0;
    bool gaps_kept = true;
    for (std::size_t i = 0; i < c.m; ++i)
        for (std::size_t j = 0; j < p.ldc; ++j) {
            const T got = result.data()[i * p.ldc + j];
            if (j >= c.n)
                gaps_kept = gaps_kept && got == before.data()[i * p.ldc + j];
            else if (const double error = std::abs(static_cast<double>(got) - element(p, before, i, j));
                     !(error <= worst))
                worst = error;  // NaN, too
        }
    CHECK(worst <= (sizeof(T) == 4 ? 1e-6 : 1e-15) * static_cast<double>(10 + c.k));
    CHECK(gaps_kept);
}

template <class T>
void check_sizes(void (*gemm)(const Product<T>&)) {
    const std::vector<std::size_t> rows{1, 2, 3, 5, 16, 29}, columns{1, 3, 4, 9, 16, 30, 49, 65},
        depths{0, 1, 2, 5, 30, 129};
    for (const bool ta : {false, true})
        for (const bool tb : {false, true})
            for (const std::size_t m : rows)
                for (const std::size_t n : columns)
                    for (const std::size_t k : depths)
                        for (const std::size_t gap : {0u, 3u}) {
                            const Case c{ta, tb, m, n, k, gap};
                            check<T>(c, 1, 0, false, gemm);
                            check<T>(c, T(0.5), T(0.25), false, gemm);
                            check<T>(c, 1, 0, true, gemm);
                        }
}

}  // namespace

TEST_CASE("small products equal their definition, for all ways of storing and adding") {
    at_every_level([] {
        check_sizes<float>(kernels::small_gemm<float>);
        check_sizes<double>(kernels::small_gemm<double>);
    });
}

TEST_CASE("products of any size equal their definition") {
    check_sizes<float>(kernels::gemm<float>);
    for (const bool tb : {false, true}) {
        check<float>({false, tb, 20, 200, 150, 0}, 1, 0, true, kernels::gemm<float>);  // few rows: A is turned, not B
        check<double>({false, tb, 20, 200, 150, 2}, 2, 1, false, kernels::gemm<double>);
        check<double>({true, tb, 70, 10, 90, 0}, 1, 0, true, kernels::gemm<double>);  // short rows: OpenBLAS
    }
    const Product<float> large{
        .m = 600, .n = 600, .k = 600, .a = nullptr, .lda = 600, .b = nullptr, .ldb = 600, .c = nullptr, .ldc = 600};
    CHECK_FALSE(kernels::is_small(large));
    check<float>({false, false, 600, 600, 600, 0}, 1, 0, true, kernels::gemm<float>);
}
