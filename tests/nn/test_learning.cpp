// Small networks learn small tasks, the same way each time.
#include <doctest/doctest.h>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/transformer.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;

TEST_CASE("an MLP learns exclusive or") {
    const auto train = [] {
        Random random(1);
        Mlp<double> model({2, 8, 1}, Activation::tanh, random);
        const Array<double> x{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, y{{0}, {1}, {1}, {0}};
        Adam<double> optimizer(model.parameters(), {.lr = 0.05});
        for (int step = 0; step < 200; ++step) {
            optimizer.zero_grad();
            Tape<double> tape;
            tape.backward(bce_with_logits(model(x), Variable<double>(y)));
            optimizer.step();
        }
        return model(x).value();
    };
    const Array<double> logits = train();
    CHECK(logits(0, 0) < -2);
    CHECK(logits(1, 0) > 2);
    CHECK(logits(2, 0) > 2);
    CHECK(logits(3, 0) < -2);
    CHECK(train() == logits);
}

TEST_CASE("a causal transformer learns to repeat the token before") {
    Random random(1);
    CausalTransformer<float> model(
        {.vocabulary = 5, .context = 6, .blocks = 1, .layer = {.width = 16, .heads = 2, .hidden = 32}}, random);
    Adam<float> optimizer(model.parameters(), {.lr = 0.01});
    const auto batch = [&] {  // tokens, and at each position the token before it (at the first: token 0)
        Indices tokens(Shape{32, 6}), before(Shape{32 * 6});
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            tokens.data()[i] = static_cast<std::int64_t>(random.below(5));
            before.data()[i] = i % 6 == 0 ? 0 : tokens.data()[i - 1];
        }
        return std::pair(tokens, before);
    };
    for (int step = 0; step < 200; ++step) {
        const auto [tokens, before] = batch();
        optimizer.zero_grad();
        Tape<float> tape;
        tape.backward(cross_entropy(reshape(model(tokens), Shape{32 * 6, 5}), before));
        optimizer.step();
    }
    const auto [tokens, before] = batch();
    const Array<float> logits = model(tokens).value();
    CHECK(argmax(logits.reshape({32 * 6, 5})) == before);
    // Its attention shows how: position 3 looks at position 2.
    const Variable<float> z = model.tokens(tokens) + model.positions;
    const Array<float> weights = model.blocks[0].attention_weights(z).value();
    CHECK(std::max(weights(0, 0, 3, 2), weights(0, 1, 3, 2)) > 0.5f);
}
