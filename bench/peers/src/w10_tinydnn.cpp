// W10 minimal program (tiny-dnn).
#include <tiny_dnn/tiny_dnn.h>
#include <cmath>
using namespace tiny_dnn;
int main() {
    network<sequential> net;
    net << fully_connected_layer<activation::tan_h>(1, 30) << fully_connected_layer<activation::tan_h>(30, 30)
        << fully_connected_layer<activation::identity>(30, 1);
    adam opt;
    std::vector<vec_t> x, y;
    for (int i = 0; i < 32; ++i) {
        float v = -3 + 6.f * i / 31;
        x.push_back({v});
        y.push_back({std::exp(-v * v) * std::cos(10 * v)});
    }
    net.fit<mse>(opt, x, y, 32, 1);
    std::printf("%f\n", net.get_loss<mse>(x, y) / 32);
}
