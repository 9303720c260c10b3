#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/sets.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/linear.hpp"
#include "sevenfold/nn/safetensors.hpp"
#include "sevenfold/nn/sequential.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/train/checkpoint.hpp"
#include "sevenfold/train/interrupt.hpp"
#include "sevenfold/train/trainer.hpp"

using namespace sevenfold;

namespace {

// A folder of its own for each test, gone afterwards.
struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / text("sevenfold-test-trainer-", ::getpid());
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path operator/(const char* name) const { return path / name; }
};

// Everything a training needs, the same each time: 40 rows of moons, a network with dropout, Adam.
template <class T = float>
struct Setup {
    explicit Setup(std::size_t width = 8, std::uint64_t seed = 5)
        : random(seed),
          data(holdout(moons<T>(40, 0.1, 1), 0.25, 1, true)),
          model(Linear<T>(2, width, random), Activate<T>(Activation::tanh), Dropout<T>(0.2, random),
                Linear<T>(width, 2, random)),
          optimizer(model.parameters(), {.lr = 0.01}),
          loader(data.train, {.batch_size = 7, .seed = 3}) {
        options.epochs = 4;
        options.validation = data.test;
        options.verbose = false;
        options.layer_gradients = true;
    }
    TrainResult train() { return fit(model, optimizer, loader, options); }
    /// Ends the training after so many steps, as Ctrl-C does.
    TrainResult train_interrupted(std::size_t steps) {
        Objective<T> objective = classification<T>();
        auto count = std::make_shared<std::size_t>(0);
        objective.loss = [=, loss = objective.loss](const Variable<T>& output, const Batch<T>& batch) {
            if (Tape<T>::current() && ++*count == steps) InterruptGuard::request();
            return loss(output, batch);
        };
        options.objective = objective;
        return train();
    }
    bool same_weights(Setup& other) { return model.state() == other.model.state(); }

    Random random;
    Split<T> data;
    Sequential<T> model;
    Adam<T> optimizer;
    Loader<T> loader;
    TrainOptions<T> options;
};

}  // namespace

TEST_CASE("a training run learns, and its history has a row for each epoch") {
    Setup<> s;
    s.options.epochs = 60;
    const TrainResult result = s.train();
    CHECK(result.epochs == 60);
    CHECK(result.history.rows() == 60);
    CHECK(result.history["loss"].back() < 0.5 * result.history["loss"].front());
    CHECK(result.history["validation_accuracy"].back() > 0.8);
    CHECK(result.history["gradient_norm"].front() > 0);
    CHECK(result.history["lr"].back() == doctest::Approx(0.01));
    CHECK(result.history["seconds"].back() > 0);
}

TEST_CASE("the same seed gives the same weights and history, another seed does not") {
    Setup<> a, b, c(8, 6);
    const History first = a.train().history;
    CHECK(first == b.train().history);
    CHECK(a.same_weights(b));
    CHECK_FALSE(first == c.train().history);
}

TEST_CASE("training on the whole batch is one step of plain gradient descent") {
    const Dataset<double> data = gabor<double>(12, 0.1, 1);
    Random random(1);
    Linear<double> model(1, 1, random);
    const double w = model.weight.value()(0, 0), b = model.bias->value()(0);
    double dw = 0, db = 0;
    for (std::size_t i = 0; i < 12; ++i) {
        const double error = w * data.features(i, 0) + b - data.targets(i, 0);
        dw += 2 * error * data.features(i, 0) / 12;
        db += 2 * error / 12;
    }
    Sgd<double> optimizer(model.parameters(), {.lr = 0.1});
    const TrainResult result =
        fit(model, optimizer, Loader<double>(data, {.batch_size = 12}), {.epochs = 1, .verbose = false});
    CHECK(model.weight.value()(0, 0) == doctest::Approx(w - 0.1 * dw).epsilon(1e-12));
    CHECK(model.bias->value()(0) == doctest::Approx(b - 0.1 * db).epsilon(1e-12));
    CHECK(result.history["gradient_norm"][0] == doctest::Approx(std::hypot(dw, db)).epsilon(1e-12));
    CHECK_FALSE(result.history.has("accuracy"));
}

