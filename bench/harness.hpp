// What the measurements share: programs of one workload ("sevenfold", "floor") run in turn in one process by Google
// Benchmark; medians and spreads; a table to read, or JSON lines like those of bench/peers.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace CLI {
class App;
}

namespace bench {

/// What was measured of a row.
struct Measured {
    std::vector<double> seconds{};  ///< of one step, in each repetition
    std::map<std::string, double> extra{};
};

/// One number to be measured.
struct Row {
    std::string peer;  ///< whose: "sevenfold" for the way we recommend, "floor"; other ways have words behind the name
    std::string metric;  ///< the same text for all that may be compared; the peers print it too
    std::string unit;
    double seconds = 1;  ///< that make one unit: 1e-3 for ms a step, 1e-9 n for ns of each of n
    std::size_t threads = 1;

    std::string name() const { return peer + ": " + metric; }
};

class Program {
  public:
    /// `workload` is "W1" to "W9".
    Program(std::string workload, const std::string& about);
    ~Program();

    /// A flag of its own, such as a size: parse() writes it into `value`, which holds the default.
    using Value = std::variant<std::size_t*, std::string*, std::vector<std::size_t>*, std::vector<std::string>*>;
    void option(const std::string& name, Value value, const std::string& help);
    /// Ends the program on --help, --version and bad flags. Flags that begin with --benchmark_ go to Google Benchmark.
    void parse(int argc, char** argv);
    bool json() const { return json_; }
    bool quick() const { return quick_; }  ///< shrink what takes long: only the workings are to be seen

    /// `body` loops over the state as all of Google Benchmark's functions do, and is called for every repetition. What it
    /// puts into state.counters is reported beside the time, as of the last repetition.
    benchmark::internal::Benchmark* add(Row row, std::function<void(benchmark::State&)> body);
    /// Values that are no times, to be reported with the others.
    void add_values(Row row, std::vector<double> values, std::map<std::string, double> extra = {});
    /// Measures and prints; the exit status.
    int run();
    /// After run: of a row, in its unit. NaN for one that was filtered out.
    double median(const Row& row) const;

  private:
    std::string workload_;
    std::unique_ptr<CLI::App> options_;
    std::vector<Row> rows_;
    std::map<std::string, Measured> measured_;  // by the rows' names
    std::size_t repetitions_ = 7;
    double min_seconds_ = 0.3;
    bool quick_ = false, json_ = false;
};

/// What the process holds, and the most that it held so far, in bytes.
double resident_bytes();
double peak_resident_bytes();

}  // namespace bench
