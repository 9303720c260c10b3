#include "sevenfold/ensemble/network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../message.hpp"
#include "sevenfold/autograd/parallel.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/ensemble/adaboost.hpp"
#include "sevenfold/ensemble/score.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/linear.hpp"
#include "sevenfold/nn/sequential.hpp"

using namespace sevenfold;
using doctest::Approx;

namespace {

Array<double> classes_of(const Dataset<double>& data) { return data.labels.cast<double>(); }

// Two features; class 1 where their sum is above 0.
struct Halves {
    Array<double> X = Random(1).normal<double>({80, 2}), y{Shape{80}};
    Halves() {
        for (std::size_t i = 0; i < 80; ++i) y(i) = X(i, 0) + X(i, 1) > 0;
    }
};

}  // namespace

TEST_CASE("a network learns classes, and its probabilities sum to 1") {
    const auto [train, test] = every_fifth(iris<double>());
    Network network(Task::classification, hidden_layers({16}), {.epochs = 60, .lr = 0.01, .seed = 1});
    network.fit(train.features, classes_of(train));
    CHECK(accuracy(network.predict(test.features), classes_of(test)) >= 0.9);
    const Array<double> p = network.probabilities(test.features);
    CHECK(p.shape() == Shape{30, 3});
    for (std::size_t i = 0; i < 30; ++i) CHECK(p(i, 0) + p(i, 1) + p(i, 2) == Approx(1));
    CHECK(network.predict(test.features) == largest_column(p));
}

TEST_CASE("a network learns values, far from 0 and of another size") {
    Random random(2);
    const Array<double> X = random.uniform<double>({200, 1}, -2, 2);
    Array<double> y(Shape{200});
    for (std::size_t i = 0; i < 200; ++i) y(i) = 5000 + 300 * std::sin(2 * X(i, 0));
    Network network(Task::regression, hidden_layers({24, 24}, Activation::tanh), {.epochs = 150, .lr = 0.01});
    network.fit(X, y);
    CHECK(r_squared(network.predict(X), y) > 0.98);
}

TEST_CASE("one seed gives one network, bit for bit, on any thread; another seed another one") {
    const Halves data;
    const auto with_dropout = [](std::size_t features, std::size_t outputs, Random& random) {
        return std::make_unique<Sequential<float>>(Linear(features, 8, random), Activate(Activation::relu),
                                                   Dropout(0.3, random), Linear(8, outputs, random));
    };
    const Network network(Task::classification, with_dropout, {.epochs = 5});
    const auto fitted = [&](std::uint64_t seed) {
        Network copy = network.clone(seed);
        copy.fit(data.X, data.y);
        return copy.probabilities(data.X);
    };
    std::vector<Array<double>> p(6);
    parallel_for(6, 3, [&](std::size_t i) { p[i] = fitted(i % 3); });
    for (std::uint64_t i = 0; i < 6; ++i) CHECK(p[i] == fitted(i % 3));
    CHECK_FALSE(p[0] == p[1]);
}

TEST_CASE("weights decide what is learned where rows contradict each other, and their scale does not matter") {
    const Halves data;
    std::vector<std::size_t> twice(160);
    for (std::size_t i = 0; i < 160; ++i) twice[i] = i % 80;
    const Array<double> X = data.X.rows(twice);
    Array<double> y = data.y.rows(twice), weights(Shape{160}), doubled(Shape{160});
    for (std::size_t i = 0; i < 160; ++i) {
        if (i >= 80) y(i) = 1 - y(i);  // the second half says the opposite
        weights(i) = i < 80 ? 0.9 : 0.1;
        doubled(i) = 4 * weights(i);
    }
    for (const Task task : {Task::classification, Task::regression}) {
        Network network(task, hidden_layers({}), {.epochs = 40, .lr = 0.05});
        const auto right = [&] {
            const Array<double> answers = network.predict(data.X);
            std::size_t count = 0;
            for (std::size_t i = 0; i < 80; ++i) count += (answers(i) > 0.5) == (data.y(i) > 0.5);
            return static_cast<double>(count) / 80;
        };
        network.fit(X, y, weights);
        CHECK(right() > 0.9);
        const Array<double> answers = network.predict(data.X);
        network.fit(X, y, doubled);
        CHECK(network.predict(data.X) == answers);
        for (double& w : weights.flat()) w = 1 - w;
        network.fit(X, y, weights);
        CHECK(right() < 0.1);
        for (double& w : weights.flat()) w = 1 - w;
    }
}

TEST_CASE("networks can be boosted: weighted rows turn weak ones into a strong one") {
    const Dataset<double> rings = spheres<double>(300, 2, 2, 0.1, 1);
    const Array<double> y = classes_of(rings);
    // Two hidden units draw at most two lines: too few to part a disc from the ring around it.
    const Network weak(Task::classification, hidden_layers({2}), {.epochs = 30, .lr = 0.02});
    Network alone = weak.clone(1);
    alone.fit(rings.features, y);
    AdaBoost boosted(weak, {.rounds = 15, .seed = 1});
    boosted.fit(rings.features, y);
    const double one = accuracy(alone.predict(rings.features), y), many = accuracy(boosted.predict(rings.features), y);
    CHECK(one < 0.9);
    CHECK(many > 0.95);
    CHECK(1 - many <= boosted.rounds().back().bound);
}

TEST_CASE("a copy of a network keeps what it learned when the original learns anew") {
    const Halves data;
    Network network(Task::classification, hidden_layers({4}), {.epochs = 3});
    network.fit(data.X, data.y);
    const Network copy = network;
    const Array<double> before = copy.probabilities(data.X);
    Array<double> other = data.y;
    for (double& c : other.flat()) c = 1 - c;
    network.fit(data.X, other);
    CHECK(copy.probabilities(data.X) == before);
    CHECK_FALSE(network.probabilities(data.X) == before);
}

TEST_CASE("a network refuses settings and data that it cannot use") {
    const auto make = hidden_layers({});
    const auto with = [&](NetworkOptions options) {
        return message<ValueError>([&] { Network(Task::classification, make, options); });
    };
    CHECK(with({.epochs = 0}) == "[Network] 0 epochs: at least one is needed to train.");
    CHECK(with({.batch_size = 0}) == "[Network] a batch size of 0: a step takes at least one row.");
    CHECK(with({.optimizer = "adan"}) ==
          "[Network] \"adan\": there is no update rule of that name. Take one of sgd, momentum, nesterov, adagrad, "
          "adadelta, rmsprop, adam, adamw.");
    CHECK(message<ValueError>([&] { Network(Task::regression, nullptr); }) ==
          "[Network] no function that makes the network: every fit begins with a new one.");
    const Halves data;
    Network network(Task::classification, make);
    CHECK(message<NotFittedError>([&] { network.predict(data.X); }) ==
          "[Network] not fitted: an estimator learns before it predicts. Call fit(X, y) first.");
    CHECK(message<ValueError>([&] { network.fit(data.X, Array<double>::zeros({80})); }) ==
          "[Network] rows of 1 class: it learns to tell at least 2 classes apart.");
    const Estimator regressor = Network(Task::regression, make);
    CHECK_FALSE(regressor.has_probabilities());
    const auto narrow = [](std::size_t features, std::size_t, Random& random) {
        return std::make_unique<Linear<float>>(features, 3, random);
    };
    CHECK(message<ShapeError>([&] { Network(Task::regression, narrow).fit(data.X, data.y); }) ==
          "[Network] a network that makes (1, 3) of one row: here it makes (1, 1). The function that makes the network "
          "is "
          "told how many outputs.");
}
