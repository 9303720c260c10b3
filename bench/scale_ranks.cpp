// What ranks gain, measured: run it under mpirun -n 1, 2, 4, ..; bench/scale does, and fits the cost model of docs/scale.md.
// --training leaves out all but the steps.
// Rank 0 prints JSON lines. All times are medians over the passes of the slowest rank.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/distributed/session.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/micro_batches.hpp"

using namespace sevenfold;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// The ranks as they are, but for when their sums begin: with the last part's backward (as they do), behind it, or never.
class Timed final : public Communicator {
  public:
    enum class Sums { as_they_are, behind_backward, left_out };
    Timed(Communicator& ranks, Sums when) : ranks_(ranks), when_(when) {}

    std::size_t rank() const override { return ranks_.rank(); }
    std::size_t size() const override { return ranks_.size(); }
    std::vector<std::string> all_gather(std::string mine) override {
        if (when_ == Sums::left_out) return std::vector<std::string>(size(), mine);
        start_all();
        return ranks_.all_gather(std::move(mine));
    }
    std::string broadcast(std::string bytes) override { return ranks_.broadcast(std::move(bytes)); }
    std::unique_ptr<PendingSum> start(VectorSum<float> sum) override {
        if (when_ == Sums::as_they_are) return ranks_.start(std::move(sum));
        auto later = std::make_unique<Later>(*this);
        if (when_ == Sums::behind_backward) waiting_.push_back({later.get(), std::move(sum)});
        return later;
    }
    std::unique_ptr<PendingSum> start(VectorSum<double>) override { return nullptr; }
    void progress() override {
        if (when_ == Sums::as_they_are) ranks_.progress();
    }
    void hand_out(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& work) override {
        ranks_.hand_out(n, threads, work);
    }

  private:
    struct Later final : PendingSum {
        explicit Later(Timed& timed) : timed_(timed) {}
        void wait() override {
            timed_.start_all();
            if (begun) begun->wait();
        }
        Timed& timed_;
        std::unique_ptr<PendingSum> begun;
    };
    void start_all() {
        for (auto& [later, sum] : waiting_) later->begun = ranks_.start(std::move(sum));
        waiting_.clear();
    }
    Communicator& ranks_;
    Sums when_;
    std::vector<std::pair<Later*, VectorSum<float>>> waiting_;
};

// The slowest rank's.
double slowest(double seconds) {
    Archive mine;
    mine(seconds);
    double most = 0;
    for (const std::string& bytes : Communicator::current().all_gather(mine.bytes())) {
        Archive theirs(bytes);
        theirs(seconds);
        most = std::max(most, seconds);
    }
    return most;
}

void report(const std::string& what, double size, const std::vector<double>& seconds) {
    if (!Communicator::current().is_root()) return;
    std::printf("{\"what\": \"%s\", \"ranks\": %zu, \"size\": %.17g, \"seconds\": %.9g, \"least\": %.9g}\n",
                what.c_str(), Communicator::current().size(), size, median(seconds),
                *std::min_element(seconds.begin(), seconds.end()));
    std::fflush(stdout);
}

// The transformer of W2, width 64 with 4 blocks, in parts of 8 rows.
struct Training {
    Training(std::size_t batch_size, SumOrder order)
        : batch{Random(1).normal<float>({batch_size, 49, 16}), Labels::zeros({batch_size}), {}},
          parts(model, classification<float>(), 8, 1, order) {
        for (std::size_t i = 0; i < batch_size; ++i) {
            batch.rows.push_back(i);
            batch.labels(i) = static_cast<std::int64_t>(i % 10);
        }
    }
    void step() {
        optimizer.zero_grad();
        parts.backward(batch);
        optimizer.step();
    }
    Random random{1};
    Vit<float> model{{.patches = 49,
                      .patch_size = 16,
                      .classes = 10,
                      .blocks = 4,
                      .layer = {.width = 64, .heads = 4, .hidden = 256}},
                     random};
    Adam<float> optimizer{model.parameters()};
    Batch<float> batch;
    MicroBatches<float> parts;
};

