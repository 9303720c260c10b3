// W3 tiny-dnn. One fit() epoch over a fixed number of samples, divided by its steps.
#include <tiny_dnn/tiny_dnn.h>
#include <cmath>
#include "peer_common.hpp"
using namespace tiny_dnn;
int main() {
    std::vector<float> x, y;
    pc::wave(x, y);
    std::vector<vec_t> X, Y;
    for (int i = 0; i < 9984; ++i) {
        X.push_back({x[i]});
        Y.push_back({y[i]});
    }
    for (int h : {30, 64})
        for (int B : {32, 1})
            for (std::string on : {"sgd", "momentum", "adam"}) {
                set_random_seed(1);
                network<sequential> net;
                net << fully_connected_layer<activation::tan_h>(1, h) << fully_connected_layer<activation::tan_h>(h, h)
                    << fully_connected_layer<activation::identity>(h, 1);
                gradient_descent o1;
                o1.alpha = 1e-2f;
                momentum o2;
                o2.alpha = 1e-2f;
                o2.mu = .9f;
                adam o3;
                o3.alpha = 1e-3f;
                optimizer* o = on == "sgd" ? (optimizer*)&o1 : on == "momentum" ? (optimizer*)&o2 : (optimizer*)&o3;
                std::vector<double> v, tick{pc::now()};  // the first epoch warms up
                net.fit<mse>(
                    *o, X, Y, B, 6, [] {}, [&] { tick.push_back(pc::now()); }, false, pc::threads());
                for (size_t k = 2; k < tick.size(); ++k) v.push_back((tick[k] - tick[k - 1]) / (9984 / B));
                double e = 0;
                for (int k = 0; k < 9984; ++k) {
                    double d = net.predict(X[k])[0] - y[k];
                    e += d * d / 9984;
                }
                char m[64], ex[64];
                std::snprintf(m, sizeof m, "step_us h=%d B=%d %s", h, B, on.c_str());
                std::snprintf(ex, sizeof ex, "\"mse\": %.4f", e);
                pc::emit("W3", "tiny-dnn", m, pc::scale(pc::stat(v), 1e6), "us", ex);
            }
}
