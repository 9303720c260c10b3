// Whole training steps beside their floor, the bare calls of OpenBLAS's sgemm of the same step on memory of their own: one table with
// ratios. Runs are interleaved and medians taken, for machines are noisy; read the ratios.
//
//     build/bench/steps                                  the table
//     build/bench/steps --benchmark_filter=vit64         one workload; all of Google Benchmark's flags work
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "sevenfold/autograd/kernels/blas.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/micro_batches.hpp"

using namespace sevenfold;

namespace {

/// The matrix products of a training step, to be repeated.
class Products {
  public:
    float* buffer(std::size_t size) {
        buffers_.push_back(Random(buffers_.size()).uniform<float>({size}, -0.1, 0.1));
        return buffers_.back().data();
    }
    void add(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
             const float* b, std::size_t ldb, float* c, std::size_t ldc) {
        calls_.push_back({ta, tb, m, n, k, lda, ldb, ldc, a, b, c});
    }
    // Nothing that is read has been written here, or the numbers would shrink from layer to layer until they are
    // denormal, which is slow. A real step reads as many different arrays.

    /// Forward and backward of a linear layer with W (out, in).
    void linear(std::size_t rows, std::size_t in, std::size_t out, bool input_gradient) {
        const float *x = buffer(rows * in), *w = buffer(out * in), *dy = buffer(rows * out);
        add(false, true, rows, out, in, x, in, w, in, buffer(rows * out), out);
        add(true, false, out, in, rows, dy, out, x, in, buffer(out * in), in);
        if (input_gradient) add(false, false, rows, in, out, dy, out, w, in, buffer(rows * in), in);
    }
    /// Forward and backward of attention, one product per sample and head, in place in (rows, 3 width).
    void attention(std::size_t samples, std::size_t t, std::size_t width, std::size_t heads) {
        const std::size_t d = width / heads, ld = 3 * width;
        const float *qkv = buffer(samples * t * ld), *dout = buffer(samples * t * width);
        const float *weights = buffer(samples * heads * t * t), *dscores = buffer(samples * heads * t * t);
        float *dqkv = buffer(samples * t * ld), *out = buffer(samples * t * width);
        float *scores = buffer(samples * heads * t * t), *dweights = buffer(samples * heads * t * t);
        for (std::size_t s = 0; s < samples; ++s)
            for (std::size_t h = 0; h < heads; ++h) {
                const std::size_t of_q = s * t * ld + h * d, of_out = s * t * width + h * d,
                                  of_p = (s * heads + h) * t * t;
                const float *q = qkv + of_q, *k = q + width, *v = k + width, *p = weights + of_p, *dp = dscores + of_p;
                float *dq = dqkv + of_q, *dk = dq + width, *dv = dk + width;
                add(false, true, t, t, d, q, ld, k, ld, scores + of_p, t);
                add(false, false, t, d, t, p, t, v, ld, out + of_out, width);
                add(false, true, t, t, d, dout + of_out, width, v, ld, dweights + of_p, t);
                add(true, false, t, d, t, p, t, dout + of_out, width, dv, ld);
                add(false, false, t, d, t, dp, t, k, ld, dq, ld);
                add(true, false, t, d, t, dp, t, q, ld, dk, ld);
            }
    }
    void run() const {
        for (const Call& c : calls_)
            blas::gemm(c.ta, c.tb, c.m, c.n, c.k, 1.0f, c.a, c.lda, c.b, c.ldb, 0.0f, c.c, c.ldc);
    }

