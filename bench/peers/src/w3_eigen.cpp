// W3 hand-written on Eigen, no autodiff.
#include <Eigen/Dense>
#include "peer_common.hpp"
using M = Eigen::MatrixXf;  // columns are samples
using A = Eigen::ArrayXf;
struct Net {
    int h;
    long n;
    A p, g, m, v;
    long o[6];
    Net(int h_) : h(h_) {
        long s[6] = {h, h, (long)h * h, h, h, 1};
        n = 0;
        for (int i = 0; i < 6; ++i) {
            o[i] = n;
            n += s[i];
        }
        p.resize(n);
        g = A::Zero(n);
        m = A::Zero(n);
        v = A::Zero(n);
        std::mt19937 r(1);
        for (long i = 0; i < n; ++i) {
            float k = i < o[2] ? 1.f : 1 / std::sqrt((float)h);
            p[i] = std::uniform_real_distribution<float>(-k, k)(r);
        }
    }
    M z1, z2, d2, d1;
    Eigen::RowVectorXf out, d;
    void fwd(const float* x, int B) {
        Eigen::Map<const Eigen::RowVectorXf> X(x, B);
        Eigen::Map<Eigen::VectorXf> W1(&p[o[0]], h), b1(&p[o[1]], h), b2(&p[o[3]], h), W3(&p[o[4]], h);
        Eigen::Map<M> W2(&p[o[2]], h, h);
        z1.noalias() = W1 * X;
        z1.colwise() += b1;
        z1 = z1.array().tanh();
        z2.noalias() = W2 * z1;
        z2.colwise() += b2;
        z2 = z2.array().tanh();
        out.noalias() = W3.transpose() * z2;
        out.array() += p[o[5]];
    }
    void bwd(const float* x, const float* y, int B) {
        Eigen::Map<const Eigen::RowVectorXf> X(x, B), Y(y, B);
        Eigen::Map<M> W2(&p[o[2]], h, h), gW2(&g[o[2]], h, h);
        Eigen::Map<Eigen::VectorXf> W3(&p[o[4]], h), gW1(&g[o[0]], h), gb1(&g[o[1]], h), gb2(&g[o[3]], h),
            gW3(&g[o[4]], h);
        d = (2.f / B) * (out - Y);
        gW3.noalias() = z2 * d.transpose();
        g[o[5]] = d.sum();
        d2.noalias() = W3 * d;
        d2.array() *= 1.f - z2.array().square();
        gW2.noalias() = d2 * z1.transpose();
        gb2 = d2.rowwise().sum();
        d1.noalias() = W2.transpose() * d2;
        d1.array() *= 1.f - z1.array().square();
        gW1.noalias() = d1 * X.transpose();
        gb1 = d1.rowwise().sum();
    }
};
int main() {
    std::vector<float> x, y;
    pc::wave(x, y);
    for (int h : {30, 64})
        for (int B : {32, 1})
            for (std::string on : {"sgd", "momentum", "adam"}) {
                Net net(h);
                int i = 0, n = 10000 / B * B, t = 0;
                auto s = pc::bench(
                    [&] {
                        net.fwd(&x[i], B);
                        net.bwd(&x[i], &y[i], B);
                        i = (i + B) % n;
                        ++t;
                        if (on == "sgd")
                            net.p -= 1e-2f * net.g;
                        else if (on == "momentum") {
                            net.m = 0.9f * net.m + net.g;
                            net.p -= 1e-2f * net.m;
                        } else {
                            float c1 = 1 / (1 - std::pow(.9f, t)), c2 = 1 / std::sqrt(1 - std::pow(.999f, t));
                            net.m = .9f * net.m + .1f * net.g;
                            net.v = .999f * net.v + .001f * net.g.square();
                            net.p -= 1e-3f * c1 * net.m / (net.v.sqrt() * c2 + 1e-8f);
                        }
                    },
                    7, 500, 300);
                net.fwd(x.data(), 10000);
                double e = 0;
                for (int k = 0; k < 10000; ++k) e += (net.out[k] - y[k]) * (net.out[k] - y[k]) / 10000;
                char m[64], ex[64];
                std::snprintf(m, sizeof m, "step_us h=%d B=%d %s", h, B, on.c_str());
                std::snprintf(ex, sizeof ex, "\"mse\": %.4f", e);
                pc::emit("W3", "eigen-hand", m, pc::scale(s, 1e6), "us", ex);
            }
}
