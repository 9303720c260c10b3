// W9: singular value decompositions of square matrices; the floor is the bare call of LAPACK's gesdd. Their singular values
// must agree.
#include <string>
#include <vector>

#include "harness.hpp"
#include "sevenfold/autograd/kernels/lapack.hpp"
#include "sevenfold/autograd/linalg.hpp"
#include "sevenfold/autograd/random.hpp"

using namespace sevenfold;

int main(int argc, char** argv) {
    bench::Program program("W9", "Thin singular value decompositions, float.");
    std::vector<std::size_t> sizes{28, 112, 256, 784, 1000};
    program.option("--sizes", &sizes, "Rows and columns");
    program.parse(argc, argv);
    if (program.quick()) sizes = {28};
    for (const std::size_t n : sizes) {
        const Array<float> a = Random(1).normal<float>({n, n});
        const std::string metric = "svd " + std::to_string(n) + "x" + std::to_string(n);
        const auto sum = [n](const Array<float>& s) {
            double total = 0;
            for (std::size_t i = 0; i < n; ++i) total += static_cast<double>(s(i));
            return total;
        };
        program.add({"sevenfold", metric, "s"}, [=](benchmark::State& state) {
            Svd<float> parts;
            for (auto _ : state) parts = svd(a);
            state.counters["checksum"] = sum(parts.s);
        });
        program.add({"floor", metric, "s"}, [=](benchmark::State& state) {
            Array<float> u = Array<float>::zeros({n, n}), s = Array<float>::zeros({n}), vt = u;
            for (auto _ : state) {
                Array<float> overwritten = a;
                if (!lapack::svd(n, n, overwritten.data(), u.data(), s.data(), vt.data()))
                    state.SkipWithError("LAPACK did not converge");
            }
            state.counters["checksum"] = sum(s);
        });
    }
    return program.run();
}
