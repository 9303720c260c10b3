// The vision transformer (Dosovitskiy et al. 2021), as small as one wants it: an image is a sequence of patches.
#pragma once

#include "sevenfold/nn/transformer.hpp"

namespace sevenfold {

/// Cuts images (N, C, H, W) into squares: (N, H/size · W/size, C · size²). Patches go row by row over the image, and
/// inside a patch by channel, row, column. Throws ShapeError if `size` does not divide H and W.
template <class T>
Variable<T> patches(const Variable<T>& images, std::size_t size);

struct VitConfig {
    std::size_t patches = 49;     ///< how many an image has: 28 x 28 in squares of 4 gives 7 · 7
    std::size_t patch_size = 16;  ///< numbers in one
    std::size_t classes = 10;
    std::size_t blocks = 2;
    TransformerLayerConfig layer{.width = 16, .heads = 4, .hidden = 32};
};

/// Patches (N, 49, 16) -> tokens (N, 49, D) -> with the class token in front, plus positions (N, 50, D) -> blocks ->
/// logits (N, 10), read off the class token.
template <class T = float>
class Vit : public Module<T> {
  public:
    Vit(const VitConfig& settings, Random& random);
    Variable<T> forward(const Variable<T>& x) override;
    /// What enters the first block: (N, patches + 1, D).
    Variable<T> embed(const Variable<T>& x);
    /// What leaves the last block: (N, patches + 1, D), the class token at position 0.
    Variable<T> encode(const Variable<T>& x);
    /// The attention weights of every block, (N, heads, patches + 1, patches + 1) each. Nothing is recorded.
    std::vector<Array<T>> attention_weights(const Array<T>& x);

    Members<T> members() override;
    std::string describe() const override;

    VitConfig config;
    Linear<T> tokens;
    Parameter<T> class_token;  ///< (1, 1, D), starts in N(0, 0.02²)
    Parameter<T> positions;    ///< (1, patches + 1, D), starts in N(0, 0.02²)
    std::vector<TransformerEncoderLayer<T>> blocks;
    LayerNorm<T> norm;
    Linear<T> head;
};

extern template class Vit<float>;
extern template class Vit<double>;

}  // namespace sevenfold