  private:
    struct Call {
        bool ta, tb;
        std::size_t m, n, k, lda, ldb, ldc;
        const float *a, *b;
        float* c;
    };
    std::vector<Call> calls_;
    std::deque<Array<float>> buffers_;
};

constexpr std::size_t batch = 64, patch_count = 49, patch_size = 16;

void floor_mlp784(benchmark::State& state) {
    Products p;
    p.linear(batch, 784, 256, false);
    p.linear(batch, 256, 128, true);
    p.linear(batch, 128, 10, true);
    for (auto _ : state) p.run();
}

void floor_vit(benchmark::State& state, std::size_t width, std::size_t blocks) {
    Products p;
    const std::size_t t = patch_count + 1, rows = batch * t, heads = 4;
    p.linear(batch * patch_count, patch_size, width, false);
    for (std::size_t b = 0; b < blocks; ++b) {
        p.linear(rows, width, 3 * width, true);
        p.attention(batch, t, width, heads);
        p.linear(rows, width, width, true);
        p.linear(rows, width, 4 * width, true);
        p.linear(rows, 4 * width, width, true);
    }
    p.linear(batch, width, 10, true);
    for (auto _ : state) p.run();
}

void train(benchmark::State& state, Module<float>& model, Optimizer<float>& optimizer, const auto& loss_of) {
    const auto step = [&] {
        Tape tape;
        const auto loss = loss_of(model);
        optimizer.zero_grad();
        tape.backward(loss, {.release = true});
        optimizer.step();
    };
    for (int i = 0; i < 3; ++i) step();  // fills the pool
    for (auto _ : state) step();
}

Labels some_classes() {
    Labels classes(Shape{batch});
    for (std::size_t i = 0; i < batch; ++i) classes(i) = static_cast<std::int64_t>(i % 10);
    return classes;
}

void mlp784(benchmark::State& state) {
    Random random(1);
    Mlp<float> model({784, 256, 128, 10}, Activation::relu, random);
    Adam<float> optimizer(model.parameters());
    const Array<float> x = random.uniform<float>({batch, 784});
    const Labels classes = some_classes();
    train(state, model, optimizer, [&](auto& m) { return cross_entropy(m(x), classes); });
}

// `rows` of the batch at a time (0: all), on `threads` threads.
void vit(benchmark::State& state, std::size_t width, std::size_t blocks, std::size_t rows, std::size_t threads) {
    Random random(1);
    VitConfig config{.patches = patch_count,
                     .patch_size = patch_size,
                     .classes = 10,
                     .blocks = blocks,
                     .layer = {.width = width, .heads = 4, .hidden = 4 * width}};
    Vit<float> model(config, random);
    Adam<float> optimizer(model.parameters());
    Batch<float> all{random.uniform<float>({batch, patch_count, patch_size}), some_classes(), {}, {}};
    all.rows.resize(batch);
    MicroBatches<float> parts(model, classification<float>(), rows, threads);
    const auto step = [&] {
        optimizer.zero_grad();
        parts.backward(all);
        optimizer.step();
    };
    for (int i = 0; i < 3; ++i) step();
    for (auto _ : state) step();
}

void mlp30(benchmark::State& state, std::size_t rows, bool adam) {
    Random random(1);
    Mlp<float> model({1, 30, 30, 1}, Activation::tanh, random);
    std::unique_ptr<Optimizer<float>> optimizer;
    if (adam)
        optimizer = std::make_unique<Adam<float>>(model.parameters());
    else
        optimizer = std::make_unique<Sgd<float>>(model.parameters());
    const Array<float> x = random.uniform<float>({rows, 1}), y = random.uniform<float>({rows, 1});
    train(state, model, *optimizer, [&](auto& m) { return mse(m(x), y); });
}

constexpr int chain_length = 1'000'000;

// y = y a, y = y + b, half a million times; x, a and b are leaves.
void scalar_chain(benchmark::State& state) {
    const auto x = leaf(Array<float>(1.0f)), a = leaf(Array<float>(0.999999f)), b = leaf(Array<float>(1e-6f));
    for (auto _ : state) {
        Tape tape;
        Variable<float> y = x;
        for (int i = 0; i < chain_length / 2; ++i) {
            y = y * a;
            y = y + b;
        }
        tape.backward(y);
        benchmark::DoNotOptimize(a.grad().item());
    }
}

struct Workload {
    std::string name, says;
    double unit;  // nanoseconds in one unit of what is shown
    std::string unit_name;
    double limit;       // what the project promises: a ratio to the floor, or an amount
    std::string floor;  // the row it is compared with, if any
};
const std::vector<Workload> workloads = {
    {"mlp784", "MLP 784-256-128-10, batch 64, Adam", 1e6, "ms a step", 1.2, "mlp784_floor"},
    {"vit64", "ViT width 64, 4 blocks, 4 heads, batch 64, Adam", 1e6, "ms a step", 1.2, "vit64_floor"},
    {"vit64_4", "  4 rows at a time", 1e6, "ms a step", 0.95, "vit64_floor"},
    {"vit64_8", "  8 rows at a time", 1e6, "ms a step", 0.95, "vit64_floor"},
    {"vit64_8_two", "  8 rows at a time, two threads", 1e6, "ms a step", 0.55, "vit64_floor"},
    {"vit16", "ViT width 16, 1 block, 4 heads, batch 64, Adam", 1e6, "ms a step", 1.7, "vit16_floor"},
    {"vit16_8", "  8 rows at a time", 1e6, "ms a step", 1.0, "vit16_floor"},
    {"vit16_8_two", "  8 rows at a time, two threads", 1e6, "ms a step", 0, "vit16_floor"},
    {"mlp30", "MLP 1-30-30-1, batch 32, Adam", 1e3, "µs a step", 8, ""},
    {"mlp30one", "MLP 1-30-30-1, batch 1, SGD", 1e3, "µs a step", 0, ""},
    {"chain", "scalar chain: record, backward, free", static_cast<double>(chain_length), "ns a node", 40, ""},
};

/// Collects medians and prints the table at the end.
class Table : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs)
            if (run.run_type == Run::RT_Iteration)
                times_[run.run_name.function_name].push_back(run.GetAdjustedRealTime());
    }
    void Finalize() override {
        std::printf("%-50s %22s %12s %7s %7s\n", "workload (medians, spread of the runs)", "sevenfold", "floor",
                    "ratio", "limit");
        for (const Workload& w : workloads) {
            if (!times_.contains(w.name)) continue;
            const auto [low, median, high] = summary(times_[w.name]);
            std::printf("%-50s %7.3f (%.3g to %.3g)", w.says.c_str(), median / w.unit, low / w.unit, high / w.unit);
            if (times_.contains(w.floor)) {
                const double floor = std::get<1>(summary(times_[w.floor]));
                std::printf(" %12.3f %7.2f", floor / w.unit, median / floor);
                if (w.limit > 0) std::printf(" %7.2f", w.limit);
            } else if (w.limit > 0) {
                std::printf(" %28.1f", w.limit);
            }
            std::printf("   %s\n", w.unit_name.c_str());
        }
        std::printf("one thread, unless two are named; %s loops; %s\n", simd::name(simd::level()),
                    blas::version().c_str());
    }

  private:
    static std::tuple<double, double, double> summary(std::vector<double> t) {
        std::sort(t.begin(), t.end());
        return {t.front(), t[t.size() / 2], t.back()};
    }
    std::map<std::string, std::vector<double>> times_;
};

}  // namespace

