// An error leaves tape, model and optimizer as they were: the step that threw can be repeated.
#include <doctest/doctest.h>

#include <atomic>

#include "message.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/micro_batches.hpp"
#include "sevenfold/train/trainer.hpp"
#include "tried.hpp"

using namespace sevenfold;

namespace {

// Everything for training by hand.
struct Run {
    Random random{3};
    Mlp<float> model{{2, 8, 2}, Activation::tanh, random};
    std::unique_ptr<Optimizer<float>> optimizer;
    Dataset<float> data = moons<float>(32, 0.1, 1);

    explicit Run(std::string_view rule) : optimizer(make_optimizer<float>(rule, model.parameters())) {}

    void step(Tape<float>& tape) {
        const auto loss = cross_entropy(model(data.features), data.labels);
        optimizer->zero_grad();
        tape.backward(loss);
        optimizer->step();
    }
    void steps(int n) {
        for (int i = 0; i < n; ++i) {
            Tape<float> tape;
            step(tape);
        }
    }
};

// A step that throws in its middle, on a tape that is then used for the whole step.
using Accident = void (*)(Run&, Tape<float>&);

struct Named {
    const char* what;
    Accident accident;
};
const Named accidents[] = {
    {"forward: a class that there is not",
     [](Run& run, Tape<float>&) { cross_entropy(run.model(run.data.features), Labels::full({32}, 2)); }},
    {"forward: a shape that does not fit",
     [](Run& run, Tape<float>&) {
         run.model(Array<float>::ones({4, 3}));
     }},
    {"backward: of more than one number",
     [](Run& run, Tape<float>& tape) { tape.backward(run.model(run.data.features)); }},
    {"backward: of a value changed in place",
     [](Run& run, Tape<float>& tape) {
         const auto loss = cross_entropy(run.model(run.data.features), run.data.labels);
         Variable<float> weight = run.model.parameters().back();
         weight.assign(weight.value());  // the same numbers, but changed all the same
         Variable<float> first = run.model.parameters()[2];
         first.assign(first.value());
         tape.backward(loss);
     }},
    {"backward: an anomaly",
     [](Run& run, Tape<float>& tape) {
         tape.find_anomalies();
         tape.backward(sum(log(run.model(run.data.features) * 0.0f)));
     }},
    {"step: a gradient of another shape",
     [](Run& run, Tape<float>&) {
         Variable<float> weight = run.model.parameters().front();
         weight.grad() = Array<float>::ones({7});
         run.optimizer->step();
     }},
    {"loading a state that is not the optimizer's",
     [](Run& run, Tape<float>&) {
         OptimizerState<float> state = run.optimizer->state();
         state.updates.pop_back();
         run.optimizer->load(state);
     }},
    {"loading weights that are not the model's",
     [](Run& run, Tape<float>&) {
         State<float> state = run.model.state();
         state.back().second = Array<float>::ones({5});
         run.model.load_state(state);
     }},
};

}  // namespace

TEST_CASE("a training step that throws anywhere can be repeated, and leads to the same bits") {
    Tried tried("training steps that threw, repeated");
    for (const char* rule : {"sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam"})
        for (const Named& named : accidents) {
            CAPTURE(rule);
            CAPTURE(named.what);
            Run clean(rule), disturbed(rule);
            for (int i = 0; i < 4; ++i) {
                clean.steps(1);
                {
                    Tape<float> tape;
                    CHECK_THROWS_AS(named.accident(disturbed, tape), Error);
                }
                disturbed.steps(1);
                tried.add(true);
            }
            CHECK(clean.model.state() == disturbed.model.state());
            CHECK(clean.optimizer->steps() == disturbed.optimizer->steps());
        }
}

TEST_CASE("the tape on which something threw records and differentiates what comes after") {
    for (const Named& named : accidents) {
        CAPTURE(named.what);
        Run clean("adam"), disturbed("adam");
        clean.steps(1);
        Tape<float> tape;
        CHECK_THROWS_AS(named.accident(disturbed, tape), Error);
        tape.find_anomalies(false);
        disturbed.step(tape);
        CHECK(clean.model.state() == disturbed.model.state());
    }
}

TEST_CASE("a loss that throws in a micro-batch, on any number of threads, leaves gradients and model as they were") {
    Run run("sgd");
    const Epoch<float> epoch = Loader<float>(run.data, {.batch_size = 32}).epoch(0);
    const Batch<float> batch = epoch[0];
    Objective<float> objective = classification<float>();
    MicroBatches<float> fine(run.model, objective, 8, 1);
    const double expected = fine.backward(batch).loss;
    std::vector<Array<float>> gradients;
    for (const auto& p : run.model.parameters()) gradients.push_back(p.grad());
    run.optimizer->zero_grad();

    bool failing = true;
    std::atomic<int> calls = 0;
    objective.loss = [&, loss = objective.loss](const Variable<float>& output, const Batch<float>& part) {
        if (failing && ++calls == 3) fail<ValueError>("test", "an accident", "it was arranged");
        return loss(output, part);
    };
    for (const std::size_t threads : {1u, 2u, 4u}) {
        MicroBatches<float> parts(run.model, objective, 8, threads);
        failing = true;
        calls = 0;
        CHECK(message<ValueError>([&] { parts.backward(batch); }) == "[test] an accident: it was arranged.");
        failing = false;
        run.optimizer->zero_grad();
        CHECK(parts.backward(batch).loss == expected);
        const auto parameters = run.model.parameters();
        for (std::size_t i = 0; i < gradients.size(); ++i) CHECK(parameters[i].grad() == gradients[i]);
    }
}
