#include <doctest/doctest.h>

#include <map>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/viz/layers.hpp"

using namespace sevenfold;
using viz::Cell;
using viz::Edge;

namespace {

struct Where {
    std::map<std::size_t, std::size_t> item;                // its layer
    std::map<std::size_t, std::vector<std::size_t>> edges;  // the layers that an edge passes
};

Where where(const std::vector<std::vector<Cell>>& layers) {
    Where out;
    for (std::size_t l = 0; l < layers.size(); ++l)
        for (const Cell& cell : layers[l])
            if (cell.is_edge)
                out.edges[cell.index].push_back(l);
            else
                CHECK(out.item.emplace(cell.index, l).second);
    return out;
}

}  // namespace

TEST_CASE("in a layered drawing every item stands once, edges point down, and hold a place in each layer they pass") {
    Random random(5);
    for (int round = 0; round < 50; ++round) {
        const std::size_t items = 1 + random.below(30);
        std::vector<Edge> edges;
        for (std::size_t to = 1; to < items; ++to)
            for (std::size_t from = 0; from < to; ++from)
                if (random.uniform() < 0.15) edges.emplace_back(from, to);
        const Where at = where(viz::layered(items, edges));
        CHECK(at.item.size() == items);
        for (std::size_t e = 0; e < edges.size(); ++e) {
            std::vector<std::size_t> between;
            for (std::size_t l = at.item.at(edges[e].first) + 1; l < at.item.at(edges[e].second); ++l)
                between.push_back(l);
            CHECK(at.item.at(edges[e].first) < at.item.at(edges[e].second));
            CHECK((at.edges.contains(e) ? at.edges.at(e) : std::vector<std::size_t>()) == between);
        }
    }
}

TEST_CASE("an item without predecessors stands right above the first that needs it") {
    const Where at = where(viz::layered(5, {{0, 1}, {1, 2}, {2, 4}, {3, 4}}));
    CHECK(at.item.at(3) == at.item.at(4) - 1);
}

TEST_CASE("items where edges come in from outside stand in the top layer") {
    const Where at = where(viz::layered(5, {{0, 4}, {1, 2}, {2, 3}, {3, 4}}, 2));
    CHECK(at.item.at(0) == 0);
    CHECK(at.item.at(1) == 0);
    CHECK(at.edges.at(0) == std::vector<std::size_t>{1, 2});
}

TEST_CASE("crossings that need not be are removed") {
    // 0 -> 3 and 1 -> 2 cross unless one pair changes places.
    const auto layers = viz::layered(4, {{0, 3}, {1, 2}});
    REQUIRE(layers.size() == 2);
    CHECK((layers[0][0].index == 0) == (layers[1][0].index == 3));
}

TEST_CASE("an empty drawing has no layers, and an edge up is refused") {
    CHECK(viz::layered(0, {}).empty());
    CHECK_THROWS_WITH_AS(viz::layered(3, {{2, 1}}),
                         "[layered] an edge from 2 to 1 among 3 items: edges lead from a lower to a higher number.",
                         ValueError);
}