TEST_CASE("micro-batches of any size give the gradient of the whole batch") {
    const auto weight_after = [](std::size_t micro_batch) {
        Random random(1);
        Linear<double> model(1, 1, random);
        Sgd<double> optimizer(model.parameters(), {.lr = 0.1});
        const Loader<double> loader(gabor<double>(10, 0.1, 1), {.batch_size = 10});
        const TrainResult r =
            fit(model, optimizer, loader, {.epochs = 1, .micro_batch = micro_batch, .verbose = false});
        return std::pair(model.weight.value().item(), r.history["loss"][0]);
    };
    const auto whole = weight_after(0);
    for (std::size_t micro_batch : {1u, 3u, 5u, 10u, 100u}) {
        CHECK(weight_after(micro_batch).first == doctest::Approx(whole.first).epsilon(1e-12));
        CHECK(weight_after(micro_batch).second == doctest::Approx(whole.second).epsilon(1e-12));
    }
}

TEST_CASE("a schedule sets the rate of every step, and clipping bounds the gradient") {
    Setup<> s;
    s.options.schedule = StepDecay{.lr = 0.1, .every = 5, .gamma = 0.5};  // 5 batches an epoch
    CHECK(s.train().history["lr"] == std::vector<double>{0.1, 0.05, 0.025, 0.0125});

    Random random(1);
    Linear<double> model(1, 1, random);
    const auto before = model.state();
    Sgd<double> optimizer(model.parameters(), {.lr = 1});
    Dataset<double> far = gabor<double>(10, 0.1, 1);
    far.targets = Array<double>::full(far.targets.shape(), 1000);
    const TrainResult r = fit(model, optimizer, Loader<double>(far, {.batch_size = 10}),
                              {.epochs = 1, .clip_norm = 0.5, .verbose = false});
    const double dw = model.weight.value().item() - before[0].second.item(),
                 db = model.bias->value().item() - before[1].second.item();
    CHECK(r.history["gradient_norm"][0] > 100);
    CHECK(std::hypot(dw, db) == doctest::Approx(0.5).epsilon(1e-6));
}

TEST_CASE("the gradient norms of layers are those of the epoch's last step, before clipping") {
    Setup<double> s;
    s.loader = Loader<double>(s.data.train, {.batch_size = 30});  // one step an epoch: its mean is its last
    s.options.clip_norm = 0.01;
    const History history = s.train().history;
    const std::vector<double>&first = history["gradient_norm 0"], &last = history["gradient_norm 3"];
    for (std::size_t epoch = 0; epoch < history.rows(); ++epoch)
        CHECK(std::hypot(first[epoch], last[epoch]) == doctest::Approx(history["gradient_norm"][epoch]).epsilon(1e-9));
    CHECK(history["gradient_norm"][0] > 0.01);
    s.options.layer_gradients = false;
    CHECK_FALSE(s.train().history.has("gradient_norm 0"));
}

TEST_CASE("early stopping ends training and brings the best epoch's weights back") {
    Setup<> s;
    s.options.epochs = 50;
    s.optimizer.set_lr(2.0);  // wild: the loss soon stops falling
    s.options.early_stopping = EarlyStoppingOptions{.patience = 3};
    const TrainResult result = s.train();
    CHECK(result.stopped_early);
    CHECK(result.epochs == result.best_epoch + 3);
    const std::vector<double>& losses = result.history["validation_loss"];
    CHECK(losses[result.best_epoch - 1] == *std::min_element(losses.begin(), losses.end()));
    CHECK(evaluate(static_cast<Module<float>&>(s.model), s.data.test).loss == losses[result.best_epoch - 1]);
}

TEST_CASE("evaluation counts what was taken for what, whatever the batch, without a tape and in evaluation mode") {
    Setup<> s;
    s.train();
    Module<float>& model = s.model;
    const Evaluation whole = evaluate(model, s.data.train),
                     parts = evaluate(model, s.data.train, classification<float>(), 4);
    CHECK(model.training());
    CHECK(parts.loss == doctest::Approx(whole.loss));
    CHECK(*parts.accuracy == *whole.accuracy);
    CHECK(*parts.confusion == *whole.confusion);
    const Array<std::int64_t>& c = *whole.confusion;
    CHECK(c(0, 0) + c(0, 1) + c(1, 0) + c(1, 1) == 30);
    CHECK(*whole.accuracy == static_cast<double>(c(0, 0) + c(1, 1)) / 30);
    CHECK(predict(model, s.data.train.features, 4) == predict(model, s.data.train.features, 4));
    CHECK(confusion_table(Array<std::int64_t>({2, 2}, {12, 0, 3, 7}), {"cat", "dog"}) ==
          "true |  cat  dog   <- taken for\n cat |   12    .\n dog |    3    7\n");
}

