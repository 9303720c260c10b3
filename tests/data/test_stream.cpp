#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "message.hpp"
#include "scratch.hpp"
#include "sevenfold/data/npy.hpp"
#include "sevenfold/data/stream.hpp"

using namespace sevenfold;

namespace {

constexpr std::size_t width = 128;

// Row i counts from width · i, its label is i % 3, its target -i.
struct Set {
    Scratch scratch;
    std::size_t rows;
    Dataset<float> memory;

    explicit Set(std::size_t n) : rows(n) {
        memory.features = Array<float>::arange(width * n).reshape({n, width});
        memory.labels = Labels(Shape{n});
        Array<float> targets(Shape{n, 1});
        for (std::size_t i = 0; i < n; ++i) {
            memory.labels.data()[i] = static_cast<std::int64_t>(i % 3);
            targets.data()[i] = -static_cast<float>(i);
        }
        memory.classes = 3;
        scratch.file("x.npy", to_npy(memory.features));
        scratch.file("y.npy", to_npy(memory.labels));
        scratch.file("t.npy", to_npy(targets));
    }
    MappedDataset<float> labelled() const {
        return {.features = RowFile(scratch / "x.npy"), .labels = RowFile(scratch / "y.npy"), .classes = 3};
    }
    MappedDataset<float> with_targets() const {
        return {.features = RowFile(scratch / "x.npy"), .targets = RowFile(scratch / "t.npy")};
    }
};

std::vector<std::size_t> order(const Epoch<float>& epoch) {
    std::vector<std::size_t> rows;
    for (const auto& batch : epoch) rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
    return rows;
}

std::vector<std::size_t> sorted(std::vector<std::size_t> rows) {
    std::sort(rows.begin(), rows.end());
    return rows;
}

std::vector<std::size_t> counted(std::size_t n) {
    std::vector<std::size_t> rows(n);
    for (std::size_t i = 0; i < n; ++i) rows[i] = i;
    return rows;
}

// What a block of n rows of features and labels takes at most, and the order of its rows.
std::size_t block_bytes(std::size_t n) {
    return MappedFile::mapped_bytes(4 * width * n) + MappedFile::mapped_bytes(8 * n) + 4 * n;
}

// A budget for pools of so many blocks of n rows of a set.
std::size_t budget(const Set& set, std::size_t n, std::size_t blocks) {
    return 2 * blocks * block_bytes(n) + 8 * ((set.rows + n - 1) / n);
}

// Bytes of the files in this folder that are mapped now.
std::size_t mapped_of(const std::filesystem::path& folder) {
    std::ifstream maps("/proc/self/maps");
    std::size_t sum = 0;
    for (std::string line; std::getline(maps, line);) {
        if (line.find(folder.string()) == std::string::npos) continue;
        std::size_t first = 0, last = 0;
        char dash = 0;
        std::istringstream(line) >> std::hex >> first >> dash >> last;
        sum += last - first;
    }
    return sum;
}

}  // namespace

TEST_CASE("a streamed epoch covers every row once, features, labels and targets together") {
    for (const std::size_t rows : {64u, 1000u, 1001u, 1007u, 3001u}) {
        const Set set(rows);
        for (const std::size_t block : {1u, 8u, 100u})
            for (const std::size_t blocks : {1u, 3u, 7u}) {
                const Loader<float> loader(set.labelled(), {.batch_size = std::min<std::size_t>(block * blocks, 32),
                                                            .seed = 1,
                                                            .budget = budget(set, block, blocks),
                                                            .block_rows = block});
                CHECK(loader.rows() == rows);
                std::vector<std::size_t> seen;
                for (const auto& b : loader.epoch(1))
                    for (std::size_t i = 0; i < b.size(); ++i) {
                        REQUIRE(b.features(i, 0) == static_cast<float>(width * b.rows[i]));
                        REQUIRE(b.features(i, width - 1) == static_cast<float>(width * b.rows[i] + width - 1));
                        REQUIRE(b.labels(i) == static_cast<std::int64_t>(b.rows[i] % 3));
                        seen.push_back(b.rows[i]);
                    }
                CHECK(sorted(seen) == counted(rows));
            }
    }
    const Set set(500);
    const Loader<float> loader(set.with_targets(), {.batch_size = 16, .budget = 200000, .block_rows = 16});
    CHECK(loader.has_targets());
    CHECK_FALSE(loader.has_labels());
    for (const auto& b : loader.epoch(0))
        for (std::size_t i = 0; i < b.size(); ++i) CHECK(b.targets(i, 0) == -static_cast<float>(b.rows[i]));
}

