// Times the programs of scalar_programs.hpp for one library.
#pragma once

#include "peer_common.hpp"
#include "scalar_programs.hpp"

namespace scalars {

/// `gradient(x, f)` gives d f / d x at x, where f takes a pointer to the library's numbers. The last three say how often each
/// program is measured: chain; the others, and how many times in one measurement.
template <class Gradient>
void measure(const char* peer, Gradient gradient, int chain_runs = 7, int runs = 9, int inner = 20) {
    const auto chain_of = [](const auto* x) { return chain(x); };
    const auto rosenbrock_of = [](const auto* x) { return rosenbrock(x); };
    const auto mlp_of = [d = data()](const auto* p) { return mlp(p, d); };
    char extra[120];
    std::vector<double> g;

    const double before = pc::cur_rss_bytes();
    g = gradient(chain_start(), chain_of);
    const double kept = pc::cur_rss_bytes() - before, peak = pc::peak_rss_mb() * 1048576 - before;
    auto s = pc::bench([&] { g = gradient(chain_start(), chain_of); }, chain_runs, 1);
    std::snprintf(extra, sizeof extra,
                  "\"bytes_per_node_rss\": %.1f, \"bytes_per_node_peak\": %.1f, \"checksum\": %.9g", kept / chain_nodes,
                  peak / chain_nodes, checksum(g));
    pc::emit("W5", peer, "b chain-1M ns_per_node", pc::scale(s, 1e9 / chain_nodes), "ns", extra);

    const auto parameters = data().parameters;
    s = pc::bench([&] { g = gradient(parameters, mlp_of); }, runs, inner);
    std::snprintf(extra, sizeof extra, "\"checksum\": %.9g", checksum(g));
    pc::emit("W5", peer, "a mlp-2-16-16-1 ns_per_node", pc::scale(s, 1e9 / mlp_nodes), "ns", extra);

    const auto x = rosenbrock_start();
    s = pc::bench([&] { g = gradient(x, rosenbrock_of); }, runs, inner * 5);
    std::snprintf(extra, sizeof extra, "\"checksum\": %.9g", checksum(g));
    pc::emit("W5", peer, "c rosenbrock-1000 ns_per_node", pc::scale(s, 1e9 / rosenbrock_nodes), "ns", extra);
}

}  // namespace scalars
