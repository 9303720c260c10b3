// W3 dlib DNN (CPU), loss_mean_squared; momentum through the sgd solver.
#include <dlib/dnn.h>
#include "peer_common.hpp"
using namespace dlib;
template <int H>
using net_t = loss_mean_squared<fc<1, htan<fc<H, htan<fc<H, input<matrix<float>>>>>>>>;
template <int H, class S>
void go(const char* on, S proto, double lr, const std::vector<float>& x, const std::vector<float>& y) {
    for (int B : {32, 1}) {
        net_t<H> net;
        std::vector<S> sol(net_t<H>::num_computational_layers, proto);
        std::vector<matrix<float>> bx(B, matrix<float>(1, 1));
        std::vector<float> by(B);
        resizable_tensor X;
        int i = 0, n = 10000 / B * B;
        auto s = pc::bench(
            [&] {
                for (int r = 0; r < B; ++r) {
                    bx[r](0) = x[i + r];
                    by[r] = y[i + r];
                }
                i = (i + B) % n;
                net.to_tensor(bx.begin(), bx.end(), X);
                net.compute_parameter_gradients(X, by.begin());
                net.update_parameters(make_sstack(sol), lr);
            },
            7, 500, 300);
        char m[64];
        std::snprintf(m, sizeof m, "step_us h=%d B=%d %s", H, B, on);
        pc::emit("W3", "dlib", m, pc::scale(s, 1e6), "us");
    }
}
int main() {
    std::vector<float> x, y;
    pc::wave(x, y);
    go<30>("sgd", sgd(0.f, 0.f), 1e-2, x, y);
    go<30>("momentum", sgd(0.f, .9f), 1e-2, x, y);
    go<30>("adam", adam(0.f, .9f, .999f), 1e-3, x, y);
    go<64>("sgd", sgd(0.f, 0.f), 1e-2, x, y);
    go<64>("momentum", sgd(0.f, .9f), 1e-2, x, y);
    go<64>("adam", adam(0.f, .9f, .999f), 1e-3, x, y);
}
