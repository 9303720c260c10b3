// The floor of a training step: the bare matrix products of its forward and backward, from OpenBLAS, on memory of their own.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "sevenfold/autograd/array.hpp"

namespace bench {

/// Matrix products to be repeated. Nothing that one of them reads is written by another: the numbers would shrink from
/// layer to layer until they are denormal, which is slow. A real step reads as many different arrays.
class Products {
  public:
    /// Forward and backward of a linear layer with W (out, in).
    void linear(std::size_t rows, std::size_t in, std::size_t out, bool input_gradient = true);
    /// Forward and backward of attention, one product per sample and head, in place in (samples, tokens, 3 width).
    void attention(std::size_t samples, std::size_t tokens, std::size_t width, std::size_t heads);

    void run() const;
    double flops() const;  ///< of one run: two for each multiplication with its addition

  private:
    struct Call {
        bool ta, tb;
        std::size_t m, n, k, lda, ldb, ldc;
        const float *a, *b;
        float* c;
    };
    float* buffer(std::size_t size);

    std::vector<Call> calls_;
    std::deque<sevenfold::Array<float>> buffers_;
};

/// An MLP's step: sizes {784, 256, 128, 10}, without the gradient of its input.
Products mlp_products(std::size_t batch, const std::vector<std::size_t>& sizes);

/// The sizes of a vision transformer's step.
struct VitSizes {
    std::size_t batch = 64, width = 64, blocks = 4, heads = 4, tokens = 50, patch_size = 16, classes = 10;
};
Products vit_products(const VitSizes& sizes);

}  // namespace bench