TEST_CASE("a run interrupted after any step and resumed ends with the same bits") {
    const Folder folder;
    for (const bool stopping : {false, true}) {
        Setup<> whole;
        if (stopping) whole.options.early_stopping = EarlyStoppingOptions{.patience = 2};
        const TrainResult all = whole.train();
        for (std::size_t steps = 1; steps < 20; ++steps) {
            CAPTURE(steps);
            Setup<> first, second(8, 99);
            first.options.save = folder / "run.ckpt";
            second.options.resume = folder / "run.ckpt";
            if (stopping)
                first.options.early_stopping = second.options.early_stopping = EarlyStoppingOptions{.patience = 2};
            const TrainResult part = first.train_interrupted(steps);
            REQUIRE(part.interrupted);
            CHECK(part.epochs == steps / 5);
            const TrainResult rest = second.train();
            CHECK(rest.history == all.history);
            CHECK(second.same_weights(whole));
        }
    }
}

TEST_CASE("a finished run goes on when more epochs are asked for") {
    const Folder folder;
    Setup<double> whole, first, second;
    whole.options.epochs = 6;
    first.options.save = folder / "run.ckpt";
    second.options.resume = folder / "run.ckpt";
    second.options.epochs = 6;
    first.train();
    CHECK(second.train().history == whole.train().history);
    CHECK(second.same_weights(whole));
}

TEST_CASE("Ctrl-C ends training after the step, and afterwards does what it did before") {
    const Folder folder;
    Setup<> s;
    s.options.save = folder / "run.ckpt";
    Objective<float> objective = classification<float>();
    objective.loss = [loss = objective.loss](const Variable<float>& output, const Batch<float>& batch) {
        ::raise(SIGINT);
        return loss(output, batch);
    };
    s.options.objective = objective;
    // clang-format off
    struct sigaction before {}, now {};
    // clang-format on
    sigaction(SIGINT, nullptr, &before);
    CHECK(s.train().interrupted);
    CHECK(load_checkpoint<float>(folder / "run.ckpt").position.batch == 1);
    sigaction(SIGINT, nullptr, &now);
    CHECK((now.sa_handler == before.sa_handler));
}

TEST_CASE("a checkpoint of another run is refused, nothing changes, and the file stays") {
    const Folder folder;
    Setup<> first;
    first.options.save = folder / "run.ckpt";
    first.train();
    const std::string bytes = read_file(folder / "run.ckpt");
    const std::string where = (folder / "run.ckpt").string();

    const auto refused = [&](auto change, const std::string& message) {
        Setup<> other(8, 99);
        change(other);
        other.options.resume = other.options.save = folder / "run.ckpt";
        const auto before = other.model.state();
        CHECK_THROWS_WITH_AS(other.train(), message.c_str(), ValueError);
        CHECK(other.model.state() == before);
        CHECK(other.optimizer.steps() == 0);
        CHECK(read_file(folder / "run.ckpt") == bytes);
    };
    const std::string same =
        ": a training goes on under the settings it began with. Use the same ones, or start anew without resuming.";
    refused([](Setup<>& s) { s.loader = Loader<float>(s.data.train, {.batch_size = 8, .seed = 3}); },
            "[resume] " + where + " was made with batch size 7, this run has 8" + same);
    refused([](Setup<>& s) { s.options.clip_norm = 1; },
            "[resume] " + where + " was made with clip norm 0, this run has 1" + same);
    refused([](Setup<>& s) { s.options.settings["lr"] = "3"; },
            "[resume] " + where + " was made with lr not set, this run has 3" + same);

    Setup<> wider(9, 99);
    wider.options.resume = wider.options.save = folder / "run.ckpt";
    const auto before = wider.model.state();
    CHECK_THROWS_AS(wider.train(), ValueError);
    CHECK(wider.model.state() == before);
    CHECK_THROWS_WITH_AS(
        load_checkpoint<double>(folder / "run.ckpt"),
        ("[checkpoint] " + where +
         ", model.0.weight of type F32: this model computes in F64. Build the model with the type that was "
         "saved: float is F32, double F64.")
            .c_str(),
        FileError);
    Setup<> sgd;
    Sgd<float> other_rule(sgd.model.parameters());
    sgd.options.resume = folder / "run.ckpt";
    CHECK_THROWS_WITH_AS(fit(sgd.model, other_rule, sgd.loader, sgd.options),
                         "[sgd] a state of adam: this optimizer is sgd. Load it into an optimizer made like the one "
                         "that it was saved from.",
                         ValueError);
    CHECK(read_file(folder / "run.ckpt") == bytes);
}

