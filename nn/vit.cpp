#include "sevenfold/nn/vit.hpp"

#include "sevenfold/autograd/tape.hpp"

#include "sevenfold/nn/init.hpp"

namespace sevenfold {

template <class T>
Variable<T> patches(const Variable<T>& images, std::size_t size) {
    if (images.rank() != 4 || size == 0 || images.shape(2) % size != 0 || images.shape(3) % size != 0)
        fail<ShapeError>("patches", text("images ", images.shape(), " in squares of ", size),
                         "images are (N, C, H, W), and the squares' side divides H and W");
    const std::size_t n = images.shape(0), channels = images.shape(1);
    const std::size_t down = images.shape(2) / size, across = images.shape(3) / size;
    const Variable<T> cut = reshape(images, Shape{n, channels, down, size, across, size});
    return reshape(permute(cut, {0, 2, 4, 1, 3, 5}), Shape{n, down * across, channels * size * size});
}
template Variable<float> patches(const Variable<float>&, std::size_t);
template Variable<double> patches(const Variable<double>&, std::size_t);

template <class T>
Vit<T>::Vit(const VitConfig& settings, Random& random)
    : config(settings),
      tokens(settings.patch_size, settings.layer.width, random),
      class_token(init::truncated_normal<T>({1, 1, settings.layer.width}, random)),
      positions(init::truncated_normal<T>({1, settings.patches + 1, settings.layer.width}, random)),
      norm(settings.layer.width, settings.layer.epsilon),
      head(settings.layer.width, settings.classes, random) {
    blocks.reserve(config.blocks);
    for (std::size_t i = 0; i < config.blocks; ++i) blocks.emplace_back(config.layer, random);
}

template <class T>
Variable<T> Vit<T>::embed(const Variable<T>& x) {
    if (x.rank() != 3 || x.shape(1) != config.patches || x.shape(2) != config.patch_size)
        fail<ShapeError>("Vit", text("x ", x.shape()),
                         text("it takes (N, ", config.patches, ", ", config.patch_size, ")"),
                         "Cut images with patches(images, size).");
    const Variable<T> front = broadcast_to(class_token, {x.shape(0), 1, config.layer.width});
    return concat<T>({front, tokens(x)}, 1) + positions;
}

template <class T>
Variable<T> Vit<T>::encode(const Variable<T>& x) {
    Variable<T> z = embed(x);
    for (TransformerEncoderLayer<T>& block : blocks) z = block(z);
    return z;
}

template <class T>
Variable<T> Vit<T>::forward(const Variable<T>& x) {
    const Variable<T> z = encode(x);
    const Variable<T> class_column = slice(z, {{}, {0, 1}});  // (N, 1, D)
    return head(norm(reshape(class_column, Shape{z.shape(0), z.shape(2)})));
}

template <class T>
std::vector<Array<T>> Vit<T>::attention_weights(const Array<T>& x) {
    NoTape<T> quiet;
    std::vector<Array<T>> weights;
    Variable<T> z = embed(x);
    for (TransformerEncoderLayer<T>& block : blocks) {
        weights.push_back(block.attention_weights(z).value());
        z = block(z);
    }
    return weights;
}

template <class T>
Members<T> Vit<T>::members() {
    Members<T> all{{"tokens", tokens}, {"class_token", class_token}, {"positions", positions}};
    for (std::size_t i = 0; i < blocks.size(); ++i) all.emplace_back(text("blocks.", i), blocks[i]);
    all.emplace_back("norm", norm);
    all.emplace_back("head", head);
    return all;
}

template <class T>
std::string Vit<T>::describe() const {
    return text("Vit(", config.patches, " patches, ", config.blocks, config.blocks == 1 ? " block)" : " blocks)");
}

template class Vit<float>;
template class Vit<double>;

}  // namespace sevenfold
