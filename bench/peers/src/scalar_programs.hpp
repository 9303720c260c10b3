// W5: three programs on scalars, for any type S that counts as a number and can be differentiated. How many nodes a program has
// is fixed here, an elementary operation each, so that all divide by the same number whatever they record.
//   a  an MLP of scalars 2-16-16-1, tanh, squared error over 100 points: the gradient of its 337 parameters
//   b  a chain of a million: half a million times y = y a, y = y + b, with y's start, a and b to be differentiated
//   c  Rosenbrock's function of 1000 variables
#pragma once

#include <cmath>
#include <random>
#include <vector>

namespace scalars {

constexpr long mlp_parameters = 2 * 16 + 16 + 16 * 16 + 16 + 16 + 1;
constexpr long mlp_nodes = 100L * (16 * (2 + 2 + 1) + 16 * (16 + 16 + 1) + (16 + 16) + 3);
constexpr long chain_nodes = 1000000;
constexpr int rosenbrock_variables = 1000;
constexpr long rosenbrock_nodes = 8L * (rosenbrock_variables - 1);

/// Points X (100, 2) with y = ±1, and parameters to begin with.
struct Data {
    std::vector<double> parameters, X, y;
};
inline Data data() {
    Data d;
    std::mt19937 generator(5);  // its bits, and libstdc++'s distribution, are the same for all peers
    std::uniform_real_distribution<double> uniform(-0.5, 0.5);
    for (long i = 0; i < mlp_parameters; ++i) d.parameters.push_back(uniform(generator));
    for (int i = 0; i < 100; ++i) {
        const double a = 2 * uniform(generator), b = 2 * uniform(generator);
        d.X.insert(d.X.end(), {a, b});
        d.y.push_back(a * b > 0 ? 1 : -1);
    }
    return d;
}
inline std::vector<double> chain_start() { return {1.0, 0.999999, 1e-6}; }
inline std::vector<double> rosenbrock_start() {
    std::vector<double> x(rosenbrock_variables);
    for (int i = 0; i < rosenbrock_variables; ++i) x[static_cast<unsigned>(i)] = 0.5 + 0.001 * (i % 37);
    return x;
}

template <class S>
S mlp(const S* p, const Data& d) {
    using std::tanh;
    const S *W1 = p, *b1 = W1 + 32, *W2 = b1 + 16, *b2 = W2 + 256, *W3 = b2 + 16, *b3 = W3 + 16;
    const double *X = d.X.data(), *y = d.y.data();
    S loss = 0.0;
    S h[16], k[16];
    for (int n = 0; n < 100; ++n) {
        for (int i = 0; i < 16; ++i) {
            S z = b1[i];
            z = z + W1[2 * i] * X[2 * n];
            z = z + W1[2 * i + 1] * X[2 * n + 1];
            h[i] = tanh(z);
        }
        for (int i = 0; i < 16; ++i) {
            S z = b2[i];
            for (int j = 0; j < 16; ++j) z = z + W2[16 * i + j] * h[j];
            k[i] = tanh(z);
        }
        S out = b3[0];
        for (int j = 0; j < 16; ++j) out = out + W3[j] * k[j];
        S e = out - y[n];
        loss = loss + e * e;
    }
    return loss;
}

/// x holds y's start, a and b.
template <class S>
S chain(const S* x) {
    S y = x[0];
    for (long i = 0; i < chain_nodes / 2; ++i) {
        y = y * x[1];
        y = y + x[2];
    }
    return y;
}

template <class S>
S rosenbrock(const S* x) {
    S f = 0.0;
    for (int i = 0; i + 1 < rosenbrock_variables; ++i) {
        S t = x[i + 1] - x[i] * x[i];
        S u = 1.0 - x[i];
        f = f + 100.0 * t * t + u * u;
    }
    return f;
}

/// Of a gradient: Σ |g|, equal for all who computed the same.
inline double checksum(const std::vector<double>& gradient) {
    double sum = 0;
    for (const double g : gradient) sum += std::fabs(g);
    return sum;
}

}  // namespace scalars