TEST_CASE("the order of a stream follows from seed, epoch, blocks and budget, whatever came before") {
    const Set set(1003);
    const LoaderOptions options{.batch_size = 20, .seed = 1, .budget = budget(set, 10, 6), .block_rows = 10};
    LoaderOptions other_seed = options, other_budget = options;
    other_seed.seed = 2;
    other_budget.budget = budget(set, 10, 8);
    const Loader<float> a(set.labelled(), options), b(set.labelled(), options);
    const auto of_a = order(a.epoch(0));
    CHECK(of_a != order(a.epoch(1)));
    CHECK(of_a != order(Loader<float>(set.labelled(), other_seed).epoch(0)));
    CHECK(of_a != order(Loader<float>(set.labelled(), other_budget).epoch(0)));
    CHECK(a.order() == "in 17 pools of blocks of 10 rows");
    CHECK(Loader<float>(set.labelled(), other_budget).order() == "in 13 pools of blocks of 10 rows");
    CHECK(order(a.epoch(5)) == order(b.epoch(5)));
    // Batches in any order, of two epochs in turn.
    const Epoch<float> four = b.epoch(4), five = b.epoch(5);
    for (std::size_t i = five.size(); i-- > 0;) {
        CHECK(five[i].features == a.epoch(5)[i].features);
        CHECK(four[i].labels == a.epoch(4)[i].labels);
    }
}

TEST_CASE("a pool mixes its blocks, and blocks from anywhere in the file") {
    const Set set(10000);
    const Loader<float> loader(set.labelled(),
                               {.batch_size = 100, .seed = 3, .budget = budget(set, 100, 20), .block_rows = 100});
    const auto rows = order(loader.epoch(0));
    for (std::size_t pool = 0; pool < 5; ++pool) {
        std::set<std::size_t> of_pool;
        for (std::size_t i = 0; i < 2000; ++i) of_pool.insert(rows[2000 * pool + i] / 100);
        CHECK(of_pool.size() == 20);
        CHECK(*of_pool.rbegin() - *of_pool.begin() > 50);
        std::set<std::size_t> of_batch;
        for (std::size_t i = 0; i < 100; ++i) of_batch.insert(rows[2000 * pool + i] / 100);
        CHECK(of_batch.size() >= 18);  // of 20 blocks, 100 rows miss one with chance 0.6 %
    }
}

TEST_CASE("every pool has a part of everything in a file that is sorted") {
    for (const std::size_t rows : {10000u, 9990u, 9123u}) {
        const Set set(rows);
        const Loader<float> loader(set.labelled(),
                                   {.batch_size = 90, .seed = 3, .budget = budget(set, 90, 20), .block_rows = 90});
        const std::size_t blocks = (rows + 89) / 90, pools = (blocks + 19) / 20;
        CHECK(loader.order() == text("in ", pools, " pools of blocks of 90 rows"));
        for (std::uint64_t e = 0; e < 3; ++e) {
            const auto of_epoch = order(loader.epoch(e));
            for (std::size_t pool = 0; pool < pools; ++pool) {
                std::vector<std::size_t> tenths(10);
                const std::size_t first = pool * rows / pools, last = (pool + 1) * rows / pools;
                for (std::size_t i = first; i < last; ++i) ++tenths[of_epoch[i] * 10 / rows];
                // A tenth of the pool up to two blocks: it takes one of each stretch, and one block more or less in all.
                for (std::size_t count : tenths) {
                    CHECK(count + 180 >= (last - first) / 10);
                    CHECK(count <= (last - first) / 10 + 180);
                }
            }
        }
    }
}

TEST_CASE("a budget for all rows gives the order that they have in memory") {
    const Set set(1234);
    for (const bool shuffle : {true, false}) {
        const LoaderOptions options{.batch_size = 32, .shuffle = shuffle, .seed = 9};
        const Loader<float> streamed(set.labelled(), options), memory(set.memory, options);
        CHECK(streamed.order() == memory.order());
        for (std::uint64_t e : {0u, 3u}) {
            const Epoch<float> a = streamed.epoch(e), b = memory.epoch(e);
            REQUIRE(a.size() == b.size());
            for (std::size_t i = 0; i < a.size(); ++i) {
                const Batch<float> x = a[i], y = b[i];
                CHECK(x.features == y.features);
                CHECK(x.labels == y.labels);
                CHECK(x.rows == y.rows);
            }
        }
    }
}

TEST_CASE("without shuffling a stream keeps the rows' order") {
    const Set set(1003);
    const Loader<float> loader(set.labelled(),
                               {.batch_size = 17, .shuffle = false, .budget = budget(set, 10, 3), .block_rows = 10});
    CHECK(order(loader.epoch(3)) == counted(1003));
    CHECK(loader.batches() == 59);
    CHECK(Loader<float>(set.labelled(), {.batch_size = 16, .drop_last = true}).batches() == 62);
}