void measure_training(std::size_t steps) {
    Communicator& ranks = Communicator::current();
    const std::size_t size = ranks.size();
    Timed late(ranks, Timed::Sums::behind_backward), none(ranks, Timed::Sums::left_out);
    struct Way {
        std::string name;
        std::size_t batch;
        SumOrder order;
        Communicator* through;
    };
    std::vector<Way> ways{{"step", 64, SumOrder::fixed, &ranks}};
    if (size == 1) {
        for (const std::size_t batch : {8u, 16u, 32u, 128u, 256u})
            ways.push_back({"step", batch, SumOrder::fixed, &ranks});
    } else {
        ways.push_back({"step, sums in the fastest order", 64, SumOrder::fastest, &ranks});
        ways.push_back({"step, sums behind backward", 64, SumOrder::fixed, &late});
        ways.push_back({"step, no sums", 64, SumOrder::fixed, &none});
        ways.push_back({"step, 64 rows a rank", 64 * size, SumOrder::fixed, &ranks});
    }
    std::vector<std::unique_ptr<Training>> trainings;
    for (const Way& way : ways) {
        const Communicator::Use use(*way.through);
        trainings.push_back(std::make_unique<Training>(way.batch, way.order));
        trainings.back()->step();
    }
    std::vector<std::vector<double>> seconds(ways.size());
    for (std::size_t k = 0; k < steps; ++k)
        for (std::size_t i = 0; i < ways.size(); ++i) {  // in turns
            slowest(0);                                  // all begin at once
            const double start = now();
            {
                const Communicator::Use use(*ways[i].through);
                trainings[i]->step();
            }
            seconds[i].push_back(slowest(now() - start));
        }
    for (std::size_t i = 0; i < ways.size(); ++i) report(ways[i].name, static_cast<double>(ways[i].batch), seconds[i]);
}

void measure_sums(std::size_t times) {
    Communicator& ranks = Communicator::current();
    if (ranks.size() == 1) return;
    const std::vector<std::size_t> counts(ranks.size(), 1);
    for (const std::size_t length : {64u, 1024u, 16384u, 65536u, 262144u, 1048576u, 4194304u}) {
        const std::vector<float> mine(length, 1.0F);
        std::vector<float> out(length);
        for (const bool fixed : {true, false}) {
            std::vector<double> seconds;
            for (std::size_t k = 0; k < times; ++k) {
                VectorSum<float> sum{mine, counts, {}, out, {}};
                if (fixed)
                    sum.combine = [](std::span<float* const> vectors, std::size_t n, float* to) {
                        std::copy_n(vectors[0], n, to);
                        for (std::size_t v = 1; v < vectors.size(); ++v)
                            for (std::size_t i = 0; i < n; ++i) to[i] += vectors[v][i];
                    };
                slowest(0);
                const double start = now();
                ranks.start(std::move(sum))->wait();
                seconds.push_back(slowest(now() - start));
            }
            report(fixed ? "sum" : "sum, fastest order", 4 * static_cast<double>(length), seconds);
        }
    }
}

void measure_bagging(std::size_t times) {
    Random random(1);
    const std::size_t rows = 20000;
    const Array<double> X = random.normal<double>({rows, 30});
    Array<double> y(Shape{rows});
    for (std::size_t i = 0; i < rows; ++i) y(i) = X(i, 0) * X(i, 1) + 0.5 * X(i, 2) + random.normal() > 0 ? 1 : 0;
    Bagging bag(DecisionTree({.max_depth = 8}), {.estimators = 50, .seed = 1});
    std::vector<double> seconds;
    for (std::size_t k = 0; k < times; ++k) {
        slowest(0);
        const double start = now();
        bag.fit(X, y);
        seconds.push_back(slowest(now() - start));
    }
    report("50 bagged trees", 50, seconds);
}

}  // namespace

int main(int argc, char** argv) {
    const distributed::Session session;
    const std::string what = argc > 1 ? argv[1] : "";
    measure_training(30);
    if (what == "--training") return 0;
    measure_sums(30);
    measure_bagging(3);
}
