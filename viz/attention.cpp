#include "sevenfold/viz/attention.hpp"

#include <cmath>

namespace sevenfold::viz {
namespace {

// Mean over the heads of one sample.
template <class T>
std::vector<double> mean_head(const Array<T>& weights, std::size_t sample) {
    const std::size_t heads = weights.shape(1), square = weights.shape(2) * weights.shape(3);
    std::vector<double> out(square, 0.0);
    for (std::size_t h = 0; h < heads; ++h)
        for (std::size_t i = 0; i < square; ++i)
            out[i] +=
                static_cast<double>(weights.data()[(sample * heads + h) * square + i]) / static_cast<double>(heads);
    return out;
}

// How many patches stand side by side in an image (H, W): P = down · across, H / down = W / across.
struct Grid {
    std::size_t down, across;
    Grid(std::size_t patches, std::size_t height, std::size_t width) {
        for (std::size_t side = 1; side <= std::min(height, width); ++side)
            if (height % side == 0 && width % side == 0 && (height / side) * (width / side) == patches) {
                down = height / side, across = width / side;
                return;
            }
        fail<ShapeError>("attention_maps", text(patches, " patches of an image ", height, " x ", width),
                         "patches are squares that fill the image");
    }
};

// Attention to each patch as colours; the image over it as dots, larger where it is brighter.
template <class T>
Figure over_image(std::string title, const Array<double>& look, const Array<T>& image) {
    const double height = static_cast<double>(image.shape(0)), width = static_cast<double>(image.shape(1));
    HeatMap map{.name = "attention", .values = look, .low = 0};
    map.x_low = map.y_low = -0.5, map.x_high = width - 0.5, map.y_high = height - 0.5;
    Points dots{.name = "", .colour = Colour::red};
    const double largest = 130 / width;
    for (std::size_t y = 0; y < image.shape(0); ++y)
        for (std::size_t x = 0; x < image.shape(1); ++x) {
            const double ink = static_cast<double>(image(y, x));
            if (!(ink > 0.1)) continue;
            dots.x.push_back(static_cast<double>(x)), dots.y.push_back(static_cast<double>(y));
            dots.radii.push_back(largest * std::sqrt(ink) * 0.8);
        }
    return {.title = std::move(title),
            .x = {.title = "column (pixels)", .whole = true},
            .y = {.title = "row (pixels)", .whole = true, .down = true},
            .marks = {map, dots},
            .width = 380,
            .equal = true};
}

// From the class token, position 0, to each patch.
template <class Weights>
Array<double> class_token_looks(const Grid& grid, Weights&& at) {
    Array<double> out(Shape{grid.down, grid.across});
    for (std::size_t p = 0; p < out.size(); ++p) out.data()[p] = static_cast<double>(at(1 + p));
    return out;
}

}  // namespace

template <class T>
Array<T> attention_rollout(const std::vector<Array<T>>& weights) {
    if (weights.empty() || weights[0].rank() != 4 || weights[0].shape(2) != weights[0].shape(3))
        fail<ShapeError>("attention_rollout", weights.empty() ? "no blocks" : weights[0].shape().str(),
                         "the weights of a block are (N, heads, T, T)");
    const std::size_t samples = weights[0].shape(0), n = weights[0].shape(2);
    Array<T> out(Shape{samples, n, n});
    for (std::size_t s = 0; s < samples; ++s) {
        std::vector<double> rolled(n * n, 0.0), next(n * n);
        for (std::size_t i = 0; i < n; ++i) rolled[i * n + i] = 1;
        for (const Array<T>& block : weights) {
            if (block.shape() != weights[0].shape())
                fail<ShapeError>("attention_rollout", text(block.shape(), " after ", weights[0].shape()),
                                 "all blocks have the same shape");
            const std::vector<double> attention = mean_head(block, s);
            for (std::size_t i = 0; i < n; ++i)
                for (std::size_t j = 0; j < n; ++j) {
                    double sum = rolled[i * n + j];  // the way around attention
                    for (std::size_t k = 0; k < n; ++k) sum += attention[i * n + k] * rolled[k * n + j];
                    next[i * n + j] = sum / 2;
                }
            rolled.swap(next);
        }
        for (std::size_t i = 0; i < n * n; ++i) out.data()[s * n * n + i] = static_cast<T>(rolled[i]);
    }
    return out;
}

template <class T>
Array<double> position_similarity(const Vit<T>& model) {
    const Array<T>& all = model.positions.value();  // (1, P + 1, D)
    const std::size_t patches = all.shape(1) - 1, width = all.shape(2);
    const T* const first = all.data() + width;
    const auto dot = [&](std::size_t a, std::size_t b) {
        double sum = 0;
        for (std::size_t d = 0; d < width; ++d)
            sum += static_cast<double>(first[a * width + d]) * static_cast<double>(first[b * width + d]);
        return sum;
    };
    Array<double> out(Shape{patches, patches});
    for (std::size_t a = 0; a < patches; ++a)
        for (std::size_t b = 0; b < patches; ++b) out(a, b) = dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
    return out;
}

template <class T>
Section attention_maps(Vit<T>& model, const Array<T>& images, const Array<T>& as_patches) {
    const std::vector<Array<T>> weights = model.attention_weights(as_patches);
    const Array<T> rollout = attention_rollout(weights);
    const std::size_t heads = weights[0].shape(1);
    const Grid grid(model.config.patches, images.shape(1), images.shape(2));
    Section out{"Where the transformer looks", {}};
    out.parts.push_back(
        Paragraph{"Colours say how much the class token, from which the answer is read, looks at each patch; dots are "
                  "the image. Each head "
                  "of each block looks in its own way. Roll-out (Abnar and Zuidema 2020) follows attention through all "
                  "blocks, where half "
                  "of what passes a block goes around its attention."});
    for (std::size_t i = 0; i < images.shape(0); ++i) {
        const Array<T> image = images.row(i);
        Slides slides{.title = text("Image ", i + 1, ": attention of the class token"), .label = "block, head"};
        for (std::size_t b = 0; b < weights.size(); ++b)
            for (std::size_t h = 0; h < heads; ++h)
                slides.slides.push_back(
                    {text(b + 1, ", ", h + 1),
                     over_image(text("Block ", b + 1, ", head ", h + 1),
                                class_token_looks(grid, [&](std::size_t at) { return weights[b](i, h, 0, at); }),
                                image)});
        out.parts.push_back(std::move(slides));
        out.parts.push_back(over_image(text("Image ", i + 1, ": roll-out through all blocks"),
                                       class_token_looks(grid, [&](std::size_t at) { return rollout(i, 0, at); }),
                                       image));
    }
    const HeatMap map{
        .name = "cosine", .values = position_similarity(model), .scale = Scale::diverging, .low = -1.0, .high = 1.0};
    out.parts.push_back(Figure{.title = "Similarity of the patches' position embeddings",
                               .x = {.title = "patch, row by row", .whole = true},
                               .y = {.title = "patch, row by row", .whole = true, .down = true},
                               .marks = {map},
                               .equal = true});
    return out;
}

template Array<float> attention_rollout(const std::vector<Array<float>>&);
template Array<double> attention_rollout(const std::vector<Array<double>>&);
template Array<double> position_similarity(const Vit<float>&);
template Array<double> position_similarity(const Vit<double>&);
template Section attention_maps(Vit<float>&, const Array<float>&, const Array<float>&);
template Section attention_maps(Vit<double>&, const Array<double>&, const Array<double>&);

}  // namespace sevenfold::viz
