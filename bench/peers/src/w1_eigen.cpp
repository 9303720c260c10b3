// W1 hand-written on Eigen: straightforward forward, backward, Adam. No autodiff.
#include <Eigen/Dense>
#include <numeric>
#include "peer_common.hpp"
using M = Eigen::Matrix<float, -1, -1, Eigen::RowMajor>;
using V = Eigen::RowVectorXf;
struct Adam {
    Eigen::ArrayXf m, v;
    void step(float* p, const float* g, long n, int t) {
        if (m.size() == 0) m = v = Eigen::ArrayXf::Zero(n);
        Eigen::Map<Eigen::ArrayXf> P(p, n);
        Eigen::Map<const Eigen::ArrayXf> G(g, n);
        const float b1 = .9f, b2 = .999f, lr = 1e-3f, eps = 1e-8f;
        float c1 = 1 / (1 - std::pow(b1, t)), c2 = 1 / std::sqrt(1 - std::pow(b2, t));
        m = b1 * m + (1 - b1) * G;
        v = b2 * v + (1 - b2) * G.square();
        P -= lr * c1 * m / (v.sqrt() * c2 + eps);
    }
};
struct Lin {
    M W, dW;
    V b, db;
    Adam aW, ab;
    Lin(int i, int o, std::mt19937& g) : W(i, o), dW(i, o), b(o), db(o) {
        float k = 1 / std::sqrt((float)i);
        std::uniform_real_distribution<float> u(-k, k);
        for (long j = 0; j < W.size(); ++j) W.data()[j] = u(g);
        for (long j = 0; j < b.size(); ++j) b[j] = u(g);
    }
    void step(int t) {
        aW.step(W.data(), dW.data(), W.size(), t);
        ab.step(b.data(), db.data(), b.size(), t);
    }
};
int main() {
    auto tr = pc::fashion(true), te = pc::fashion(false);
    std::mt19937 g(1);
    Lin l1(784, 256, g), l2(256, 128, g), l3(128, 10, g);
    Eigen::Map<M> XT(tr.x.data(), tr.n, 784), XV(te.x.data(), te.n, 784);
    std::vector<int> perm(60000);
    std::iota(perm.begin(), perm.end(), 0);
    M x, h1, h2, o, d2, d1;
    std::vector<double> secs, accs;
    int t = 0;
    for (int ep = 0; ep < 5; ++ep) {
        double t0 = pc::now();
        std::shuffle(perm.begin(), perm.end(), g);
        for (int i = 0; i < 60000; i += 64) {
            int B = std::min(64, 60000 - i);
            x.resize(B, 784);
            for (int r = 0; r < B; ++r) x.row(r) = XT.row(perm[i + r]);
            h1.noalias() = x * l1.W;
            h1.rowwise() += l1.b;
            h1 = h1.cwiseMax(0.f);
            h2.noalias() = h1 * l2.W;
            h2.rowwise() += l2.b;
            h2 = h2.cwiseMax(0.f);
            o.noalias() = h2 * l3.W;
            o.rowwise() += l3.b;
            for (int r = 0; r < B; ++r) {  // softmax - onehot
                float mx = o.row(r).maxCoeff();
                o.row(r) = (o.row(r).array() - mx).exp();
                o.row(r) /= o.row(r).sum();
                o(r, tr.y[perm[i + r]]) -= 1.f;
            }
            o /= (float)B;
            l3.dW.noalias() = h2.transpose() * o;
            l3.db = o.colwise().sum();
            d2.noalias() = o * l3.W.transpose();
            d2 = (h2.array() > 0.f).select(d2, 0.f);
            l2.dW.noalias() = h1.transpose() * d2;
            l2.db = d2.colwise().sum();
            d1.noalias() = d2 * l2.W.transpose();
            d1 = (h1.array() > 0.f).select(d1, 0.f);
            l1.dW.noalias() = x.transpose() * d1;
            l1.db = d1.colwise().sum();
            ++t;
            l1.step(t);
            l2.step(t);
            l3.step(t);
        }
        secs.push_back(pc::now() - t0);
        M a = (XV * l1.W).rowwise() + l1.b;
        a = a.cwiseMax(0.f).eval();
        M b = (a * l2.W).rowwise() + l2.b;
        b = b.cwiseMax(0.f).eval();
        M c = (b * l3.W).rowwise() + l3.b;
        int ok = 0;
        for (int r = 0; r < te.n; ++r) {
            int k;
            c.row(r).maxCoeff(&k);
            ok += k == te.y[r];
        }
        accs.push_back(ok / 10000.0);
    }
    char ex[160];
    std::snprintf(ex, sizeof ex, "\"acc_ep3\": %.4f, \"acc_ep5\": %.4f, \"peak_rss_mb\": %.0f", accs[2], accs[4],
                  pc::peak_rss_mb());
#ifdef EIGEN_USE_BLAS
    const char* nm = "eigen-hand+openblas";
#else
    const char* nm = "eigen-hand";
#endif
    pc::emit("W1", nm, "epoch_seconds", pc::stat(secs), "s", ex);
}
