// W10 reference: what the project's own base costs to compile: xtensor + xtensor-blas, one linear layer with tanh.
#include <cstdio>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xrandom.hpp>
int main() {
    xt::xarray<float> x = xt::random::randn<float>({32, 1}), W = xt::random::randn<float>({1, 30}),
                      V = xt::random::randn<float>({30, 1});
    xt::xarray<float> z = xt::tanh(xt::linalg::dot(x, W)), o = xt::linalg::dot(z, V), d = 2.f / 32 * o;
    xt::xarray<float> gV = xt::linalg::dot(xt::transpose(z), d),
                      dz = xt::linalg::dot(d, xt::transpose(V)) * (1.f - z * z),
                      gW = xt::linalg::dot(xt::transpose(x), dz);
    W -= .01f * gW;
    V -= .01f * gV;
    std::printf("%f\n", xt::mean(o * o)());
}
