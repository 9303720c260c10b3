#include "sevenfold/train/micro_batches.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/normalization.hpp"
#include "sevenfold/nn/sequential.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/trainer.hpp"

using namespace sevenfold;

namespace {

// Rows (N, 4, 3) of noise in three classes.
template <class T>
Dataset<T> noise(std::size_t rows) {
    Random random(1);
    Dataset<T> data;
    data.features = random.normal<T>({rows, 4, 3});
    data.labels = Labels(Shape{rows});
    data.classes = 3;
    for (std::size_t i = 0; i < rows; ++i) data.labels(i) = static_cast<std::int64_t>(random.below(3));
    return data;
}

// A transformer with dropout, in batches of 10 or fewer, and parts of 3 or fewer.
struct Setup {
    explicit Setup(std::size_t threads) {
        options.micro_batch = 3;
        options.threads = threads;
        options.epochs = 3;
        options.verbose = false;
    }
    TrainResult train() { return fit(model, optimizer, loader, options); }

    Random random{5};
    Vit<float> model{{.patches = 4,
                      .patch_size = 3,
                      .classes = 3,
                      .blocks = 2,
                      .layer = {.width = 8, .heads = 2, .hidden = 16, .dropout = 0.2}},
                     random};
    Adam<float> optimizer{model.parameters(), {.lr = 0.01}};
    Loader<float> loader{noise<float>(24), {.batch_size = 10}};
    TrainOptions<float> options;
};

Batch<double> whole(const Dataset<double>& data) {
    return Loader<double>(data, {.batch_size = data.size(), .shuffle = false}).epoch(0)[0];
}

}  // namespace

TEST_CASE("training gives the same bits on any number of threads") {
    Setup one(1);
    const History history = one.train().history;
    for (const std::size_t threads : {2u, 4u, 0u}) {
        CAPTURE(threads);
        Setup many(threads);
        CHECK(many.train().history == history);
        CHECK(many.model.state() == one.model.state());
    }
    Setup again(2);
    for (auto& block : again.model.blocks) block.config.checkpoint = true;
    CHECK(again.train().history == history);
    CHECK(again.model.state() == one.model.state());
    Setup other_parts(1);
    other_parts.options.micro_batch = 4;
    CHECK_FALSE(other_parts.train().history == history);  // other masks: the test can tell runs apart
}

TEST_CASE("parts of any size give the whole batch's gradient, loss and count of right answers") {
    const Dataset<double> data = noise<double>(10).flattened();
    Random random(2);
    Mlp<double> model({12, 8, 3}, Activation::tanh, random);
    const auto backward = [&](std::size_t rows, std::size_t threads) {
        model.zero_grad();
        return MicroBatches<double>(model, classification<double>(), rows, threads).backward(whole(data));
    };
    const auto all = backward(0, 1);
    std::vector<Array<double>> gradients;
    for (const auto& p : model.parameters()) gradients.push_back(p.grad());
    for (const std::size_t rows : {1u, 3u, 5u, 7u, 10u, 100u})
        for (const std::size_t threads : {1u, 2u}) {
            CAPTURE(rows);
            const auto parts = backward(rows, threads);
            CHECK(parts.loss == doctest::Approx(all.loss).epsilon(1e-12));
            CHECK(parts.correct == all.correct);
            for (std::size_t k = 0; k < gradients.size(); ++k)
                for (std::size_t i = 0; i < gradients[k].size(); ++i)
                    CHECK(std::abs(model.parameters()[k].grad().data()[i] - gradients[k].data()[i]) < 1e-12);
        }
}

TEST_CASE("gradients add to those that are there") {
    const Dataset<double> data = noise<double>(6).flattened();
    Random random(2);
    Linear<double> model(12, 3, random);
    MicroBatches<double> parts(model, classification<double>(), 2, 2);
    parts.backward(whole(data));
    const Array<double> once = model.bias->grad();
    parts.backward(whole(data));
    for (std::size_t i = 0; i < once.size(); ++i)
        CHECK(model.bias->grad()(i) == doctest::Approx(2 * once(i)).epsilon(1e-12));
}

TEST_CASE("a training on threads that was saved and resumed ends with the same bits") {
    const auto file = std::filesystem::temp_directory_path() / text("sevenfold-test-threads-", ::getpid());
    Setup all(2), first(2), rest(2);
    first.options.epochs = 2;
    first.options.save = rest.options.resume = file;
    const History history = all.train().history;
    first.train();
    CHECK(rest.train().history == history);
    CHECK(rest.model.state() == all.model.state());
    std::filesystem::remove(file);
}

TEST_CASE("memory does not wander from one thread's pool to another's") {
    Setup s(2);
    const Batch<float> batch = s.loader.epoch(0)[0];
    Objective<float> objective = classification<float>();
    objective.loss = [loss = objective.loss](const Variable<float>& output, const Batch<float>& rows) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));  // so that the other thread takes parts as well
        return loss(output, rows);
    };
    MicroBatches<float> parts(s.model, objective, 3, 2);
    const auto after = [&](int steps) {
        for (int i = 0; i < steps; ++i) {
            s.model.zero_grad();
            parts.backward(batch);
        }
        return pool::stats().cached_bytes;
    };
    const std::size_t start = after(20);
    // The parameters' gradients alone are some 5 kB a part.
    CHECK(after(200) < start + 200'000);
}

TEST_CASE(
    "what goes wrong in a part is thrown where the batch was given, and normalisation over the batch is refused") {
    Random random(1);
    Sequential<float> model(Linear<float>(12, 4, random), BatchNorm1d<float>(4), Linear<float>(4, 3, random));
    const auto before = model.state();
    Sgd<float> optimizer(model.parameters());
    const Loader<float> loader(noise<float>(12).flattened(), {.batch_size = 6});
    const auto train = [&](std::size_t micro_batch, std::size_t threads) {
        fit(model, optimizer, loader, {.epochs = 1, .micro_batch = micro_batch, .threads = threads, .verbose = false});
    };
    for (const std::size_t threads : {1u, 2u})
        CHECK_THROWS_WITH_AS(train(2, threads),
                             "[BatchNorm1d] a part of a batch, (2, 4): it needs mean and variance of the whole batch. "
                             "Train without micro-batches, or normalise with LayerNorm.",
                             ValueError);
    CHECK(model.state() == before);
    train(6, 2);  // the whole batch at a time
    CHECK_FALSE(model.state() == before);
}
