#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/normalization.hpp"
#include "sevenfold/nn/sequential.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/checkpoint.hpp"
#include "sevenfold/train/trainer.hpp"

using namespace sevenfold;

namespace {

// A transformer with dropout, batches of 20 rows in parts of 3, the last batch smaller, early stopping, clipping.
struct Run {
    explicit Run(std::uint64_t seed = 5) : random(seed) {
        options.epochs = 3;
        options.validation = data.test;
        options.micro_batch = 3;
        options.clip_norm = 1;
        options.early_stopping = EarlyStoppingOptions{.patience = 5};
        options.verbose = false;
        options.catch_interrupt = false;
    }
    TrainResult train() { return fit(model, optimizer, loader, options); }

    static Split<float> some_digits() {
        Dataset<float> all = digits<float>();
        std::vector<std::size_t> rows(210);
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
        return every_fifth(all.rows(rows));
    }
    Random random;
    Split<float> data = some_digits();
    Vit<float> model{{.patches = 8,
                      .patch_size = 8,
                      .classes = 10,
                      .blocks = 2,
                      .layer = {.width = 8, .heads = 2, .hidden = 16, .dropout = 0.2}},
                     random};
    Adam<float> optimizer{model.parameters(), {.lr = 0.01}};
    Loader<float> loader{data.train, {.batch_size = 20, .seed = 2}};
    TrainOptions<float> options;
};

// As one process does it.
template <class F>
auto alone(const F& f) {
    const Communicator::Use use(Communicator::alone());
    return f();
}

// A file that all ranks know.
std::filesystem::path shared_file(const std::string& name) {
    return from_root([&] {
        return (std::filesystem::temp_directory_path() /
                text("sevenfold-test-", name, '-', static_cast<long>(::getpid())))
            .string();
    });
}

}  // namespace

TEST_CASE("training on any number of ranks and threads gives the bits of one process") {
    Run one;
    const TrainResult expected = alone([&] { return one.train(); });
    for (const std::size_t threads : {1u, 2u}) {
        CAPTURE(threads);
        Run many;
        many.options.threads = threads;
        const TrainResult result = many.train();
        CHECK(result.history == expected.history);
        CHECK(many.model.state() == one.model.state());
    }
    Run other;
    other.options.micro_batch = 4;
    CHECK_FALSE(other.train().history == expected.history);  // the test can tell runs apart
}

TEST_CASE("the fastest order of sums ends with nearly the same weights on every rank") {
    Run one, many;
    alone([&] { return one.train(); });
    many.options.sum_order = SumOrder::fastest;
    many.train();
    const auto expected = one.model.state(), got = many.model.state();
    for (std::size_t k = 0; k < expected.size(); ++k)
        for (std::size_t i = 0; i < expected[k].second.size(); ++i)
            CHECK(std::abs(got[k].second.data()[i] - expected[k].second.data()[i]) < 0.02F);
    Archive mine;
    for (const auto& [name, value] : got) {
        Array<float> copy = value;
        mine(copy);
    }
    for (const std::string& theirs : Communicator::current().all_gather(mine.bytes())) CHECK(theirs == mine.bytes());
}

TEST_CASE("ranks begin with the weights of rank 0, whatever they have themselves") {
    Run one, many(5 + Communicator::current().rank());
    alone([&] { return one.train(); });
    many.train();
    CHECK(many.model.state() == one.model.state());
}

TEST_CASE("a batch in one piece is worked on by every rank, with running statistics and dropout as on one") {
    const auto train = [](std::size_t micro_batch) {
        Random random(1);
        Sequential<float> model(Linear<float>(64, 12, random), BatchNorm1d<float>(12), Linear<float>(12, 10, random));
        Sgd<float> optimizer(model.parameters(), {.lr = 0.1});
        const Dataset<float> data = Run::some_digits().train.flattened();
        TrainOptions<float> options;
        options.epochs = 2;
        options.verbose = false;
        options.micro_batch = micro_batch;
        fit(model, optimizer, Loader<float>(data, {.batch_size = 16}), options);
        return model.state();
    };
    CHECK(train(0) == alone([&] { return train(0); }));
    CHECK_THROWS_AS(train(4), ValueError);  // on every rank: no one waits for others
}

TEST_CASE("what is evaluated and predicted is the same to the bit") {
    Run run;
    run.train();
    const Dataset<float>& data = run.data.train;
    for (const std::size_t batch : {1u, 7u, 1000u}) {
        const Evaluation here = evaluate(run.model, data, classification<float>(), batch),
                         one = alone([&] { return evaluate(run.model, data, classification<float>(), batch); });
        CHECK(here.loss == one.loss);
        CHECK(here.accuracy == one.accuracy);
        CHECK(*here.confusion == *one.confusion);
        CHECK(predict(run.model, data.features, batch) ==
              alone([&] { return predict(run.model, data.features, batch); }));
    }
}

TEST_CASE("a checkpoint of any number of ranks goes on with any other, and rank 0 alone writes it") {
    const auto file = shared_file("ranks");
    Run whole;
    const History history = alone([&] { return whole.train(); }).history;
    Run first, rest;
    first.options.epochs = 2;
    first.options.save = rest.options.resume = file;
    first.train();
    CHECK(std::filesystem::exists(file));  // for every rank: save has ended when fit has
    CHECK(rest.train().history == history);
    CHECK(rest.model.state() == whole.model.state());
    Run by_one;
    by_one.options.resume = file;
    CHECK(alone([&] { return by_one.train(); }).history == history);
    CHECK(by_one.model.state() == whole.model.state());

    from_root([&] {
        alone([&] {  // what one process saves
            Run early;
            early.options.epochs = 1;
            early.options.save = file;
            return early.train();
        });
        return std::string();
    });
    Run later;
    later.options.resume = file;
    CHECK(later.train().history == history);
    CHECK(later.model.state() == whole.model.state());

    Run lost;
    lost.options.resume = file.string() + ".nowhere";
    CHECK_THROWS_AS(lost.train(), Error);
    Run full;
    full.options.save = "/dev/full/run.ckpt";
    CHECK_THROWS_AS(full.train(), Error);  // rank 0's error, on all
    from_root([&] {
        std::filesystem::remove(file);
        return std::string();
    });
}

TEST_CASE("what ranks cannot add up is refused on all of them") {
    if (Communicator::current().size() == 1) return;
    Run run;
    const Variable<float> own = leaf(Array<float>::ones({1}));
    Objective<float> objective = classification<float>();
    run.options.objective = objective;
    run.options.objective->loss = [&](const Variable<float>& output, const Batch<float>& batch) {
        return objective.loss(output, batch) * sum(own);
    };
    CHECK_THROWS_WITH_AS(run.train(),
                         "[fit] a leaf (1,) that the objective uses and the model does not own: ranks add up the "
                         "gradients of the model's "
                         "parameters. List it among the model's members.",
                         ValueError);
    Run changed;
    Variable<float> bias = changed.model.parameters().back();
    changed.options.objective = objective;
    changed.options.objective->loss = [&](const Variable<float>& output, const Batch<float>& batch) {
        const Variable<float> loss = objective.loss(output, batch) + 0 * sum(bias);
        bias.change("the test");
        return loss + 0 * sum(bias);
    };
    CHECK_THROWS_WITH_AS(
        changed.train(),
        "[fit] a parameter (10,) that changed in a forward pass: its gradient came in two pieces, the first "
        "of which ranks have begun to add up. Change parameters between steps.",
        TapeError);
}
