// W1 dlib DNN (CPU). Plain loop on the net's own forward/backward/update calls, no trainer thread.
#include <dlib/dnn.h>
#include <numeric>
#include "peer_common.hpp"
using namespace dlib;
using net_t = loss_multiclass_log<fc<10, relu<fc<128, relu<fc<256, input<matrix<float>>>>>>>>;
int main() {
    auto tr = pc::fashion(true), te = pc::fashion(false);
    auto conv = [](pc::Fashion& f) {
        std::vector<matrix<float>> v(f.n, matrix<float>(28, 28));
        for (int i = 0; i < f.n; ++i) std::copy_n(&f.x[size_t(i) * 784], 784, &v[i](0, 0));
        return v;
    };
    auto xt = conv(tr), xv = conv(te);
    std::vector<unsigned long> yt(tr.y.begin(), tr.y.end()), yv(te.y.begin(), te.y.end());
    net_t net;
    std::vector<adam> sol(net_t::num_computational_layers, adam(0.f, 0.9f, 0.999f));
    std::mt19937 g(1);
    std::vector<int> perm(60000);
    std::iota(perm.begin(), perm.end(), 0);
    std::vector<double> secs, accs;
    std::vector<matrix<float>> bx;
    std::vector<unsigned long> by;
    resizable_tensor X;
    for (int ep = 0; ep < 3; ++ep) {
        double t = pc::now();
        std::shuffle(perm.begin(), perm.end(), g);
        for (int i = 0; i < 60000; i += 64) {
            int B = std::min(64, 60000 - i);
            bx.resize(B);
            by.resize(B);
            for (int r = 0; r < B; ++r) {
                bx[r] = xt[perm[i + r]];
                by[r] = yt[perm[i + r]];
            }
            net.to_tensor(bx.begin(), bx.end(), X);
            net.compute_parameter_gradients(X, by.begin());
            net.update_parameters(make_sstack(sol), 1e-3);
        }
        secs.push_back(pc::now() - t);
        auto pr = net(xv, 256);
        int ok = 0;
        for (int i = 0; i < te.n; ++i) ok += pr[i] == yv[i];
        accs.push_back(ok / 10000.0);
    }
    char ex[160];
    std::snprintf(ex, sizeof ex, "\"acc_ep3\": %.4f, \"peak_rss_mb\": %.0f", accs[2], pc::peak_rss_mb());
    pc::emit("W1", "dlib", "epoch_seconds", pc::stat(secs), "s", ex);
}
