#include <doctest/doctest.h>

#include <algorithm>

#include "sevenfold/data/loader.hpp"

using namespace sevenfold;

namespace {

Dataset<float> ten_rows() {
    Dataset<float> data;
    data.features = Array<float>::arange(20).reshape({10, 2});
    data.labels = Labels({10}, {0, 1, 0, 1, 0, 1, 0, 1, 0, 1});
    data.classes = 2;
    return data;
}

std::vector<std::size_t> order(const Epoch<float>& epoch) {
    std::vector<std::size_t> rows;
    for (const auto& batch : epoch) rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
    return rows;
}

}  // namespace

TEST_CASE("an epoch covers every row once, features and labels together") {
    const Loader<float> loader(ten_rows(), {.batch_size = 4, .seed = 1});
    CHECK(loader.batches() == 3);
    std::vector<std::size_t> seen;
    for (const auto& batch : loader.epoch(0)) {
        CHECK(batch.features.shape() == Shape{batch.size(), 2});
        for (std::size_t i = 0; i < batch.size(); ++i) {
            CHECK(batch.features(i, 0) == static_cast<float>(2 * batch.rows[i]));
            CHECK(batch.labels(i) == static_cast<std::int64_t>(batch.rows[i] % 2));
            seen.push_back(batch.rows[i]);
        }
    }
    std::sort(seen.begin(), seen.end());
    CHECK(seen == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("the order follows from seed and epoch alone") {
    const Loader<float> a(ten_rows(), {.batch_size = 3, .seed = 1}), b(ten_rows(), {.batch_size = 3, .seed = 1});
    const Loader<float> other(ten_rows(), {.batch_size = 3, .seed = 2});
    CHECK(order(a.epoch(0)) != order(a.epoch(1)));
    CHECK(order(a.epoch(0)) != order(other.epoch(0)));
    CHECK(order(a.epoch(5)) == order(b.epoch(5)));  // b has made no epoch before
    CHECK(a.epoch(5)[2].features == b.epoch(5)[2].features);
}

TEST_CASE("a batch is its parts") {
    const Loader<float> loader(ten_rows(), {.batch_size = 4, .seed = 1});
    const Epoch<float> epoch = loader.epoch(2);
    CHECK(epoch.batch_size(2) == 2);
    const Batch<float> whole = epoch[1], part = epoch.part(1, 1, 3);
    CHECK(part.size() == 2);
    CHECK(part.features == whole.features.rows(1, 3));
    CHECK(part.labels == whole.labels.rows(1, 3));
    CHECK(part.rows[0] == whole.rows[1]);
    CHECK(epoch.part(1, 2, 2).size() == 0);
    CHECK_THROWS_WITH_AS(epoch.part(2, 1, 3), "[loader] rows 1 to 3 of batch 2: it has 2 rows.", IndexError);
}

TEST_CASE("without shuffling the rows keep their order") {
    const Loader<float> loader(ten_rows(), {.batch_size = 4, .shuffle = false});
    CHECK(order(loader.epoch(3)) == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("a last batch that is smaller can be left out") {
    const Loader<float> loader(ten_rows(), {.batch_size = 4, .drop_last = true});
    CHECK(loader.batches() == 2);
    CHECK(order(loader.epoch(0)).size() == 8);
    CHECK(Loader<float>(ten_rows(), {.batch_size = 5}).batches() == 2);
    CHECK(Loader<float>(ten_rows(), {.batch_size = 99}).batches() == 1);
}

TEST_CASE("targets come with their rows") {
    Dataset<double> data;
    data.features = Array<double>::arange(6).reshape({6, 1});
    data.targets = Array<double>::arange(6).reshape({6, 1});
    const auto batch = Loader<double>(data, {.batch_size = 6}).epoch(0)[0];
    CHECK(batch.features == batch.targets);
    CHECK(batch.features != data.features);
}

TEST_CASE("an epoch may outlive its loader") {
    const auto epoch = Loader<float>(ten_rows(), {.batch_size = 10, .shuffle = false}).epoch(0);
    CHECK(epoch[0].features == ten_rows().features);
}

TEST_CASE("a loader that could give no batch is refused") {
    CHECK_THROWS_WITH_AS(Loader<float>(ten_rows(), {.batch_size = 0}),
                         "[loader] batch_size 0: a batch has at least one row.", ValueError);
    CHECK_THROWS_WITH_AS(
        Loader<float>(ten_rows(), {.batch_size = 11, .drop_last = true}),
        "[loader] 10 rows in batches of 11: an epoch has at least one batch. Make batch_size smaller or "
        "leave drop_last out.",
        ValueError);
    CHECK_THROWS_WITH_AS(Loader<float>(ten_rows()).epoch(0)[1], "[loader] batch 1: this epoch has 1 batches.",
                         IndexError);
}
