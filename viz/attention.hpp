// Where a vision transformer looks.
#pragma once

#include "sevenfold/nn/vit.hpp"
#include "sevenfold/viz/report.hpp"

namespace sevenfold::viz {

/// Attention roll-out (Abnar and Zuidema 2020, equation 1): how much each position of the last block's result is made of each
/// position of the first block's input. In every block attention, averaged over heads, is half of what passes, the way around it
/// the other half; the blocks' matrices are multiplied. `weights`: (N, heads, T, T) for each block; result: (N, T, T), rows sum to 1.
/// Throws ShapeError for no blocks or other shapes.
template <class T>
Array<T> attention_rollout(const std::vector<Array<T>>& weights);

/// Cosine of the angle between the embeddings of each two patches' positions: (P, P), without the class token's.
template <class T>
Array<double> position_similarity(const Vit<T>& model);

/// For each image (N, H, W) with its patches (N, P, S): what the class token looks at in every block and head over the image, the
/// roll-out through all blocks; and the similarity of position embeddings. Patches are squares, row by row, that fill the image.
template <class T>
Section attention_maps(Vit<T>& model, const Array<T>& images, const Array<T>& as_patches);

}  // namespace sevenfold::viz
