// W5 Sacado's reverse mode.
#include <Sacado_trad.hpp>

#include "w5_measure.hpp"

int main() {
    using Number = Sacado::Rad::ADvar<double>;
    scalars::measure("Sacado Rad", [](const std::vector<double>& x, const auto& f) {
        std::vector<Number> inputs(x.begin(), x.end());
        Number y = f(inputs.data());
        Number::Gradcomp();
        std::vector<double> g;
        for (auto& input : inputs) g.push_back(input.adj());
        return g;
    });
}
