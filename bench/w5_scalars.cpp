// W5: recording, differentiating and freeing programs on scalars, per node; the floor is a flat tape of fixed size. All must
// find the same gradient.
#include <string>

#include "floors/flat_tape.hpp"
#include "harness.hpp"
#include "peers/src/scalar_programs.hpp"
#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;

namespace {

/// d f / d x by the library, from new leaves to the freed tape.
struct Sevenfold {
    static constexpr const char* name = "sevenfold";
    template <class F>
    static std::vector<double> gradient(const std::vector<double>& x, const F& f) {
        Tape<double> tape;
        std::vector<Variable<double>> inputs;
        for (const double v : x) inputs.push_back(leaf(Array<double>(v)));
        tape.backward(f(inputs.data()));
        std::vector<double> g;
        for (const auto& input : inputs) g.push_back(input.grad().item());
        return g;
    }
};
struct Floor {
    static constexpr const char* name = "floor";
    template <class F>
    static std::vector<double> gradient(const std::vector<double>& x, const F& f) {
        return bench::flat::gradient(x, f);
    }
};

struct Memory {
    double kept = 0, peak = 0;  // bytes of a node after the first chain, and while it was there
};

const auto chain = [](const auto* x) { return scalars::chain(x); };
const auto rosenbrock = [](const auto* x) { return scalars::rosenbrock(x); };

/// What the first chain of this process takes.
template <class Engine>
Memory memory_of_chain() {
    const double before = bench::resident_bytes();
    Engine::gradient(scalars::chain_start(), chain);
    return {(bench::resident_bytes() - before) / scalars::chain_nodes,
            (bench::peak_resident_bytes() - before) / scalars::chain_nodes};
}

template <class Engine>
void measure(bench::Program& program, const Memory* memory) {
    const auto add = [&](const std::string& name, long nodes, const std::vector<double>& x, auto f,
                         const Memory* bytes) {
        program.add({Engine::name, name + " ns_per_node", "ns", 1e-9 * static_cast<double>(nodes)},
                    [=](benchmark::State& state) {
                        std::vector<double> g;
                        for (auto _ : state) g = Engine::gradient(x, f);
                        state.counters["checksum"] = scalars::checksum(g);
                        if (!bytes) return;
                        state.counters["bytes_per_node_rss"] = bytes->kept;
                        state.counters["bytes_per_node_peak"] = bytes->peak;
                    });
    };
    const auto mlp = [d = scalars::data()](const auto* p) { return scalars::mlp(p, d); };
    add("a mlp-2-16-16-1", scalars::mlp_nodes, scalars::data().parameters, mlp, nullptr);
    add("b chain-1M", scalars::chain_nodes, scalars::chain_start(), chain, memory);
    add("c rosenbrock-1000", scalars::rosenbrock_nodes, scalars::rosenbrock_start(), rosenbrock, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    bench::Program program("W5", "Gradients of programs on scalars, per node.");
    program.parse(argc, argv);
    const Memory memory = memory_of_chain<Sevenfold>();
    measure<Sevenfold>(program, &memory);
    measure<Floor>(program, nullptr);
    return program.run();
}
