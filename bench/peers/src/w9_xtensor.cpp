// W9 xtensor-blas svd, float32.
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xrandom.hpp>
#include "peer_common.hpp"
int main() {
    for (size_t n : {28, 112, 256, 784, 1000}) {
        xt::random::seed(1);
        xt::xarray<float, xt::layout_type::row_major> A = xt::random::randn<float>({n, n});
        xt::xarray<float, xt::layout_type::column_major> C = A;
        int inner = std::max(1, int(3e6 / std::pow(n, 2.5)));
        char m[40];
        std::snprintf(m, sizeof m, "svd %zux%zu", n, n);
        volatile float sink;
        auto s = pc::bench(
            [&] {
                auto r = xt::linalg::svd(A, false);
                sink = std::get<1>(r)(0);
            },
            n < 500 ? 7 : 3, inner);
        pc::emit("W9", "xtensor-blas row-major", m, s, "s");
        s = pc::bench(
            [&] {
                auto r = xt::linalg::svd(C, false);
                sink = std::get<1>(r)(0);
            },
            n < 500 ? 7 : 3, inner);
        pc::emit("W9", "xtensor-blas col-major", m, s, "s");
    }
}
