// What --out, --report and --figures leave behind.
#include <filesystem>
#include <iostream>

#include "common.hpp"
#include "sevenfold/autograd/version.hpp"
#include "sevenfold/viz/tape_record.hpp"

namespace examples {
namespace {

using sevenfold::viz::TrainingRun;

TrainingRun run_of(const Flags& flags, const sevenfold::TrainResult& result) {
    TrainingRun run{.name = flags.name, .history = result.history};
    run.settings = {{"command", flags.command},
                    {"optimizer", flags.optimizer},
                    {"learning rate", flags.lr ? format("%g", *flags.lr) : "the rule's own default"},
                    {"batch", format("%zu rows", flags.batch)},
                    {"epochs asked for", format("%zu", flags.epochs)},
                    {"seed", format("%llu", static_cast<unsigned long long>(flags.seed))},
                    {"computed by", sevenfold::build_info()}};
    run.best_epoch = result.best_epoch;
    run.stopped_early = result.stopped_early;
    return run;
}

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (!folder.empty()) std::filesystem::create_directories(folder, error);  // where it fails, writing says why
}

}  // namespace

void save_history(const Flags& flags, const sevenfold::TrainResult& result) {
    if (flags.out.empty()) return;
    const std::filesystem::path folder = flags.out;
    make_folder(folder);
    result.history.save_csv(folder / "history.csv");
    sevenfold::viz::save_run(run_of(flags, result), folder);
    std::cout << "\nThe history is in " << (folder / "history.csv").string() << ", history.json and run.json.\n";
}

void record_step(const Flags& flags, sevenfold::Module<float>& model, const sevenfold::Loader<float>& loader,
                 const sevenfold::Objective<float>& objective) {
    if (flags.record.empty()) return;
    const auto batch = loader.epoch(0)[0];
    sevenfold::Tape tape;
    tape.keep_values();
    const auto loss = objective.loss(model(batch.features), batch);
    sevenfold::viz::save_tape(sevenfold::viz::record_of(tape, loss), flags.record);
    std::cout << "The tape of the first step is in " << flags.record << ".\n\n";
}

bool wants_report(const Flags& flags) { return !flags.report.empty() || !flags.figures.empty(); }

sevenfold::viz::Report training_report(const Flags& flags, const sevenfold::TrainResult& result) {
    std::vector<TrainingRun> runs{run_of(flags, result)};
    if (!flags.compare.empty()) {
        runs.push_back(sevenfold::viz::load_run(flags.compare));
        if (runs[1].name == runs[0].name) runs[1].name = flags.compare;
    }
    return {.title = flags.compare.empty() ? flags.name : flags.name + " beside " + runs[1].name,
            .summary = "What a training did, epoch by epoch, and what came out. All numbers are the program's own.",
            .sections = {sevenfold::viz::learning_curves(runs), sevenfold::viz::settings_and_results(runs)}};
}

void write_report(const Flags& flags, const sevenfold::viz::Report& report) {
    if (!flags.report.empty()) {
        make_folder(std::filesystem::path(flags.report).parent_path());
        sevenfold::viz::write_report(report, flags.report);
        std::cout << "\nThe report is in " << flags.report << ".\n";
    }
    if (!flags.figures.empty())
        std::cout << "\n"
                  << sevenfold::viz::save_figures(report, flags.figures).size() << " figures are in " << flags.figures
                  << ".\n";
}

}  // namespace examples
