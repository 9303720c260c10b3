#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "data/scratch.hpp"
#include "message.hpp"
#include "sanitizers.hpp"
#include "sevenfold/data/npy.hpp"
#include "sevenfold/data/stream.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/trainer.hpp"

using namespace sevenfold;

namespace {

constexpr std::size_t width = 64;

// Noise, and a class that shows in the first feature; sorted by class, which only a shuffle mends.
Dataset<float> two_classes(std::size_t rows) {
    Random random(5);
    Dataset<float> data;
    data.features = random.normal<float>({rows, width});
    data.labels = Labels(Shape{rows});
    for (std::size_t i = 0; i < rows; ++i) {
        data.labels.data()[i] = i < rows / 2 ? 0 : 1;
        data.features.data()[i * width] = i < rows / 2 ? -2.0f : 2.0f;
    }
    data.classes = 2;
    return data;
}

MappedDataset<float> in_files(const Scratch& scratch, const Dataset<float>& data) {
    return {.features = RowFile(scratch.file("x.npy", to_npy(data.features))),
            .labels = RowFile(scratch.file("y.npy", to_npy(data.labels))),
            .classes = data.classes};
}

// Blocks of 16 rows of 256 bytes, 8 of them in a pool: about half as much as 400 rows take.
LoaderOptions small_pools() {
    const std::size_t block = MappedFile::mapped_bytes(16 * 4 * width) + MappedFile::mapped_bytes(16 * 8) + 16 * 4;
    return {.batch_size = 24, .seed = 1, .budget = 2 * 8 * block + 8 * 1000, .block_rows = 16};
}

struct Trained {
    State<float> weights;
    History history;
};

Trained trained(const Loader<float>& loader, TrainOptions<float> options) {
    Random random(3);
    Mlp<float> model({width, 8, 2}, Activation::relu, random);
    Adam<float> optimizer(model.parameters());
    options.verbose = false;
    options.catch_interrupt = false;
    const TrainResult result = fit(model, optimizer, loader, options);
    return {model.state(), result.history};
}

constexpr int done = 0, out_of_memory = 3, cannot_map = 4, wrong = 5;

// How a child ends that may take `more` bytes of address space than it has at its start.
int under_limit(std::size_t more, const std::function<bool()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        const rlim_t most = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + more;
        const rlimit limit{most, most};
        if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(wrong);
        try {
            _exit(work() ? done : wrong);
        } catch (const std::bad_alloc&) { _exit(out_of_memory); } catch (const Error& error) {
            _exit(has(error.what(), "they cannot be mapped (Cannot allocate memory). Give the loader a smaller budget")
                      ? cannot_map
                      : wrong);
        }
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a file larger than the memory that may be used is trained on, and cannot be read whole") {
    if (address_sanitizer || thread_sanitizer) {  // they map terabytes for themselves
        MESSAGE("skipped: under this sanitizer a process cannot be limited");
        return;
    }
    constexpr std::size_t rows = 50'000, wide = 1024, megabyte = 1 << 20;  // 200 MB
    const Scratch scratch;
    {
        NpyWriter<float> features(scratch / "x.npy", {wide});
        NpyWriter<std::int64_t> labels(scratch / "y.npy", {});
        Random random(1);
        std::vector<float> row = std::vector<float>(wide);
        for (float& x : row) x = static_cast<float>(random.normal());
        for (std::size_t i = 0; i < rows; ++i) {
            const std::int64_t label = i >= rows / 2;
            row[i % wide] = static_cast<float>(i % 7) - 3;
            row[0] = row[1] = label ? 3.0f : -3.0f;
            features.append(row);
            labels.append(std::span(&label, 1));
        }
        features.finish();
        labels.finish();
    }
    REQUIRE(std::filesystem::file_size(scratch / "x.npy") > 190 * megabyte);
    const std::size_t limit = 64 * megabyte;
    const MappedDataset<float> data{
        .features = RowFile(scratch / "x.npy"), .labels = RowFile(scratch / "y.npy"), .classes = 2};
    const auto train = [&](std::size_t budget) {
        return under_limit(limit, [&] {
            Random random(1);
            Mlp<float> model({wide, 2}, Activation::relu, random);
            Sgd<float> optimizer(model.parameters(), {.lr = 1e-3});
            const Loader<float> loader(data, {.batch_size = 100, .seed = 1, .budget = budget});
            const TrainResult result = fit(model, optimizer, loader, {.epochs = 1, .verbose = false});
            const Loader<float> in_order(data, {.batch_size = 100, .shuffle = false, .budget = budget});
            return result.history["accuracy"].back() > 0.9 && *evaluate(model, in_order).accuracy > 0.99;
        });
    };
    CHECK(train(32 * megabyte) == done);
    // The same limit stops those who take more.
    CHECK(under_limit(limit, [&] { return read_npy<float>(scratch / "x.npy").size() > 0; }) == out_of_memory);
    CHECK(train(1024 * megabyte) == cannot_map);  // mapping the file whole takes address space too
}

TEST_CASE("training on files with room for all rows gives the bits of training in memory") {
    const Scratch scratch;
    const Dataset<float> data = two_classes(400);
    const Trained streamed = trained(Loader<float>(in_files(scratch, data), {.seed = 1}), {.epochs = 3});
    const Trained memory = trained(Loader<float>(data, {.seed = 1}), {.epochs = 3});
    CHECK(streamed.weights == memory.weights);
    CHECK(streamed.history["loss"] == memory.history["loss"]);
}

TEST_CASE("training on files in small pools learns, with the same bits on any number of threads") {
    const Scratch scratch;
    const Loader<float> loader(in_files(scratch, two_classes(1000)), small_pools());
    CHECK(loader.order() == "in 8 pools of blocks of 16 rows");
    const Trained one = trained(loader, {.epochs = 6, .micro_batch = 5});
    CHECK(one.history["accuracy"].back() > 0.97);
    CHECK(trained(loader, {.epochs = 6, .micro_batch = 5, .threads = 3}).weights == one.weights);
}

TEST_CASE("training on files that was stopped and taken up again ends with the same bits") {
    const Scratch scratch;
    const MappedDataset<float> data = in_files(scratch, two_classes(1000));
    const Loader<float> loader(data, small_pools());
    const Trained whole = trained(loader, {.epochs = 4});
    trained(loader, {.epochs = 2, .save = scratch / "half"});
    CHECK(trained(Loader<float>(data, small_pools()), {.epochs = 4, .resume = scratch / "half"}).weights ==
          whole.weights);
    // Not with another order, or with other data.
    LoaderOptions more = small_pools();
    more.budget += 100'000;
    CHECK(message<ValueError>([&] {
              trained(Loader<float>(data, more), {.epochs = 4, .resume = scratch / "half"});
          }).find("in 8 pools of blocks of 16 rows") != std::string::npos);
    Dataset<float> other = two_classes(1000);
    other.features.data()[0] = 7;
    const Scratch elsewhere;
    CHECK_THROWS_AS(
        trained(Loader<float>(in_files(elsewhere, other), small_pools()), {.epochs = 4, .resume = scratch / "half"}),
        ValueError);
    CHECK(trained(Loader<float>(in_files(elsewhere, two_classes(1000)), small_pools()),
                  {.epochs = 4, .resume = scratch / "half"})
              .weights == whole.weights);  // the same files in another place
}

TEST_CASE("evaluation of a set in files is that of the set in memory") {
    const Scratch scratch;
    const Dataset<float> data = two_classes(500);
    Random random(3);
    Mlp<float> model({width, 8, 2}, Activation::relu, random);
    LoaderOptions options = small_pools();
    options.shuffle = false;
    options.batch_size = 100;
    const Evaluation streamed = evaluate(model, Loader<float>(in_files(scratch, data), options));
    const Evaluation memory = evaluate(model, data, classification<float>(), 100);
    CHECK(streamed.loss == memory.loss);
    CHECK(streamed.accuracy == memory.accuracy);
    CHECK(*streamed.confusion == *memory.confusion);
}

TEST_CASE("parts of a streamed epoch may be asked for by several threads at once") {
    const Scratch scratch;
    const Dataset<float> data = two_classes(2000);
    const Loader<float> loader(in_files(scratch, data), small_pools());
    const Epoch<float> epoch = loader.epoch(1);
    std::vector<Batch<float>> expected;
    for (const auto& batch : epoch) expected.push_back(batch);
    std::atomic<std::size_t> right = 0;
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t b = 0; b < epoch.size(); ++b) {
                const std::size_t size = epoch.batch_size(b), first = size * t / 4, last = size * (t + 1) / 4;
                const Batch<float> part = epoch.part(b, first, last);
                right += part.features == expected[b].features.rows(first, last) &&
                         part.labels == expected[b].labels.rows(first, last);
            }
        });
    threads.clear();
    CHECK(right == 4 * epoch.size());
}
