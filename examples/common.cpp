#include "common.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "numbers.hpp"
#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/version.hpp"
#include "sevenfold/optim/rules.hpp"
#ifdef SEVENFOLD_WITH_MPI
#include "sevenfold/distributed/session.hpp"
#endif

namespace examples {
namespace {

// "mpirun -n 4 " if it was started so.
std::string by_ranks() {
    const std::size_t ranks = sevenfold::Communicator::current().size();
    return ranks == 1 ? "" : "mpirun -n " + std::to_string(ranks) + ' ';
}

// The program has said all there was to say.
struct Exit {
    int status;
};

CLI::Validator one_of(const std::vector<std::string>& words) {
    return CLI::Validator(
        [words](std::string& word) {
            return std::ranges::find(words, word) != words.end()
                       ? std::string()
                       : word + " is not one of " + CLI::detail::join(words, ", ");
        },
        "");
}

}  // namespace

Flags read_flags(int argc, char** argv, const std::string& about, Flags flags, const std::vector<Extra>& extras,
                 const std::vector<std::string>& ignored) {
    std::vector<std::string> rules;
    for (const sevenfold::NamedRule& rule : sevenfold::named_rules()) rules.emplace_back(rule.name);
    if (std::ranges::find(rules, flags.optimizer) == rules.end()) rules.push_back(flags.optimizer);  // "all"

    CLI::App app(about);
    app.failure_message([](const CLI::App* a, const CLI::Error& e) {
        return std::string(e.what()) + "\nTry " + a->get_name() + " --help\n";
    });
    app.name(argv[0]);
    app.get_formatter()->column_width(26);
    app.set_version_flag("--version", sevenfold::build_info(), "Print the version, and what computes");
    double lr = 0;
    app.add_option("--data", flags.data, "Where the data is, in place of the default")->type_name("PATH");
    app.add_option("--epochs", flags.epochs, "Passes over the data")
        ->type_name("N")
        ->capture_default_str()
        ->transform(count);
    app.add_option("--batch", flags.batch, "Rows in a step")->type_name("N")->capture_default_str()->transform(count);
    auto* lr_flag =
        app.add_option("--lr", lr,
                       "Learning rate; without it, " + (flags.lr ? format("%g", *flags.lr) : "the rule's own default"))
            ->type_name("X")
            ->transform(positive);
    app.add_option("--seed", flags.seed, "The same seed gives the same result")
        ->type_name("N")
        ->capture_default_str()
        ->transform(whole);
    app.add_option("--optimizer", flags.optimizer, "Update rule: " + CLI::detail::join(rules, ", "))
        ->type_name("RULE")
        ->capture_default_str()
        ->check(one_of(rules));
    app.add_option("--save", flags.save, "Write a checkpoint to FILE after every epoch")->type_name("FILE");
    app.add_option("--resume", flags.resume, "Go on from the checkpoint FILE")->type_name("FILE");
    app.add_option("--threads", flags.threads,
                   "Threads for micro-batches, folds, bags and trees; results never depend on it")
        ->type_name("N")
        ->capture_default_str()
        ->transform(count);
    app.add_option("--micro-batch", flags.micro_batch,
                   "Rows that go through the model at a time, 0: all of a step; without it, " +
                       (flags.micro_batch ? std::to_string(*flags.micro_batch) : "all or as many as are fastest"))
        ->type_name("N")
        ->transform(whole);
    app.add_option("--patience", flags.patience,
                   "Stop after N epochs without a lower held-out loss, and take the best epoch's weights")
        ->type_name("N")
        ->transform(count);
    app.add_option("--out", flags.out, "Write the numbers into the folder DIR, as CSV")->type_name("DIR");
    app.add_option("--report", flags.report, "Write what happened as a page, to FILE")->type_name("FILE");
    app.add_option("--figures", flags.figures, "Write the report's figures as SVG files into the folder DIR")
        ->type_name("DIR");
    app.add_option("--compare", flags.compare, "In the report, beside the run that another --out put into DIR")
        ->type_name("DIR");
    app.add_option("--record", flags.record, "Write the tape of the first step to FILE, for tools/tape_diff")
        ->type_name("FILE");
    for (const Extra& extra : extras)
        std::visit(
            [&](auto* value) {
                auto* option =
                    app.add_option(extra.name, *value, extra.help)->group("This example")->capture_default_str();
                using Value = std::remove_pointer_t<decltype(value)>;
                option->type_name(std::is_same_v<Value, std::string> ? "WHAT"
                                  : std::is_same_v<Value, double>    ? "X"
                                                                     : "N");
                if (!extra.choices.empty())
                    option->check(one_of(extra.choices));
                else if constexpr (std::is_same_v<Value, std::size_t>)
                    option->transform(count);
                else if constexpr (std::is_same_v<Value, double>)
                    option->transform(positive);
            },
            extra.value);
    for (const std::string& name : ignored) app.get_option(name)->description("(means nothing in this example)");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) { throw Exit{app.exit(error) == 0 ? 0 : 2}; }
    if (*lr_flag) flags.lr = lr;
    flags.name = std::filesystem::path(argv[0]).filename().string();
    for (int i = 0; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--resume")
            ++i;
        else if (!word.starts_with("--resume="))
            flags.command += (i ? " " : "") + word;
    }
    for (const std::string& name : ignored)
        if (app.count(name) > 0) std::cerr << "Note: " << name << " means nothing in this example.\n";
    return flags;
}

int run(const std::function<void()>& example) {
    try {
#ifdef SEVENFOLD_WITH_MPI
        const sevenfold::distributed::Session session;  // under mpirun, its processes work on this together
#endif
        example();
        return 0;
    } catch (const Exit& exit) { return exit.status; } catch (const sevenfold::Error& error) {
        std::cout.flush();
        std::cerr << error.what() << '\n';
        return 1;
    }
}

sevenfold::TrainOptions<float> train_options(const Flags& flags) {
    sevenfold::TrainOptions<float> options;
    options.epochs = flags.epochs;
    options.save = flags.save;
    options.resume = flags.resume;
    options.micro_batch = flags.micro_batch.value_or(0);
    options.threads = flags.threads;
    if (flags.threads > 1 && options.micro_batch == 0)
        std::cerr << "Note: threads share a step when --micro-batch cuts it into parts.\n";
    if (flags.patience) options.early_stopping = {.patience = *flags.patience};
    options.layer_gradients = wants_report(flags);
    options.settings = {{"seed", std::to_string(flags.seed)},
                        {"optimizer", flags.optimizer},
                        {"lr", flags.lr ? format("%.17g", *flags.lr) : "by default"}};
    return options;
}

bool finish(const Flags& flags, const sevenfold::TrainResult& result) {
    save_history(flags, result);
    if (!result.interrupted) return true;
    if (flags.save.empty())
        std::cout << "Next time, name a file with --save to be able to go on.\n";
    else
        std::cout << "Go on with: " << by_ranks() << flags.command << " --resume " << flags.save << '\n';
    return false;
}

std::string format(const char* pattern, ...) {
    std::va_list arguments, again;
    va_start(arguments, pattern);
    va_copy(again, arguments);
    const int length = std::vsnprintf(nullptr, 0, pattern, arguments);
    va_end(arguments);
    std::string out(static_cast<std::size_t>(std::max(length, 0)), '\0');
    std::vsnprintf(out.data(), out.size() + 1, pattern, again);
    va_end(again);
    return out;
}

}  // namespace examples
