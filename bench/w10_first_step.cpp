// W10: the smallest program that trains: a step of an MLP 1-30-30-1. bench/run times it from its start to its end, and what
// compiling it costs.
#include <sevenfold/sevenfold.hpp>

#include <cstdio>

int main() {
    using namespace sevenfold;
    Random random(1);
    Mlp<float> model({1, 30, 30, 1}, Activation::tanh, random);
    Adam<float> optimizer(model.parameters());
    Array<float> x(Shape{32, 1}), y(Shape{32, 1});
    for (std::size_t i = 0; i < 32; ++i) {
        const float v = -3 + 6 * static_cast<float>(i) / 31;
        x(i, 0) = v;
        y(i, 0) = std::exp(-v * v) * std::cos(10 * v);
    }
    Tape tape;
    const auto loss = mse(model(x), y);
    optimizer.zero_grad();
    tape.backward(loss);
    optimizer.step();
    std::printf("%f\n", static_cast<double>(loss.item()));
}