TEST_CASE("a streamed batch is its parts, also where two pools meet") {
    const Set set(1003);
    const Loader<float> loader(set.labelled(),
                               {.batch_size = 48, .seed = 1, .budget = budget(set, 10, 5), .block_rows = 10});
    const Epoch<float> epoch = loader.epoch(2);
    for (std::size_t b = 0; b < epoch.size(); ++b) {
        const Batch<float> whole = epoch[b];
        for (std::size_t first = 0; first < whole.size(); first += 7) {
            const std::size_t last = std::min(whole.size(), first + 7);
            const Batch<float> part = epoch.part(b, first, last);
            CHECK(part.features == whole.features.rows(first, last));
            CHECK(part.labels == whole.labels.rows(first, last));
            CHECK(std::equal(part.rows.begin(), part.rows.end(),
                             whole.rows.begin() + static_cast<std::ptrdiff_t>(first)));
        }
    }
    CHECK(epoch.part(1, 2, 2).size() == 0);
    CHECK_THROWS_AS(epoch.part(20, 40, 49), IndexError);
}

TEST_CASE("what a stream maps stays within the budget, and is given back") {
    const Set set(6000);  // 3 MB of features
    for (const std::size_t some : {200'000u, 400'000u, 999'999u, 3'000'000u, 9'000'000u}) {
        std::size_t most = 0;
        {
            MappedDataset<float> data = set.labelled();
            // Called while the pool that a batch is read from is there.
            data.prepare = [&](const Array<float>& rows) {
                most = std::max(most, mapped_of(set.scratch.folder));
                return rows;
            };
            const Loader<float> loader(data, {.batch_size = 30, .seed = 1, .budget = some});
            for (std::uint64_t e = 0; e < 2; ++e) CHECK(sorted(order(loader.epoch(e))) == counted(6000));
        }
        CHECK(most > 0);
        CHECK_MESSAGE(most <= some, some);
        CHECK(mapped_of(set.scratch.folder) == 0);
    }
}

TEST_CASE("a budget that is too small says how much is needed, and that is enough") {
    const Set set(6000);
    for (const std::size_t some : {0u, 1000u, 20000u})
        for (const std::size_t block : {0u, 1u, 64u, 500u})
            for (const std::size_t batch : {1u, 32u, 700u}) {
                LoaderOptions options{.batch_size = batch, .budget = some, .block_rows = block};
                const std::string said = message<ValueError>([&] { Loader<float>(set.labelled(), options); });
                if (said == "nothing was thrown") continue;
                CAPTURE(said);
                const std::string_view before = "Give a budget of ";
                REQUIRE(has(said, before));
                options.budget = std::stoul(said.substr(said.find(before) + before.size()));
                CHECK(Loader<float>(set.labelled(), options).rows() == 6000);
            }
    CHECK(has(
        message<ValueError>([&] { Loader<float>(set.labelled(), {.budget = 1000, .block_rows = 64}); }),
        "[loader] budget 1000 for blocks of 64 rows and batches of 32: two pools of rows are mapped at a time, each "
        "of a block and a batch or more. Give a budget of "));
}

TEST_CASE("labels that are no class, features that cannot be held and files that shrink stop a stream with words") {
    const Set set(1000);
    MappedDataset<float> data = set.labelled();
    data.classes = 2;
    CHECK_THROWS_AS(order(Loader<float>(data).epoch(0)), IndexError);
    data.classes = 3;
    const Loader<float> loader(data, {.batch_size = 32});
    const Epoch<float> epoch = loader.epoch(0);
    CHECK(epoch[0].size() == 32);
    std::filesystem::resize_file(set.scratch / "x.npy", 4096);
    CHECK(has(file_error([&] { epoch[1]; }), "x.npy: 4096 bytes: it had 512128 when it was opened."));
    const Set other(10);
    other.scratch.file("x.npy", to_npy(Array<double>({10, 1}, std::vector<double>(10, 1e300))));
    CHECK(has(file_error([&] { order(Loader<float>(other.labelled()).epoch(0)); }), "it cannot be held by a float"));
}

TEST_CASE("a streamed loader answers for its set") {
    const Set set(100);
    const Loader<float> streamed(set.labelled()), memory(set.memory);
    CHECK(streamed.classes() == 3);
    CHECK(streamed.has_labels());
    CHECK(memory.classes() == 3);
    CHECK(memory.rows() == 100);
    CHECK(memory.fingerprint() == set.memory.fingerprint());
    CHECK(streamed.fingerprint() == set.labelled().fingerprint());
    CHECK_THROWS_WITH_AS(
        streamed.data(),
        "[loader] data() of a set in files: only a set in memory can be handed out. Ask the loader itself: "
        "rows(), has_labels(), classes().",
        ValueError);
    CHECK_THROWS_WITH_AS(Loader<float>(set.labelled(), {.batch_size = 0}),
                         "[loader] batch_size 0: a batch has at least one row.", ValueError);
    set.scratch.file("x.npy", to_npy(Array<float>(Shape{0, 2})));
    set.scratch.file("y.npy", to_npy(Labels(Shape{0})));
    CHECK_THROWS_AS(Loader<float>(set.labelled()), ValueError);
}

TEST_CASE("a streamed epoch may outlive its loader") {
    const Set set(100);
    const auto epoch = Loader<float>(set.labelled(), {.batch_size = 100, .shuffle = false}).epoch(0);
    CHECK(epoch[0].features == set.memory.features);
}
