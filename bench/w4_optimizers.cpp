// W4: a step of each rule over ten arrays, beside a loop written by hand for the same formula. What is between the two is
// the price of the optimizer. After three steps the parameters must agree.
#include <algorithm>
#include <cmath>
#include <deque>
#include <string>

#include "floors/update_rules.hpp"
#include "harness.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;

namespace {

constexpr std::size_t arrays = 10;

Array<float> weights(std::size_t array, std::size_t size) { return Random(array).uniform<float>({size}); }
Array<float> gradients(std::size_t array, std::size_t size) {
    return Random(100 + array).uniform<float>({size}, -1, 1);
}
double sum_of_sizes(const Array<float>& x) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += std::fabs(static_cast<double>(x.data()[i]));
    return sum;
}

void optimizer_step(benchmark::State& state, const bench::HandWrittenRule& rule, std::size_t size) {
    std::vector<Variable<float>> leaves;
    for (std::size_t a = 0; a < arrays; ++a) {
        leaves.push_back(leaf(weights(a, size / arrays)));
        leaves.back().set_grad(gradients(a, size / arrays));
    }
    const auto optimizer = make_optimizer<float>(std::string(rule.rule), leaves, rule.lr);
    for (int t = 0; t < 3; ++t) optimizer->step();
    double checksum = 0;
    for (const auto& w : leaves) checksum += sum_of_sizes(w.value());
    for (auto _ : state) optimizer->step();
    state.counters["checksum"] = checksum;
}

void hand_written_step(benchmark::State& state, const bench::HandWrittenRule& rule, std::size_t size) {
    struct Memory {
        Array<float> w, g, a, b;
    };
    std::deque<Memory> all;
    std::vector<bench::RuleMemory> memory;
    for (std::size_t a = 0; a < arrays; ++a) {
        const std::size_t n = size / arrays;
        Memory& m = all.emplace_back(
            Memory{weights(a, n), gradients(a, n), Array<float>::zeros({n}), Array<float>::zeros({n})});
        memory.push_back({n, m.w.data(), m.g.data(), m.a.data(), m.b.data()});
    }
    int t = 0;
    const auto step = [&] {
        ++t;
        for (const bench::RuleMemory& part : memory) rule.step(part, t);
    };
    for (int i = 0; i < 3; ++i) step();
    double checksum = 0;
    for (const Memory& m : all) checksum += sum_of_sizes(m.w);
    for (auto _ : state) {
        step();
        benchmark::ClobberMemory();
    }
    state.counters["checksum"] = checksum;
    state.counters["bytes_per_param"] = rule.bytes_per_parameter();
}

}  // namespace

int main(int argc, char** argv) {
    bench::Program program("W4", "A step of each update rule, per parameter.");
    std::vector<std::size_t> millions{1, 10};
    std::vector<std::string> only;
    program.option("--millions", &millions, "Parameters in millions");
    program.option("--rule", &only, "sgd, momentum, nag, adagrad, adadelta, rmsprop, adam; none: all");
    program.parse(argc, argv);
    for (const std::size_t count : millions)
        for (const bench::HandWrittenRule& rule : bench::hand_written_rules()) {
            if (program.quick() && count != millions.front()) continue;
            if (!only.empty() && std::ranges::find(only, rule.name) == only.end()) continue;
            const std::size_t size = count * 1'000'000;
            const std::string metric = "ns_per_param " + std::string(rule.name) + " N=" + std::to_string(count) + "M";
            const double unit = 1e-9 * static_cast<double>(size);
            program.add({"sevenfold", metric, "ns", unit}, [=](benchmark::State& s) { optimizer_step(s, rule, size); });
            program.add({"floor", metric, "ns", unit}, [=](benchmark::State& s) { hand_written_step(s, rule, size); });
        }
    return program.run();
}
