// What all examples share: one set of flags, one way to end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sevenfold/train/trainer.hpp"
#include "sevenfold/viz/training.hpp"

namespace examples {

/// The flags that mean the same in every example, with that example's defaults.
struct Flags {
    std::string data{};  ///< a file or folder in place of the example's own data
    std::size_t epochs = 10;
    std::size_t batch = 32;      ///< rows in a step
    std::optional<double> lr{};  ///< none: the rule's own default
    std::uint64_t seed = 1;
    std::string optimizer = "adam";
    std::string save{}, resume{};  ///< checkpoint files
    std::size_t threads = 1;
    std::optional<std::size_t> patience{};  ///< epochs without a lower held-out loss before training stops
    std::optional<std::size_t>
        micro_batch{};  ///< rows that go through the model at a time, which threads and ranks share; 0 or none: all of a step
    std::string out{};      ///< a folder for history.csv, history.json and run.json, or for an example's tables
    std::string report{};   ///< a page
    std::string figures{};  ///< a folder for the page's figures
    std::string compare{};  ///< a folder that --out of another training has named
    std::string record{};   ///< a file for the tape of the first step
    std::string name{};     ///< of the program: "03_mlp_digits"
    std::string command{};  ///< what was typed, without --resume
};

// ---- the command line

/// A flag of one example alone. Choices, if there are any, are the only values allowed.
struct Extra {
    std::string name, help;  ///< "--model"
    std::variant<std::string*, std::size_t*, double*> value;
    std::vector<std::string> choices{};
};

/// Reads the command line into the defaults given. `ignored` are common flags that mean nothing here: they are
/// accepted, so that one command line fits all examples, and the help says so. Ends the program on --help and on bad flags.
Flags read_flags(int argc, char** argv, const std::string& about, Flags defaults, const std::vector<Extra>& extras = {},
                 const std::vector<std::string>& ignored = {});

/// What to ignore where nothing is trained epoch by epoch, and where nothing is saved.
inline const std::vector<std::string> without_epochs{"--data",      "--epochs",  "--batch",  "--lr",
                                                     "--optimizer", "--save",    "--resume", "--micro-batch",
                                                     "--patience",  "--compare", "--record"};
inline const std::vector<std::string> without_checkpoints{"--data",     "--save",    "--resume", "--micro-batch",
                                                          "--patience", "--compare", "--record"};

/// Runs the example; an error of the library becomes its message on standard error and exit status 1.
int run(const std::function<void()>& example);

// ---- training

/// What the flags say to fit(): epochs, checkpoints, threads, and the settings that a resumed run must share.
sevenfold::TrainOptions<float> train_options(const Flags& flags);

/// After fit(): writes the history if --out asks for it. False when training was interrupted; the command that goes on
/// has then been printed.
bool finish(const Flags& flags, const sevenfold::TrainResult& result);

/// Writes history.csv, history.json and, with the settings, run.json into the folder that --out names, if it does, and says so.
void save_history(const Flags& flags, const sevenfold::TrainResult& result);

// ---- reports

/// Writes the tape of the loader's first batch, before anything is learned, to the file that --record names, if it does.
void record_step(const Flags& flags, sevenfold::Module<float>& model, const sevenfold::Loader<float>& loader,
                 const sevenfold::Objective<float>& objective = sevenfold::classification<float>());
/// Whether --report or --figures asks for one.
bool wants_report(const Flags& flags);
/// The report of a training, to which an example may add sections. --compare puts another one beside it.
sevenfold::viz::Report training_report(const Flags& flags, const sevenfold::TrainResult& result);
/// Writes the page and the figures that --report and --figures ask for, and says where.
void write_report(const Flags& flags, const sevenfold::viz::Report& report);

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

}  // namespace examples
