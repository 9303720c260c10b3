// Layered drawing of a directed graph without cycles, after Sugiyama, Tagawa and Toda 1981: which layer each item is in, and
// its place there, so that edges point down and cross little. Where exactly the boxes stand, and how large they are, is
// the page's affair.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace sevenfold::viz {

using Edge = std::pair<std::size_t, std::size_t>;  ///< from, to

/// What stands at a place of a layer: an item, or an edge that passes through on its way further down.
struct Cell {
    bool is_edge;
    std::size_t index;  ///< of the item or edge
};

/// Layers from top to bottom, each from left to right. Items are numbered 0 .. items - 1 in an order in which every edge
/// leads to a higher number. An item without predecessors stands right above the first that needs it; but the first
/// `entries` items, where edges come in from outside, stand in the top layer.
/// Throws ValueError for an edge that does not lead from a lower to a higher number.
std::vector<std::vector<Cell>> layered(std::size_t items, const std::vector<Edge>& edges, std::size_t entries = 0);

}  // namespace sevenfold::viz
