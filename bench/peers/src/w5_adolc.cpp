// W5 ADOL-C: recorded anew for every gradient, as the others are.
#include <adolc/adolc.h>

#include "w5_measure.hpp"

int main() {
    scalars::measure("ADOL-C", [](const std::vector<double>& x, const auto& f) {
        trace_on(1, 1);
        {
            std::vector<adouble> inputs(x.size());
            for (size_t i = 0; i < x.size(); ++i) inputs[i] <<= x[i];
            adouble y = f(inputs.data());
            double value;
            y >>= value;
            trace_off();
        }
        double one = 1.0;
        std::vector<double> g(x.size());
        fos_reverse(1, 1, static_cast<int>(x.size()), &one, g.data());
        return g;
    });
}
