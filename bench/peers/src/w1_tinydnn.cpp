// W1 tiny-dnn (AVX backend). Its fit() keeps the sample order (no shuffle).
#include <tiny_dnn/tiny_dnn.h>
#include <cmath>
#include "peer_common.hpp"
using namespace tiny_dnn;
int main() {
    auto tr = pc::fashion(true), te = pc::fashion(false);
    auto conv = [](pc::Fashion& f, std::vector<vec_t>& x, std::vector<label_t>& y) {
        for (int i = 0; i < f.n; ++i) {
            x.emplace_back(f.x.begin() + size_t(i) * 784, f.x.begin() + size_t(i + 1) * 784);
            y.push_back(f.y[i]);
        }
    };
    std::vector<vec_t> xt, xv;
    std::vector<label_t> yt, yv;
    conv(tr, xt, yt);
    conv(te, xv, yv);
    set_random_seed(1);
    network<sequential> net;
    net << fully_connected_layer<activation::relu>(784, 256) << fully_connected_layer<activation::relu>(256, 128)
        << fully_connected_layer<activation::softmax>(128, 10);
    adam opt;
    opt.alpha = 1e-3f;
    std::vector<double> secs;
    double t = pc::now();
    net.train<cross_entropy_multiclass>(
        opt, xt, yt, 64, 3, [] {},
        [&] {
            secs.push_back(pc::now() - t);
            t = pc::now();
        },
        false, pc::threads());
    net.set_netphase(net_phase::test);
    int ok = 0;
    for (size_t i = 0; i < xv.size(); ++i) ok += net.predict_label(xv[i]) == yv[i];
    char ex[160];
    std::snprintf(ex, sizeof ex, "\"acc_ep3\": %.4f, \"peak_rss_mb\": %.0f", ok / 10000.0, pc::peak_rss_mb());
    pc::emit("W1", "tiny-dnn", "epoch_seconds", pc::stat(secs), "s", ex);
}