TEST_CASE("files that are no checkpoint, of another version or damaged are refused") {
    const Folder folder;
    Setup<> s;
    s.options.save = folder / "run.ckpt";
    s.train();
    const std::string bytes = read_file(folder / "run.ckpt");

    SafetensorsWriter weights;
    weights.add("w", Array<float>::ones({2}));
    weights.write(folder / "weights");
    CHECK_THROWS_AS(load_checkpoint<float>(folder / "weights"), FileError);
    CHECK_THROWS_AS(load_checkpoint<float>(folder / "nowhere"), FileError);

    const auto rewritten = [&](const std::string& key, const std::string& value) {
        SafetensorsWriter file;
        const SafetensorsFile old(folder / "run.ckpt");
        file.metadata = old.metadata();
        file.metadata[key] = value;
        for (const auto& entry : old.entries()) file.add(entry.name, old.read<float>(entry.name));
        file.write(folder / "changed");
        return folder / "changed";
    };
    CHECK_THROWS_WITH_AS(
        load_checkpoint<float>(rewritten("version", "2")),
        ("[checkpoint] " + (folder / "changed").string() +
         " of version 2: this program reads version 1. Go on with the program that saved it, or start anew.")
            .c_str(),
        FileError);
    CHECK_THROWS_WITH_AS(load_checkpoint<float>(rewritten("random", "{")),
                         ("[checkpoint] " + (folder / "changed").string() +
                          ": its metadata is damaged, in the entry random. Go on from another checkpoint.")
                             .c_str(),
                         FileError);
    for (const char* key : {"optimizer", "random", "settings", "position", "history"})
        for (const char* value : {"", "7", "{}", "[]", "{\"epoch\": -1}", "{\"a\": 1}"}) {
            CAPTURE(key);
            CAPTURE(value);
            const bool fine =
                std::string(value) == "{}" && (std::string(key) == "random" || std::string(key) == "settings");
            if (!fine) CHECK_THROWS_AS(load_checkpoint<float>(rewritten(key, value)), FileError);
        }
    for (std::size_t cut = 0; cut < bytes.size(); cut += 997) {
        write_file_atomically(folder / "changed", bytes.substr(0, cut));
        CHECK_THROWS_AS(load_checkpoint<float>(folder / "changed"), FileError);
    }
}

TEST_CASE("training says what is wrong with what it was given") {
    Setup<> s;
    s.options.epochs = 0;
    CHECK_THROWS_WITH_AS(s.train(), "[fit] 0 epochs: at least one is needed to train.", ValueError);
    s.options.epochs = 1;
    s.options.early_stopping = EarlyStoppingOptions{};
    s.options.validation.reset();
    CHECK_THROWS_WITH_AS(
        s.train(),
        "[fit] early stopping without validation data: the loss on data trained on does not show overfitting. "
        "Hold out a part: holdout(data, 0.2, seed).",
        ValueError);

    Random random(1);
    Linear<double> model(1, 1, random);
    Sgd<double> optimizer(model.parameters(), {.lr = 1e200});
    CHECK_THROWS_WITH_AS(
        fit(model, optimizer, Loader<double>(gabor<double>(10), {.batch_size = 5}), {.epochs = 9, .verbose = false}),
        "[fit] the loss is inf in epoch 1, step 2: nothing can be learned from here. Lower the learning rate, set "
        "clip_norm, "
        "or find the op: tape.find_anomalies().",
        AnomalyError);
}
