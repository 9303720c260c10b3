// Refusals that the tests of each folder leave out: with them, a test throws every error of docs/errors.md.
#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

#include "data/scratch.hpp"
#include "message.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/csv.hpp"
#include "sevenfold/data/dataset.hpp"
#include "sevenfold/data/elements.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/ensemble/bagging.hpp"
#include "sevenfold/ensemble/decision_tree.hpp"
#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/linear.hpp"
#include "sevenfold/nn/safetensors.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/trainer.hpp"
#include "sevenfold/validation/metrics.hpp"
#include "sevenfold/viz/colours.hpp"
#include "sevenfold/viz/museum.hpp"
#include "sevenfold/viz/training.hpp"

using namespace sevenfold;

TEST_CASE("ops refuse nothing to stack, and an index of another shape") {
    CHECK(message<ShapeError>([] { stack(std::vector<Variable<float>>{}, 0); }) ==
          "[stack] no arrays: there must be at least one.");
    CHECK(message<ShapeError>([] {
              scatter_add(Variable<float>(Array<float>::ones({2, 2})), 1, Indices(Shape{2, 1}), {2, 3});
          }) == "[scatter_add] (2, 2) and an index (2, 1): each element needs an index of its own.");
}

TEST_CASE("data sets refuse what does not fit") {
    CHECK(message<ValueError>([] { read_csv<float>("a.csv", {.label = "a", .targets = {"b"}}); }) ==
          "[csv] label \"a\" and targets: a set has a label or targets, not both.");
    const Scratch scratch;
    std::string rows = "a,name\n";
    for (int i = 0; i <= 65536; ++i) rows += "0,x" + std::to_string(i) + "\n";
    CHECK(has(message<FileError>([&] { read_csv<float>(scratch.file("names.csv", rows), {.label = "name"}); }),
              "the label column holds more than 65536 different names. Is this the label column?"));
    Dataset<float> data = moons<float>(4, 0, 1);
    data.classes = 0;
    data.targets = Array<float>::ones({3, 1});
    CHECK(message<ShapeError>([&] { data.check(); }) ==
          "[dataset] moons: targets (3, 1) for features (4, 2): every row has one target.");
    ByteReader reader("abc", "test", "file");
    CHECK(
        message<FileError>([&] {
            read_elements<float>(reader, {{'x', 3}, {1}});
        }) ==
        "[test] file, byte 3: elements of kind 'x' with 3 bytes: arrays are read from bool, integers of 1 to 8 bytes, "
        "float32 and float64.");
}

TEST_CASE("images of clothes are images") {
    const Scratch scratch;
    for (const char* part : {"train", "t10k"}) {
        scratch.file(std::string(part) + "-images-idx3-ubyte", std::string("\0\0\x08\1\0\0\0\2ab", 10));
        scratch.file(std::string(part) + "-labels-idx1-ubyte", std::string("\0\0\x08\1\0\0\0\2\0\1", 10));
    }
    CHECK(has(message<FileError>([&] { fashion_mnist<float>(scratch.folder); }), "shape (2,): images are (N, H, W)."));
}

TEST_CASE("a number that is no activation, and text that is not UTF-8") {
    CHECK(message<ValueError>([] { activate(Variable<float>(1), static_cast<Activation>(99)); }) ==
          "[activation] number 99: not one of the activations.");
    const Scratch scratch;
    SafetensorsWriter file;
    file.metadata["note"] = "\xff";
    CHECK(message<ValueError>([&] { file.write(scratch / "a"); }) ==
          "[safetensors] metadata that is not UTF-8: the header is JSON, which is UTF-8.");
    CHECK_FALSE(std::filesystem::exists(scratch / "a"));
}

TEST_CASE("training refuses settings that mean nothing") {
    Random random(1);
    Linear<float> model(2, 2, random);
    Sgd<float> optimizer(model.parameters());
    const Dataset<float> labelled = moons<float>(8, 0, 1);
    Dataset<float> bare = labelled;
    bare.classes = 0;
    const auto refusal = [&](TrainOptions<float> options, const Dataset<float>& data) {
        options.verbose = false;
        return message<ValueError>([&] { fit(model, optimizer, Loader<float>(data), options); });
    };
    CHECK(refusal({.clip_norm = -1}, labelled) == "[fit] clip_norm -1: a norm is not negative. 0 means no limit.");
    CHECK(refusal({.print_every = 0}, labelled) == "[fit] print_every 0: lines are at least one epoch apart.");
    CHECK(refusal({.objective = Objective<float>{}}, labelled) ==
          "[fit] an objective without a loss: there is nothing to minimise.");
    CHECK(
        refusal({}, bare) ==
        "[fit] data without labels or targets: there is nothing to learn from. Give an objective that needs neither.");
    CHECK(
        refusal({.validation = labelled,
                 .objective = regression<float>(),
                 .early_stopping = EarlyStoppingOptions{.higher_is_better = true}},
                labelled) ==
        "[fit] early stopping on an accuracy: this objective has none. Leave higher_is_better off to watch the loss.");
    CHECK(message<ValueError>([&] { evaluate(static_cast<Module<float>&>(model), Dataset<float>{}); }) ==
          "[evaluate] a data set without rows: there is nothing to evaluate.");
}

TEST_CASE("ensembles, metrics and pictures refuse what they cannot use") {
    Bagging bag(DecisionTree{});
    CHECK(message<ValueError>([&] {
              bag.fit(Array<double>({2, 1}, {0, 1}), Array<double>({2}, {0, 1}), {}, {});
          }) == "[Bagging] no bags: there is one for each member.");
    CHECK(message<ShapeError>([] {
              mean_absolute_error(Array<double>::ones({2, 1}), Array<double>::ones({2}));
          }) == "[mean_absolute_error] predicted (2, 1): one number for each row: (N,).");
    CHECK(message<ShapeError>([] { viz::grey_png_uri(Array<double>::ones({3}), 0, 1); }) ==
          "[png] (3,): a picture is a matrix with entries.");
    CHECK(message<IndexError>([] {
              viz::worst_mistakes(Array<float>({1, 2}, {1, 0}), Labels({1}, {7}), 5);
          }) == "[mistakes] label 7: there are 2 classes.");
}

TEST_CASE("a museum shows wrong rules that are caught beside right ones that are not") {
    const Scratch scratch;
    const GradcheckReport caught{{{.order = 1,
                                   .road = "grad",
                                   .input = 0,
                                   .name = "",
                                   .entry = {},
                                   .analytic = 2,
                                   .numeric = 1,
                                   .error = 1,
                                   .allowed = 0}}};
    const auto refusal = [&](const std::vector<viz::Exhibit>& exhibits) {
        return message<ValueError>([&] { viz::museum(exhibits, scratch / "a.html"); });
    };
    CHECK(refusal({}) == "[museum] no exhibits: a museum shows something.");
    viz::Exhibit exhibit;
    exhibit.title = "A";
    CHECK(refusal({exhibit}) == "[museum] a wrong rule that passed (A): an exhibit is caught.");
    exhibit.wrong_report = exhibit.right_report = caught;
    CHECK(refusal({exhibit}) == "[museum] a right rule that did not pass (A): its twin is right.");
}
