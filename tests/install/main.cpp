// A program of someone else: exits with 0 when the installed library computes d (w·x)² / dw = 2 w x².
#include <sevenfold/sevenfold.hpp>

#include <iostream>

int main() {
    using namespace sevenfold;
    const Array<double> x({3}, {1.0, 2.0, 3.0});
    auto w = leaf(Array<double>({3}, {0.5, -1.0, 2.0}), "w");
    Tape<double> tape;
    const Variable<double> wx = w * x;
    tape.backward(sum(wx * wx));
    std::cout << "d sum((w x)²) / dw = " << w.grad() << '\n';
    return w.grad() == Array<double>({3}, {1.0, -8.0, 36.0}) ? 0 : 1;
}
