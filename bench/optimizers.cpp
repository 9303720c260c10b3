// One step of each rule over 1 and 10 million floats, beside a loop written by hand for the same formula: what is
// between the two is the price of the optimizer. Bytes are those that must pass: each array read, and written where it
// changes.
#include <benchmark/benchmark.h>

#include <cmath>

#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;

namespace {

constexpr std::size_t million = 1'000'000;

void optimizer_step(benchmark::State& state, const NamedRule& rule, int streams) {
    const auto n = static_cast<std::size_t>(state.range(0)) * million;
    auto w = leaf(Random(1).uniform<float>({n}));
    w.set_grad(Random(2).uniform<float>({n}, -1, 1));
    auto optimizer = make_optimizer<float>(rule.name, {w});
    optimizer->step();  // makes what it keeps
    for (auto _ : state) optimizer->step();
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * n * sizeof(float)) * streams);
}

struct Arrays {
    explicit Arrays(std::size_t size)
        : n(size),
          w(Random(1).uniform<float>({n})),
          g(Random(2).uniform<float>({n}, -1, 1)),
          a(Array<float>::zeros({n})),
          b(a) {}
    std::size_t n;
    Array<float> w, g, a, b;
};

// Calls loop(n, w, g, a, b) compiled for the machine at hand, as the rules are.
template <class Loop>
void by_hand(benchmark::State& state, int streams, Loop loop) {
    Arrays x(static_cast<std::size_t>(state.range(0)) * million);
    const float* g = x.g.data();
    for (auto _ : state) {
        simd::run([=, n = x.n, w = x.w.data(), a = x.a.data(), b = x.b.data()]()
                      SEVENFOLD_INLINE { loop(n, w, g, a, b); });
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * x.n * sizeof(float)) * streams);
}

constexpr auto sgd = [](std::size_t n, float* w, const float* g, float*, float*) SEVENFOLD_INLINE {
    for (std::size_t i = 0; i < n; ++i) w[i] -= 0.1f * g[i];
};
constexpr auto momentum = [](std::size_t n, float* w, const float* g, float* v, float*) SEVENFOLD_INLINE {
    for (std::size_t i = 0; i < n; ++i) w[i] -= 0.01f * (v[i] = 0.9f * v[i] + g[i]);
};
constexpr auto nesterov = [](std::size_t n, float* w, const float* g, float* v, float*) SEVENFOLD_INLINE {
    for (std::size_t i = 0; i < n; ++i) {
        v[i] = 0.9f * v[i] + g[i];
        w[i] -= 0.01f * (g[i] + 0.9f * v[i]);
    }
};
constexpr auto adagrad = [](std::size_t n, float* w, const float* g, float* s, float*) SEVENFOLD_INLINE {
    for (std::size_t i = 0; i < n; ++i) {
        s[i] += g[i] * g[i];
        w[i] -= 0.01f * g[i] / (std::sqrt(s[i]) + 1e-10f);
    }
};
constexpr auto adadelta = [](std::size_t n, float* w, const float* g, float* s, float* u) SEVENFOLD_INLINE {
    for (std::size_t i = 0; i < n; ++i) {
        s[i] = 0.9f * s[i] + 0.1f * g[i] * g[i];
        const float d = std::sqrt((u[i] + 1e-6f) / (s[i] + 1e-6f)) * g[i];
        u[i] = 0.9f * u[i] + 0.1f * d * d;
        w[i] -= d;
    }
};
constexpr auto rmsprop = [](std::size_t n, float* w, const float* g, float* s, float*) SEVENFOLD_INLINE {
    for (std::size_t i = 0; i < n; ++i) {
        s[i] = 0.99f * s[i] + 0.01f * g[i] * g[i];
        w[i] -= 0.001f * g[i] / (std::sqrt(s[i]) + 1e-8f);
    }
};
constexpr auto adam = [](std::size_t n, float* w, const float* g, float* m, float* v) SEVENFOLD_INLINE {
    for (std::size_t i = 0; i < n; ++i) {
        m[i] = 0.9f * m[i] + 0.1f * g[i];
        v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
        w[i] -= 0.001f * m[i] / (std::sqrt(v[i]) + 1e-8f);
    }
};

// w and g, and each array that is kept: read; all but g written.
template <class Loop>
void compare(std::string_view name, int kept, Loop loop) {
    for (const NamedRule& rule : named_rules()) {
        if (rule.name != name) continue;
        const int streams = 3 + 2 * kept;
        const std::string title(name);
        benchmark::RegisterBenchmark((title + "/rule").c_str(), optimizer_step, rule, streams)->Arg(1)->Arg(10);
        benchmark::RegisterBenchmark((title + "/by hand").c_str(), by_hand<Loop>, streams, loop)->Arg(1)->Arg(10);
    }
}

}  // namespace

int main(int argc, char** argv) {
    compare("sgd", 0, sgd);
    compare("momentum", 1, momentum);
    compare("nesterov", 1, nesterov);
    compare("adagrad", 1, adagrad);
    compare("adadelta", 2, adadelta);
    compare("rmsprop", 1, rmsprop);
    compare("adam", 2, adam);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
}
