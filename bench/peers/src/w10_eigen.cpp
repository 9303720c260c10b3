// W10 minimal program (hand-written on Eigen; plain SGD step): what no framework at all costs.
#include <Eigen/Dense>
#include <cstdio>
using M = Eigen::MatrixXf;
using V = Eigen::VectorXf;
int main() {
    M W1 = M::Random(30, 1), W2 = M::Random(30, 30) * .18f, W3 = M::Random(1, 30) * .18f;
    V b1 = V::Zero(30), b2 = V::Zero(30), b3 = V::Zero(1);
    M x(1, 32), y(1, 32);
    for (int i = 0; i < 32; ++i) {
        float v = -3 + 6.f * i / 31;
        x(i) = v;
        y(i) = std::exp(-v * v) * std::cos(10 * v);
    }
    M z1 = ((W1 * x).colwise() + b1).array().tanh(), z2 = ((W2 * z1).colwise() + b2).array().tanh(),
      o = (W3 * z2).colwise() + b3;
    float l = (o - y).squaredNorm() / 32;
    M d = 2.f / 32 * (o - y), d2 = (W3.transpose() * d).array() * (1 - z2.array().square()),
      d1 = (W2.transpose() * d2).array() * (1 - z1.array().square());
    W3 -= .01f * d * z2.transpose();
    W2 -= .01f * d2 * z1.transpose();
    W1 -= .01f * d1 * x.transpose();
    b3 -= .01f * d.rowwise().sum();
    b2 -= .01f * d2.rowwise().sum();
    b1 -= .01f * d1.rowwise().sum();
    std::printf("%f\n", l);
}
