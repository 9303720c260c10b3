// W9 Eigen BDCSVD float32 (thin U, V).
#include <Eigen/SVD>
#include "peer_common.hpp"
int main() {
    for (int n : {28, 112, 256, 784, 1000}) {
        srand(1);
        Eigen::MatrixXf A = Eigen::MatrixXf::Random(n, n);
        int inner = std::max(1, int(3e6 / std::pow(n, 2.5)));
        char m[40];
        std::snprintf(m, sizeof m, "svd %dx%d", n, n);
        volatile float sink;
        auto s = pc::bench(
            [&] {
                Eigen::BDCSVD<Eigen::MatrixXf> d(A, Eigen::ComputeThinU | Eigen::ComputeThinV);
                sink = d.singularValues()[0];
            },
            n < 500 ? 5 : 3, n < 500 ? std::max(1, inner / 4) : 1);
        pc::emit("W9", "eigen BDCSVD", m, s, "s");
    }
}
