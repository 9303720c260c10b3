// W5 Stan Math, reverse mode.
#include <stan/math.hpp>

#include "w5_measure.hpp"

int main() {
    using stan::math::var;
    scalars::measure("Stan Math", [](const std::vector<double>& x, const auto& f) {
        std::vector<var> inputs(x.begin(), x.end());
        var y = f(inputs.data());
        stan::math::grad(y.vi_);
        std::vector<double> g;
        for (auto& input : inputs) g.push_back(input.adj());
        stan::math::recover_memory();
        return g;
    });
}
