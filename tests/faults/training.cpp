#include "faults/training.hpp"

#include <zlib.h>

#include <cstring>

#include "data/scratch.hpp"
#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/synthetic.hpp"
#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/linear.hpp"
#include "sevenfold/nn/safetensors.hpp"
#include "sevenfold/nn/sequential.hpp"
#include "sevenfold/optim/rules.hpp"
#include "sevenfold/viz/training.hpp"

namespace faults {

using namespace sevenfold;

namespace {

// The page that --report of an example writes, without the one number in it that is measured.
std::string page(const TrainResult& result, const Array<std::int64_t>& confusion) {
    const std::vector<viz::TrainingRun> runs{{.name = "two moons",
                                              .history = result.history,
                                              .settings = {{"optimizer", "adam"}},
                                              .best_epoch = static_cast<std::size_t>(result.best_epoch),
                                              .stopped_early = result.stopped_early}};
    viz::Report report{.title = "two moons",
                       .sections = {viz::learning_curves(runs),
                                    viz::settings_and_results(runs),
                                    {.title = "Answers", .parts = {viz::confusion_figure(confusion)}}}};
    std::size_t measured = 0;
    for (viz::Part& part : report.sections[1].parts)
        if (auto* table = std::get_if<viz::TextTable>(&part))
            for (std::vector<std::string>& row : table->rows)
                if (row[0] == "time in training steps") row[1].clear(), ++measured;
    if (measured != 1) throw std::logic_error("where is the measured time?");
    const Communicator::Use alone(Communicator::alone());  // every rank reads what it has written
    const Scratch scratch;
    viz::write_report(report, scratch / "page.html");
    return read_file(scratch / "page.html");
}

}  // namespace

bool Outcome::operator==(const Outcome& other) const {
    if (weights.size() != other.weights.size()) return false;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto& [name, array] = weights[i];
        const auto& [other_name, other_array] = other.weights[i];
        if (name != other_name || array.shape() != other_array.shape() ||
            std::memcmp(array.data(), other_array.data(), array.size() * sizeof(float)) != 0)
            return false;
    }
    return history == other.history && report == other.report && page == other.page;
}

std::string Outcome::fingerprint() const {
    uLong sum = crc32_z(0, nullptr, 0);
    const auto add = [&](const void* bytes, std::size_t size) {
        sum = crc32_z(sum, static_cast<const Bytef*>(bytes), size);
    };
    for (const auto& [name, array] : weights) add(array.data(), array.size() * sizeof(float));
    for (const History::Column& column : history.columns())
        if (!column.measured) add(column.values.data(), column.values.size() * sizeof(double));
    add(report.data(), report.size());
    add(page.data(), page.size());
    return text(sum);
}

Outcome train(const TrainingOptions& options) {
    const Split<float> data = holdout(moons<float>(200, 0.2, 1), 0.25, 1, true);
    Random random(7);
    Sequential<float> model(Linear<float>(2, 24, random), Activate<float>(Activation::relu),
                            Dropout<float>(0.2, random), Linear<float>(24, 2, random));
    Adam<float> optimizer(model.parameters(), {.lr = 0.02});
    const Loader<float> loader(data.train, {.batch_size = 16, .seed = 3});
    TrainOptions<float> fit_options;
    fit_options.epochs = options.epochs;
    fit_options.validation = data.test;
    fit_options.schedule = StepDecay{.lr = 0.02, .every = 100, .gamma = 0.8};
    fit_options.clip_norm = 1;
    fit_options.micro_batch = options.micro_batch;
    fit_options.threads = options.threads;
    if (options.early_stopping) fit_options.early_stopping = EarlyStoppingOptions{.patience = 1'000'000};
    fit_options.save = options.save;
    fit_options.resume = options.resume;
    fit_options.verbose = options.verbose;
    fit_options.layer_gradients = true;

    const TrainResult result = fit(model, optimizer, loader, fit_options);
    const Evaluation e = evaluate(static_cast<Module<float>&>(model), data.test);
    return {model.state(), result.history, text("held-out loss ", e.loss, '\n', confusion_table(*e.confusion, {})),
            result.interrupted ? "" : page(result, *e.confusion), result.interrupted};
}

void write(const Outcome& outcome, const std::filesystem::path& folder) {
    SafetensorsWriter weights;
    for (const auto& [name, array] : outcome.weights) weights.add(name, array);
    weights.write(folder / "weights.safetensors");
    outcome.history.save_json(folder / "history.json");
    write_file_atomically(folder / "report.txt", outcome.report);
    write_file_atomically(folder / "report.html", outcome.page);
}

Outcome read(const std::filesystem::path& folder) {
    Outcome out;
    const SafetensorsFile weights(folder / "weights.safetensors");
    for (const auto& entry : weights.entries()) out.weights.emplace_back(entry.name, weights.read<float>(entry.name));
    out.history = History::load_json(folder / "history.json");
    out.report = read_file(folder / "report.txt");
    out.page = read_file(folder / "report.html");
    return out;
}

}  // namespace faults
