#include "sevenfold/viz/layers.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "sevenfold/autograd/error.hpp"

namespace sevenfold::viz {
namespace {

// The longest way down to each item; then items without predecessors sink to just above their first use.
std::vector<std::size_t> layer_of_items(std::size_t items, const std::vector<Edge>& edges, std::size_t entries) {
    std::vector<Edge> sorted = edges;
    std::ranges::sort(sorted);
    std::vector<std::size_t> layer(items, 0), incoming(items, 0);
    for (const auto& [from, to] : sorted) {
        layer[to] = std::max(layer[to], layer[from] + 1);
        ++incoming[to];
    }
    for (std::size_t i = entries; i < items; ++i) {
        if (incoming[i] > 0) continue;
        std::size_t first = layer[i] + 1;
        bool used = false;
        for (const auto& [from, to] : sorted)
            if (from == i) first = used ? std::min(first, layer[to]) : layer[to], used = true;
        layer[i] = first - 1;
    }
    return layer;
}

struct Drawing {
    std::vector<std::vector<Cell>> layers;
    std::vector<std::vector<std::vector<std::size_t>>> up, down;  // neighbours' numbers in the next layers, by number
    std::vector<std::vector<std::size_t>> order;                  // numbers of each layer's cells, left to right
};

// Cells of one layer move to the mean place of their neighbours in the fixed one; those without stay where they are.
void sort_by_neighbours(std::vector<std::size_t>& order, const std::vector<std::size_t>& fixed,
                        const std::vector<std::vector<std::size_t>>& neighbours) {
    std::vector<double> place(fixed.size()), wish(order.size());
    for (std::size_t i = 0; i < fixed.size(); ++i) place[fixed[i]] = static_cast<double>(i);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::vector<std::size_t>& near = neighbours[order[i]];
        double sum = 0;
        for (std::size_t n : near) sum += place[n];
        wish[order[i]] = near.empty() ? static_cast<double>(i) : sum / static_cast<double>(near.size());
    }
    std::ranges::stable_sort(order, {}, [&](std::size_t cell) { return wish[cell]; });
}

std::size_t crossings(const std::vector<std::size_t>& upper, const std::vector<std::size_t>& lower,
                      const std::vector<std::vector<std::size_t>>& down) {
    std::vector<std::size_t> place(lower.size()), ends;
    for (std::size_t i = 0; i < lower.size(); ++i) place[lower[i]] = i;
    std::size_t count = 0;
    for (std::size_t cell : upper) {
        for (std::size_t to : down[cell])
            count +=
                static_cast<std::size_t>(std::ranges::count_if(ends, [&](std::size_t e) { return e > place[to]; }));
        for (std::size_t to : down[cell]) ends.push_back(place[to]);
    }
    return count;
}

std::size_t crossings(const Drawing& drawing) {
    std::size_t count = 0;
    for (std::size_t l = 0; l + 1 < drawing.layers.size(); ++l)
        count += crossings(drawing.order[l], drawing.order[l + 1], drawing.down[l]);
    return count;
}

}  // namespace

std::vector<std::vector<Cell>> layered(std::size_t items, const std::vector<Edge>& edges, std::size_t entries) {
    for (const auto& [from, to] : edges)
        if (from >= to || to >= items)
            fail<ValueError>("layered", text("an edge from ", from, " to ", to, " among ", items, " items"),
                             "edges lead from a lower to a higher number");
    const std::vector<std::size_t> layer = layer_of_items(items, edges, entries);
    Drawing d;
    const std::size_t depth = items ? *std::ranges::max_element(layer) + 1 : 0;
    d.layers.resize(depth);
    std::vector<std::size_t> number(items);
    for (std::size_t i = 0; i < items; ++i) {
        number[i] = d.layers[layer[i]].size();
        d.layers[layer[i]].push_back({false, i});
    }
    std::vector<std::vector<Edge>> links(depth);  // between a layer and the next, by the cells' numbers
    for (std::size_t e = 0; e < edges.size(); ++e) {
        std::size_t at = number[edges[e].first];
        for (std::size_t l = layer[edges[e].first] + 1; l < layer[edges[e].second]; ++l) {
            links[l - 1].emplace_back(at, d.layers[l].size());
            at = d.layers[l].size();
            d.layers[l].push_back({true, e});
        }
        links[layer[edges[e].second] - 1].emplace_back(at, number[edges[e].second]);
    }
    d.up.resize(depth), d.down.resize(depth), d.order.resize(depth);
    for (std::size_t l = 0; l < depth; ++l) {
        d.up[l].resize(d.layers[l].size()), d.down[l].resize(d.layers[l].size()), d.order[l].resize(d.layers[l].size());
        std::iota(d.order[l].begin(), d.order[l].end(), std::size_t{0});
    }
    for (std::size_t l = 0; l + 1 < depth; ++l)
        for (const auto& [from, to] : links[l]) {
            d.down[l][from].push_back(to);
            d.up[l + 1][to].push_back(from);
        }

    std::vector<std::vector<std::size_t>> best = d.order;
    std::size_t fewest = crossings(d);
    for (int sweep = 0; sweep < 8 && fewest > 0; ++sweep) {
        for (std::size_t l = 1; l < depth; ++l) sort_by_neighbours(d.order[l], d.order[l - 1], d.up[l]);
        for (std::size_t l = depth; l-- > 1;) sort_by_neighbours(d.order[l - 1], d.order[l], d.down[l - 1]);
        if (const std::size_t now = crossings(d); now < fewest) fewest = now, best = d.order;
    }
    std::vector<std::vector<Cell>> out(depth);
    for (std::size_t l = 0; l < depth; ++l)
        for (std::size_t cell : best[l]) out[l].push_back(d.layers[l][cell]);
    return out;
}

}  // namespace sevenfold::viz
