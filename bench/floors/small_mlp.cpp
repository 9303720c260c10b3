#include "small_mlp.hpp"

#include <cmath>

namespace bench {
namespace {

enum class Rule { sgd, momentum, adam };

template <int width, int B>
class FixedMlp : public SmallMlp {
  public:
    explicit FixedMlp(Rule rule) : rule_(rule) {}

    void set(const std::array<std::vector<float>, 6>& from) override {
        p = g = m = v = {};
        t = 0;
        for (int i = 0; i < width; ++i) {
            p.W1[i] = from[0][size(i)];
            p.b1[i] = from[1][size(i)];
            p.b2[i] = from[3][size(i)];
            p.W3[i] = from[4][size(i)];
            for (int k = 0; k < width; ++k) p.W2[k * H + i] = from[2][size(i * width + k)];  // stored [in][out]
        }
        p.b3[0] = from[5][0];
    }

    float step(const float* x, const float* y) override {
        const float loss = forward(x, y);
        backward(x);
        update();
        return loss;
    }

  private:
    static constexpr int H = (width + 15) / 16 * 16;
    struct alignas(64) Parameters {
        float W1[H], b1[H], W2[H * H], b2[H], W3[H], b3[16];
    };
    static constexpr int count = sizeof(Parameters) / sizeof(float);
    static float* floats(Parameters& all) { return reinterpret_cast<float*>(&all); }
    static std::size_t size(int i) { return static_cast<std::size_t>(i); }

    [[gnu::noinline]] float forward(const float* x, const float* y) {
        for (int b = 0; b < B; ++b)
            for (int j = 0; j < H; ++j) z1[b][j] = std::tanh(x[b] * p.W1[j] + p.b1[j]);
        float sum = 0;
        for (int b = 0; b < B; ++b) {
            float a[H];
            for (int j = 0; j < H; ++j) a[j] = p.b2[j];
            for (int k = 0; k < H; ++k) {
                const float s = z1[b][k];
                for (int j = 0; j < H; ++j) a[j] += s * p.W2[k * H + j];
            }
            for (int j = 0; j < H; ++j) z2[b][j] = std::tanh(a[j]);
            float out = p.b3[0];
            for (int j = 0; j < H; ++j) out += z2[b][j] * p.W3[j];
            d[b] = 2.0f / B * (out - y[b]);
            sum += (out - y[b]) * (out - y[b]);
        }
        return sum / B;
    }

    [[gnu::noinline]] void backward(const float* x) {
        float gW3[H] = {}, gb2[H] = {}, gb3 = 0;
        for (int b = 0; b < B; ++b) {
            gb3 += d[b];
            for (int j = 0; j < H; ++j) {
                gW3[j] += d[b] * z2[b][j];
                const float q = d[b] * p.W3[j] * (1 - z2[b][j] * z2[b][j]);
                d2[b][j] = q;
                gb2[j] += q;
            }
        }
        g.b3[0] = gb3;
        for (int j = 0; j < H; ++j) {
            g.W3[j] = gW3[j];
            g.b2[j] = gb2[j];
        }
        for (int k = 0; k < H; ++k) {
            float a[H] = {};
            for (int b = 0; b < B; ++b) {
                const float s = z1[b][k];
                for (int j = 0; j < H; ++j) a[j] += s * d2[b][j];
            }
            for (int j = 0; j < H; ++j) g.W2[k * H + j] = a[j];
        }
        float gW1[H] = {}, gb1[H] = {};
        for (int b = 0; b < B; ++b) {
            for (int k = 0; k < H; ++k) {
                float s = 0;
                for (int j = 0; j < H; ++j) s += d2[b][j] * p.W2[k * H + j];
                d1[b][k] = s;
            }
            for (int k = 0; k < H; ++k) {
                const float q = d1[b][k] * (1 - z1[b][k] * z1[b][k]);
                gW1[k] += q * x[b];
                gb1[k] += q;
            }
        }
        for (int k = 0; k < H; ++k) {
            g.W1[k] = gW1[k];
            g.b1[k] = gb1[k];
        }
    }

    void update() {
        float *w = floats(p), *m1 = floats(m), *m2 = floats(v);
        const float* dw = floats(g);
        ++t;
        if (rule_ == Rule::sgd) {
            for (int i = 0; i < count; ++i) w[i] -= 1e-2f * dw[i];
        } else if (rule_ == Rule::momentum) {
            for (int i = 0; i < count; ++i) w[i] -= 1e-2f * (m1[i] = 0.9f * m1[i] + dw[i]);
        } else {
            const float c1 = 1e-3f / (1 - std::pow(0.9f, static_cast<float>(t))),
                        c2 = 1 / std::sqrt(1 - std::pow(0.999f, static_cast<float>(t)));
            for (int i = 0; i < count; ++i) {
                m1[i] = 0.9f * m1[i] + 0.1f * dw[i];
                m2[i] = 0.999f * m2[i] + 0.001f * dw[i] * dw[i];
                w[i] -= c1 * m1[i] / (std::sqrt(m2[i]) * c2 + 1e-8f);
            }
        }
    }

    Rule rule_;
    Parameters p{}, g{}, m{}, v{};
    alignas(64) float z1[B][H], z2[B][H], d1[B][H], d2[B][H], d[B];
    int t = 0;
};

}  // namespace

std::unique_ptr<SmallMlp> small_mlp(std::size_t h, std::size_t batch, const std::string& name) {
    const Rule rule = name == "sgd" ? Rule::sgd : name == "momentum" ? Rule::momentum : Rule::adam;
    if (h == 30 && batch == 32) return std::make_unique<FixedMlp<30, 32>>(rule);
    if (h == 30 && batch == 1) return std::make_unique<FixedMlp<30, 1>>(rule);
    if (h == 64 && batch == 32) return std::make_unique<FixedMlp<64, 32>>(rule);
    if (h == 64 && batch == 1) return std::make_unique<FixedMlp<64, 1>>(rule);
    return nullptr;
}

}  // namespace bench
