// A table larger than the memory it may use: converted once into files that are mapped, then learned from in pools of rows.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "common.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/convert.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/summary.hpp"
#include "sevenfold/optim/rules.hpp"

using namespace sevenfold;
using examples::format;
namespace fs = std::filesystem;

constexpr std::size_t columns = 20, classes = 4;
constexpr double megabyte = 1 << 20;

// Twenty measurements, and a class that follows from the first two as the squares of a chessboard do, sorted by it: without a
// good shuffle nothing can be learned from such a file.
struct Rows {
    Random random;
    explicit Rows(std::uint64_t seed) : random(seed) {}
    void next(std::size_t label, std::span<float> x) {
        for (float& value : x) value = static_cast<float>(random.normal());
        const std::size_t column = random.below(classes), row = (label + classes - column) % classes;
        x[0] = static_cast<float>(static_cast<double>(column) + random.uniform(0.1, 0.9));
        x[1] = static_cast<float>(static_cast<double>(row) + random.uniform(0.1, 0.9));
    }
};

void write_table(const fs::path& path, std::size_t rows, std::uint64_t seed) {
    fs::create_directories(path.parent_path());
    FileWriter file(path);
    std::string lines;
    for (std::size_t c = 0; c < columns; ++c) lines += text('x', c, ',');
    lines += "class\n";
    Rows some(seed);
    std::vector<float> x(columns);
    for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t label = i * classes / rows;
        some.next(label, x);
        for (float value : x) lines += text(value, ',');
        lines += text("kind ", label, '\n');
        if (lines.size() < 1 << 20 && i + 1 < rows) continue;
        file.append(lines);
        lines.clear();
    }
    file.commit();
}

Dataset<float> held_out(std::size_t rows, std::uint64_t seed) {
    Dataset<float> data;
    data.features = Array<float>(Shape{rows, columns});
    data.labels = Labels(Shape{rows});
    data.classes = classes;
    Rows some(seed);
    for (std::size_t i = 0; i < rows; ++i) {
        data.labels.data()[i] = static_cast<std::int64_t>(i % classes);
        some.next(i % classes, data.features.flat().subspan(i * columns, columns));
    }
    return data;
}

// The most memory that the process has had, mapped files included, in MB.
double peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == "VmHWM:") {
            double kilobytes = 0;
            status >> kilobytes;
            return kilobytes / 1024;
        }
    return 0;
}

struct Settings {
    std::string label = "class", folder = "runs/large_data", where = "files";
    std::size_t rows = 200'000, budget = 16;
};

void learn(const examples::Flags& flags, const Settings& settings) {
    fs::path table = flags.data;
    if (table.empty()) {
        table = fs::path(settings.folder) / text("table_", settings.rows, "_", flags.seed, ".csv");
        if (!fs::exists(table)) write_table(table, settings.rows, flags.seed);
    }
    const auto start = std::chrono::steady_clock::now();
    MappedDataset<float> data = convert_csv<float>(table, {.label = settings.label});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::cout << data.describe() << '\n'
              << table.string() << format(": %.1f MB as text, ", static_cast<double>(fs::file_size(table)) / megabyte)
              << format("%.1f MB of features; converted or found in %.2f s.\n",
                        static_cast<double>(data.size() * data.features.row_bytes()) / megabyte, seconds.count());

    const Standardizer<float> standardizer = fit_standardizer<float>(data.features);
    data.prepare = [&](const Array<float>& x) { return standardizer.apply(x); };
    const LoaderOptions options{.batch_size = flags.batch, .seed = flags.seed, .budget = settings.budget << 20};
    std::optional<Loader<float>> loader;
    settings.where == "memory" ? loader.emplace(data.rows(0, data.size()), options) : loader.emplace(data, options);
    std::cout << "Rows are in " << settings.where << "; shuffled "
              << (loader->order() == "true" ? "all at once" : loader->order()) << ".\n\n";

    Random random(flags.seed);
    Mlp<float> model({data.features.row_shape()[0], 64, 64, data.classes}, Activation::relu, random);
    const auto optimizer = make_optimizer<float>(flags.optimizer, model.parameters(), flags.lr);
    TrainOptions<float> train = examples::train_options(flags);
    Dataset<float> test;
    if (flags.data.empty()) {
        test = held_out(10'000, flags.seed + 1);
        test.features = standardizer.apply(test.features);
        train.validation = test;
    }
    const TrainResult result = fit(model, *optimizer, *loader, train);
    if (!examples::finish(flags, result)) return;
    if (examples::wants_report(flags)) examples::write_report(flags, examples::training_report(flags, result));

    loader.reset();  // the next one has the budget to itself
    LoaderOptions in_order = options;
    in_order.shuffle = false;
    const Evaluation all = evaluate(model, Loader<float>(data, in_order));
    std::cout
        << format("\nAccuracy on the table's rows, read once more in their order: %.2f %%\n", 100 * *all.accuracy)
        << format("Most memory in use: %.0f MB\n", peak_memory())
        << "\nTry next: --in memory, and --rows 1000000 with either; a smaller --budget; a table of your own with "
           "--data and --label.\n";
}

int main(int argc, char** argv) {
    return examples::run([&] {
        Settings settings;
        const auto flags = examples::read_flags(
            argc, argv, "Learns from a CSV table of any size in little memory. Without --data it makes one.",
            {.epochs = 5, .batch = 128},
            {{"--label", "The column that holds the class", &settings.label},
             {"--budget", "MB that mapped rows may take", &settings.budget},
             {"--in", "files, or memory to compare", &settings.where, {"files", "memory"}},
             {"--rows", "Rows of the table that is made", &settings.rows},
             {"--folder", "Where that table goes", &settings.folder}});
        learn(flags, settings);
    });
}
