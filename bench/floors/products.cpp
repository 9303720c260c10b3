#include "products.hpp"

#include "sevenfold/autograd/kernels/blas.hpp"
#include "sevenfold/autograd/random.hpp"

namespace bench {

float* Products::buffer(std::size_t size) {
    buffers_.push_back(sevenfold::Random(buffers_.size()).uniform<float>({size}, -0.1, 0.1));
    return buffers_.back().data();
}

void Products::linear(std::size_t rows, std::size_t in, std::size_t out, bool input_gradient) {
    const float *x = buffer(rows * in), *w = buffer(out * in), *dy = buffer(rows * out);
    calls_.push_back({false, true, rows, out, in, in, in, out, x, w, buffer(rows * out)});
    calls_.push_back({true, false, out, in, rows, out, in, in, dy, x, buffer(out * in)});
    if (input_gradient) calls_.push_back({false, false, rows, in, out, out, in, in, dy, w, buffer(rows * in)});
}

void Products::attention(std::size_t samples, std::size_t tokens, std::size_t width, std::size_t heads) {
    const std::size_t t = tokens, d = width / heads, ld = 3 * width;
    const float *qkv = buffer(samples * t * ld), *dout = buffer(samples * t * width);
    const float *weights = buffer(samples * heads * t * t), *dscores = buffer(samples * heads * t * t);
    float *dqkv = buffer(samples * t * ld), *out = buffer(samples * t * width);
    float *scores = buffer(samples * heads * t * t), *dweights = buffer(samples * heads * t * t);
    for (std::size_t s = 0; s < samples; ++s)
        for (std::size_t h = 0; h < heads; ++h) {
            const std::size_t of_q = s * t * ld + h * d, of_out = s * t * width + h * d, of_p = (s * heads + h) * t * t;
            const float *q = qkv + of_q, *k = q + width, *v = k + width, *p = weights + of_p, *dp = dscores + of_p;
            float *dq = dqkv + of_q, *dk = dq + width, *dv = dk + width;
            calls_.push_back({false, true, t, t, d, ld, ld, t, q, k, scores + of_p});
            calls_.push_back({false, false, t, d, t, t, ld, width, p, v, out + of_out});
            calls_.push_back({false, true, t, t, d, width, ld, t, dout + of_out, v, dweights + of_p});
            calls_.push_back({true, false, t, d, t, t, width, ld, p, dout + of_out, dv});
            calls_.push_back({false, false, t, d, t, t, ld, ld, dp, k, dq});
            calls_.push_back({true, false, t, d, t, t, ld, ld, dp, q, dk});
        }
}

void Products::run() const {
    for (const Call& c : calls_)
        sevenfold::blas::gemm(c.ta, c.tb, c.m, c.n, c.k, 1.0f, c.a, c.lda, c.b, c.ldb, 0.0f, c.c, c.ldc);
}

double Products::flops() const {
    double sum = 0;
    for (const Call& c : calls_) sum += 2 * static_cast<double>(c.m * c.n * c.k);
    return sum;
}

Products mlp_products(std::size_t batch, const std::vector<std::size_t>& sizes) {
    Products p;
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) p.linear(batch, sizes[i], sizes[i + 1], i > 0);
    return p;
}

Products vit_products(const VitSizes& s) {
    Products p;
    const std::size_t rows = s.batch * s.tokens;
    p.linear(s.batch * (s.tokens - 1), s.patch_size, s.width, false);
    for (std::size_t b = 0; b < s.blocks; ++b) {
        p.linear(rows, s.width, 3 * s.width);
        p.attention(s.batch, s.tokens, s.width, s.heads);
        p.linear(rows, s.width, s.width);
        p.linear(rows, s.width, 4 * s.width);
        p.linear(rows, 4 * s.width, s.width);
    }
    p.linear(s.batch, s.width, s.classes);
    return p;
}

}  // namespace bench
