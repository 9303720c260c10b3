#include <doctest/doctest.h>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/convolution.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/embedding.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/normalization.hpp"
#include "sevenfold/nn/sequential.hpp"
#include "sevenfold/nn/summary.hpp"

using namespace sevenfold;

TEST_CASE("a linear layer has out · in + out parameters, or out · in without bias") {
    Random random(1);
    CHECK(Linear(3, 5, random).parameter_count() == 20);
    CHECK(Linear(3, 5, random, false).parameter_count() == 15);
    CHECK(Linear(3, 5, random)(Array<float>::zeros({2, 7, 3})).shape() == Shape{2, 7, 5});
    CHECK_THROWS_WITH_AS(Linear(0, 5, random), "[Linear] 0 inputs and 5 outputs: a layer has at least one of each.",
                         ValueError);
}

TEST_CASE("an MLP has an activation between layers and none after the last") {
    Random random(1);
    Mlp<double> model({2, 3, 1}, Activation::relu, random);
    model.layers[0].weight.assign(Array<double>({3, 2}, {1, 0, 0, 1, -1, -1}));
    model.layers[0].bias->assign(Array<double>::zeros({3}));
    model.layers[1].weight.assign(Array<double>({1, 3}, {-1, -1, 5}));
    model.layers[1].bias->assign(Array<double>::zeros({1}));
    CHECK(model(Array<double>({1, 2}, {2, 3})).item() == -5);
    CHECK_THROWS_WITH_AS(Mlp<double>({4}, Activation::relu, random),
                         "[Mlp] 1 sizes: it needs the number of inputs and of outputs. Write Mlp({inputs, hidden.., "
                         "outputs}, ..).",
                         ValueError);
}

TEST_CASE("the seed decides every weight of a model") {
    Random a(9), b(9);
    const Mlp<float> first({4, 8, 3}, Activation::tanh, a), second({4, 8, 3}, Activation::tanh, b);
    CHECK(first.state() == second.state());
    const Mlp<float> third({4, 8, 3}, Activation::tanh, b);
    CHECK_FALSE(first.state() == third.state());
}

TEST_CASE("the summary of a network for images shows how its shapes change") {
    Random random(1);
    Sequential model(Conv2d(1, 8, random, {.padding = 1}), Activate(Activation::relu), MaxPool2d(2),
                     Conv2d(8, 16, random, {.stride = 2, .bias = false}), AvgPool2d(2), Flatten(),
                     Linear(144, 10, random));
    CHECK(summary(model, {1, 1, 28, 28}) ==
          "Layer                                         Output shape    Parameters\n"
          "------------------------------------------------------------------------\n"
          "Sequential                                    (1, 10)\n"
          "  0  Conv2d(1, 8, 3 x 3, padding 1)           (1, 8, 28, 28)          80\n"
          "  1  relu                                     (1, 8, 28, 28)\n"
          "  2  MaxPool2d(2 x 2)                         (1, 8, 14, 14)\n"
          "  3  Conv2d(8, 16, 3 x 3, stride 2, no bias)  (1, 16, 6, 6)        1,152\n"
          "  4  AvgPool2d(2 x 2)                         (1, 16, 3, 3)\n"
          "  5  Flatten                                  (1, 144)\n"
          "  6  Linear(144, 10)                          (1, 10)              1,450\n"
          "------------------------------------------------------------------------\n"
          "Input (1, 1, 28, 28), 2,682 parameters\n");
    CHECK_THROWS_WITH_AS(Conv2d(1, 8, random, {.stride = 0}),
                         "[Conv2d] 1 to 8 channels, kernel 3, stride 0: all of them are at least 1.", ValueError);
    CHECK_THROWS_WITH_AS(Flatten()(Array<float>::zeros({3})),
                         "[Flatten] x (3,): it needs a batch axis and at least one more.", ShapeError);
}

TEST_CASE("embedding takes indices or the same numbers as a variable") {
    Random random(1);
    Embedding<double> model(10, 4, random);
    const Indices index({2, 3}, {0, 9, 3, 3, 1, 0});
    const Array<double> rows = model(index).value();
    CHECK(rows.shape() == Shape{2, 3, 4});
    CHECK(model(index.cast<double>()).value() == rows);
    CHECK(rows(0, 1, 2) == model.weight.value()(9, 2));
    CHECK_THROWS_WITH_AS(model(Array<double>({1}, {1.5})), "[as_indices] 1.5: an index is a whole number.", ValueError);
}

TEST_CASE("dropout in training zeroes its share and keeps the mean; in evaluation it does nothing") {
    Random random(1);
    Dropout<double> model(0.3, random);
    const Array<double> x = Array<double>::ones({100, 1000});
    const Array<double> y = model(x).value();
    double zeros = 0, scaled = 0, total = 0;
    for (double v : y) {
        zeros += v == 0;
        scaled += v == 1 / 0.7;
        total += v;
    }
    CHECK(zeros + scaled == 1e5);
    CHECK(zeros / 1e5 == doctest::Approx(0.3).epsilon(0.02));
    CHECK(total / 1e5 == doctest::Approx(1).epsilon(0.01));
    CHECK_FALSE(model(x).value() == y);  // another mask each time
    model.eval();
    CHECK(model(x).value() == x);
    CHECK_THROWS_WITH_AS(Dropout(1.0, random), "[Dropout] probability 1: it is at least 0 and below 1.", ValueError);
}

TEST_CASE("dropout's gradient passes where the value passed") {
    Random random(1);
    Dropout<double> model(0.5, random);
    const auto x = leaf(Array<double>::ones({50}));
    Tape<double> tape;
    const auto y = model(x);
    tape.backward(sum(y));
    CHECK(x.grad() == y.value());
}

TEST_CASE("batch normalization makes a batch's channels standard, and follows their statistics only in training") {
    Random random(2);
    BatchNorm1d<double> model(3);
    const Array<double> x = random.normal<double>({40, 3, 5}, 2, 3);
    const Variable<double> y = model(x);
    const Array<double> means = mean(y, {0, 2}).value(), variances = var(y, {0, 2}).value();
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(std::abs(means(c)) < 1e-12);
        CHECK(variances(c) == doctest::Approx(1).epsilon(1e-5));
    }
    const Array<double> running = model.running_mean;
    CHECK(running(0) == doctest::Approx(0.2).epsilon(0.5));
    model.eval();
    model(x);
    CHECK(model.running_mean == running);
    model.train();
    for (int i = 0; i < 300; ++i) model(x);
    model.eval();
    const Array<double> again = model(x).value();
    for (std::size_t i = 0; i < again.size(); ++i)
        CHECK(again.data()[i] == doctest::Approx(y.value().data()[i]).epsilon(0.01));
}

TEST_CASE("batch normalization names the shapes that it takes") {
    BatchNorm1d<double> model(3);
    CHECK_THROWS_WITH_AS(model(Array<double>::zeros({4, 2})), "[BatchNorm1d] x (4, 2): it takes (N, 3) or (N, 3, L).",
                         ShapeError);
    CHECK_THROWS_WITH_AS(
        model(Array<double>::zeros({1, 3})),
        "[BatchNorm1d] a batch (1, 3) in training: a variance needs two values a channel or more. Use a "
        "larger batch, or model.eval().",
        ShapeError);
}
