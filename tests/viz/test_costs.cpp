#include <doctest/doctest.h>

#include <cmath>

#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/autograd/step_clock.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/viz/costs.hpp"

using namespace sevenfold;
using namespace sevenfold::viz;

namespace {

Batch<float> batch_of(std::size_t rows) {
    Random random(1);
    Batch<float> batch;
    batch.features = random.normal<float>({rows, 20});
    batch.labels = Labels::zeros({rows});
    return batch;
}

}  // namespace

TEST_CASE("products count two operations for each multiplication, elementwise ops one for each element") {
    CHECK(forward_flops("matmul", {{64, 784}, {784, 256}}, {64, 256}) == 2.0 * 64 * 784 * 256);
    CHECK(forward_flops("linear", {{64, 784}, {256, 784}, {256}}, {64, 256}) == 64.0 * 256 * (2 * 784 + 1));
    CHECK(forward_flops("conv2d", {{2, 3, 8, 8}, {5, 3, 3, 3}}, {2, 5, 6, 6}) == 2.0 * 2 * 5 * 36 * 27);
    CHECK(forward_flops("attention", {{2, 10, 48}}, {2, 10, 16}) == 4.0 * 2 * 10 * 10 * 16);
    CHECK(forward_flops("relu", {{3, 4}}, {3, 4}) == 12);
    CHECK(forward_flops("sum", {{3, 4}}, Shape{}) == 12);
    CHECK(forward_flops("softmax", {{3, 4}}, {3, 4}) == 60);
    CHECK(forward_flops("reshape", {{3, 4}}, {12}) == 0);
}

TEST_CASE("the costs of a step name its ops, count their work, and leave the model as it was") {
    Random random(1);
    Mlp<float> model({20, 30, 10}, Activation::relu, random);
    const State<float> before = model.state();
    const auto costs = step_costs(model, classification<float>(), batch_of(16), 2);
    std::size_t steps = 0;
    for (const OpCost& cost : costs) {
        INFO(cost.op);
        CHECK(cost.forward_seconds > 0);
        CHECK(cost.bytes > 0);
        steps += cost.steps;
    }
    CHECK(steps == 3);  // two layers and the loss
    const auto hidden = std::ranges::find(costs, std::string("linear_relu"), &OpCost::op);
    REQUIRE(hidden != costs.end());
    // The first layer's input wants no gradient: weight and bias do, which takes one more product... and a sum.
    CHECK(hidden->flops == 16.0 * 30 * (2 * 20 + 1) * 3);
    for (const Variable<float>& p : model.parameters()) CHECK_FALSE(p.has_grad());
    CHECK(model.state() == before);
}

TEST_CASE("the share of peak is the shortest possible time over the time it took") {
    const Peak peak{1e9, 1e9};
    CHECK(share_of_peak({.op = "a", .forward_seconds = 1, .backward_seconds = 1, .flops = 1e9, .bytes = 0}, peak) ==
          0.5);
    CHECK(share_of_peak({.op = "a", .forward_seconds = 2, .flops = 0, .bytes = 1e9}, peak) == 0.5);
    CHECK(share_of_peak({}, peak) == 0);
    const Peak measured = measure_peak();
    CHECK(measured.flops_per_second > 1e6);
    CHECK(measured.bytes_per_second > 1e6);
}

TEST_CASE("a receipt has a row for each op and one for all") {
    const Section receipt =
        cost_receipt({{"matmul", 2, 3e-6, 1e-6, 8e6, 1e6}, {"add", 1, 1e-6, 1e-6, 1e3, 1e3}}, {1e12, 1e12});
    const auto& table = std::get<TextTable>(receipt.parts[2]);
    REQUIRE(table.rows.size() == 3);
    CHECK(table.rows[0] == std::vector<std::string>{"matmul", "2", "3", "1", "8", "1", "2e+03", "200"});
    CHECK(table.rows[2][0] == "all");
    CHECK(table.rows[2][1] == "3");
}

TEST_CASE("a step clock hears of the steps of a tape that keeps values, and of no other") {
    const auto x = leaf(Array<double>({3}, {1, 2, 3}), "x");
    StepClock clock;
    {
        Tape<double> tape;
        exp(x);
        CHECK(clock.seconds(1) == 0);
    }
    Tape<double> tape;
    tape.keep_values();
    sum(exp(x));
    CHECK(clock.seconds(0) == 0);  // the leaf
    CHECK(clock.seconds(1) > 0);
    CHECK(clock.seconds(2) > 0);
    CHECK(clock.seconds(3) == 0);
}
