// The floor of W10: the same step without any library.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "small_mlp.hpp"

int main() {
    std::array<std::vector<float>, 6> parameters;
    const std::size_t sizes[]{30, 30, 30 * 30, 30, 30, 1};
    for (std::size_t p = 0; p < 6; ++p)
        for (std::size_t i = 0; i < sizes[p]; ++i)
            parameters[p].push_back(0.2f * (static_cast<float>(std::rand()) / static_cast<float>(RAND_MAX) - 0.5f));
    float x[32], y[32];
    for (int i = 0; i < 32; ++i) {
        x[i] = -3 + 6 * static_cast<float>(i) / 31;
        y[i] = std::exp(-x[i] * x[i]) * std::cos(10 * x[i]);
    }
    const auto model = bench::small_mlp(30, 32, "adam");
    model->set(parameters);
    std::printf("%f\n", static_cast<double>(model->step(x, y)));
}
