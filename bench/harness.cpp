#include "harness.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "sevenfold/autograd/version.hpp"

namespace bench {
namespace {

double middle_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Keeps the repetitions of each row.
class Collector : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration) continue;
            if (run.error_occurred) {
                std::cerr << run.run_name.function_name << ": " << run.error_message << '\n';
                failed = true;
                continue;
            }
            Measured& row = rows[run.run_name.function_name];
            row.seconds.push_back(run.real_accumulated_time / static_cast<double>(run.iterations));
            for (const auto& [name, counter] : run.counters) row.extra[name] = counter.value;
        }
    }
    std::map<std::string, Measured> rows;
    bool failed = false;
};

// Six digits are more than any clock gives.
double rounded(double x) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.6g", x);
    return std::atof(digits);
}

void print_json(const std::string& workload, const Row& row, const Measured& measured) {
    const auto [low, high] = std::minmax_element(measured.seconds.begin(), measured.seconds.end());
    nlohmann::ordered_json extra{
        {"min", rounded(*low / row.seconds)}, {"max", rounded(*high / row.seconds)}, {"runs", measured.seconds.size()}};
    for (const auto& [name, value] : measured.extra) extra[name] = value;
    std::cout << nlohmann::ordered_json{{"workload", workload},
                                        {"peer", row.peer},
                                        {"threads", row.threads},
                                        {"metric", row.metric},
                                        {"value", rounded(middle_of(measured.seconds) / row.seconds)},
                                        {"unit", row.unit},
                                        {"extra", extra}}
              << std::endl;
}

void print_line(const Row& row, const Measured& measured, const Measured* floor) {
    const auto [low, high] = std::minmax_element(measured.seconds.begin(), measured.seconds.end());
    const double middle = middle_of(measured.seconds);
    std::printf("%-36s %-28s %9.4g %-3s (%.3g to %.3g)", row.metric.c_str(), row.peer.c_str(), middle / row.seconds,
                row.unit.c_str(), *low / row.seconds, *high / row.seconds);
    if (floor) std::printf("  %.2f of the floor", middle / middle_of(floor->seconds));
    for (const auto& [name, value] : measured.extra) std::printf("  %s=%.6g", name.c_str(), value);
    std::printf("\n");
}

}  // namespace

Program::Program(std::string workload, const std::string& about)
    : workload_(std::move(workload)), options_(std::make_unique<CLI::App>(about)) {
    options_->allow_extras();
    options_->set_version_flag("--version", sevenfold::build_info());
    options_->add_flag("--json", json_, "JSON lines in place of the table");
    options_->add_flag("--quick", quick_, "Small and short, to see that it works");
    options_->add_option("--repetitions", repetitions_, "Times that each row is measured")->capture_default_str();
    options_->add_option("--seconds", min_seconds_, "Shortest time of a measurement")->capture_default_str();
}

Program::~Program() = default;

void Program::option(const std::string& name, Value value, const std::string& help) {
    std::visit([&](auto* v) { options_->add_option(name, *v, help)->capture_default_str(); }, value);
}

void Program::parse(int argc, char** argv) {
    try {
        options_->parse(argc, argv);
    } catch (const CLI::ParseError& error) { std::exit(options_->exit(error) == 0 ? 0 : 2); }
    if (quick_) {
        repetitions_ = 2;
        min_seconds_ = 0.001;
    }
    std::vector<std::string> args = options_->remaining();
    args.insert(args.begin(), {argv[0], "--benchmark_enable_random_interleaving=true",
                               "--benchmark_repetitions=" + std::to_string(repetitions_),
                               "--benchmark_min_time=" + std::to_string(min_seconds_)});
    std::vector<char*> pointers;
    for (std::string& arg : args) pointers.push_back(arg.data());
    int count = static_cast<int>(pointers.size());
    benchmark::Initialize(&count, pointers.data());
    if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) std::exit(2);
}

benchmark::internal::Benchmark* Program::add(Row row, std::function<void(benchmark::State&)> body) {
    rows_.push_back(row);
    return benchmark::RegisterBenchmark(row.name().c_str(), std::move(body))->UseRealTime();
}

void Program::add_values(Row row, std::vector<double> values, std::map<std::string, double> extra) {
    for (double& value : values) value *= row.seconds;
    measured_[row.name()] = {std::move(values), std::move(extra)};
    rows_.push_back(std::move(row));
}

int Program::run() {
    Collector collector;
    collector.rows = std::move(measured_);
    benchmark::RunSpecifiedBenchmarks(&collector);
    measured_ = std::move(collector.rows);
    const auto find = [&](const std::string& name) {
        const auto found = measured_.find(name);
        return found == measured_.end() ? nullptr : &found->second;
    };
    for (const Row& row : rows_) {
        const Measured* measured = find(row.name());
        if (!measured) continue;  // filtered out
        if (json_)
            print_json(workload_, row, *measured);
        else
            print_line(row, *measured, row.peer == "floor" ? nullptr : find("floor: " + row.metric));
    }
    if (!json_) std::cout << sevenfold::build_info() << '\n';
    return collector.failed ? 1 : 0;
}

double Program::median(const Row& row) const {
    const auto found = measured_.find(row.name());
    return found == measured_.end() ? std::numeric_limits<double>::quiet_NaN()
                                    : middle_of(found->second.seconds) / row.seconds;
}

double resident_bytes() {
    double all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double peak_resident_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

}  // namespace bench