int main(int argc, char** argv) {
    std::vector<char*> args(argv, argv + argc);
    std::string interleave = "--benchmark_enable_random_interleaving=true", repeat = "--benchmark_repetitions=7",
                time = "--benchmark_min_time=0.3";
    args.insert(args.begin() + 1, {interleave.data(), repeat.data(), time.data()});
    int count = static_cast<int>(args.size());
    benchmark::RegisterBenchmark("mlp784_floor", floor_mlp784);
    benchmark::RegisterBenchmark("mlp784", mlp784);
    benchmark::RegisterBenchmark("vit64_floor", [](benchmark::State& s) { floor_vit(s, 64, 4); });
    benchmark::RegisterBenchmark("vit64", [](benchmark::State& s) { vit(s, 64, 4, 0, 1); });
    benchmark::RegisterBenchmark("vit64_4", [](benchmark::State& s) { vit(s, 64, 4, 4, 1); });
    benchmark::RegisterBenchmark("vit64_8", [](benchmark::State& s) { vit(s, 64, 4, 8, 1); });
    benchmark::RegisterBenchmark("vit64_8_two", [](benchmark::State& s) { vit(s, 64, 4, 8, 2); })->UseRealTime();
    benchmark::RegisterBenchmark("vit16_floor", [](benchmark::State& s) { floor_vit(s, 16, 1); });
    benchmark::RegisterBenchmark("vit16", [](benchmark::State& s) { vit(s, 16, 1, 0, 1); });
    benchmark::RegisterBenchmark("vit16_8", [](benchmark::State& s) { vit(s, 16, 1, 8, 1); });
    benchmark::RegisterBenchmark("vit16_8_two", [](benchmark::State& s) { vit(s, 16, 1, 8, 2); })->UseRealTime();
    benchmark::RegisterBenchmark("mlp30", [](benchmark::State& s) { mlp30(s, 32, true); });
    benchmark::RegisterBenchmark("mlp30one", [](benchmark::State& s) { mlp30(s, 1, false); });
    benchmark::RegisterBenchmark("chain", scalar_chain);
    benchmark::Initialize(&count, args.data());
    if (benchmark::ReportUnrecognizedArguments(count, args.data())) return 1;
    Table table;
    benchmark::RunSpecifiedBenchmarks(&table);
}
