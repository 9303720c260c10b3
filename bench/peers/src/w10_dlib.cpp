// W10 minimal program (dlib).
#include <dlib/dnn.h>
#include <cstdio>
using namespace dlib;
int main() {
    loss_mean_squared<fc<1, htan<fc<30, htan<fc<30, input<matrix<float>>>>>>>> net;
    std::vector<adam> sol(decltype(net)::num_computational_layers, adam(0, .9, .999));
    std::vector<matrix<float>> x(32, matrix<float>(1, 1));
    std::vector<float> y(32);
    for (int i = 0; i < 32; ++i) {
        float v = -3 + 6.f * i / 31;
        x[i](0) = v;
        y[i] = std::exp(-v * v) * std::cos(10 * v);
    }
    resizable_tensor X;
    net.to_tensor(x.begin(), x.end(), X);
    double l = net.compute_parameter_gradients(X, y.begin());
    net.update_parameters(make_sstack(sol), 1e-3);
    std::printf("%f\n", l);
}
