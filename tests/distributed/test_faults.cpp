// What happens when a rank dies, hangs, or throws: seen from outside, through mpirun.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "data/scratch.hpp"
#include "faults/child.hpp"
#include "faults/training.hpp"
#include "settings_from_environment.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/train/checkpoint.hpp"
#include "tried.hpp"

using namespace sevenfold;
using namespace faults;

namespace {

const std::string epochs = "100";  // long enough to be met in the middle

using Seconds = std::chrono::duration<double>;

std::vector<std::string> mpirun(std::size_t ranks, const std::vector<std::string>& command) {
    // Open MPI asks root twice whether it means it.
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    std::vector<std::string> words{MPIRUN, "--oversubscribe", "-n", std::to_string(ranks)};
    words.insert(words.end(), command.begin(), command.end());
    return words;
}

// The processes that mpirun has started: those whose parent it is.
std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(entry.path() / "stat");
        std::string all((std::istreambuf_iterator<char>(file)), {});
        const std::size_t behind = all.rfind(')');  // the name in front may hold anything
        if (behind == std::string::npos) continue;
        std::istringstream rest(all.substr(behind + 2));
        char state = 0;
        pid_t of = 0;
        if (rest >> state >> of && of == parent && state != 'Z') found.push_back(static_cast<pid_t>(std::stol(name)));
    }
    std::ranges::sort(found);
    return found;
}

// Starts one, waits for it, and gives its status and what it printed.
struct Ended {
    std::optional<int> status;
    std::string output;
    double seconds;
};
Ended run(const std::vector<std::string>& command, const std::filesystem::path& output) {
    const auto began = std::chrono::steady_clock::now();
    Child child(command, output);
    const std::optional<int> status = child.wait();
    return {status, read_file(output), Seconds(std::chrono::steady_clock::now() - began).count()};
}

}  // namespace

TEST_CASE("ranks killed at random moments: the others end, and any number of ranks goes on to the same bits") {
    const std::uint64_t seed = test_seed(), kills = from_environment("SEVENFOLD_RANK_KILLS", 4);
    MESSAGE("SEVENFOLD_SEED=" << seed << " SEVENFOLD_RANK_KILLS=" << kills);
    Random random(seed);
    Tried tried("rank killed with SIGKILL at a random moment, and resumed on another number of ranks");

    const Scratch quiet;
    const std::vector<std::string> trainer{TRAINER, quiet.folder.string(), "1", "plain", epochs};
    REQUIRE(run(trainer, quiet / "output").status == 0);
    const Outcome undisturbed = faults::read(quiet.folder);
    double whole = 0;
    {
        const Scratch scratch;
        const Ended ranks =
            run(mpirun(2, {TRAINER, scratch.folder.string(), "1", "plain", epochs}), scratch / "output");
        REQUIRE_MESSAGE(ranks.status == 0, ranks.output);
        CHECK(faults::read(scratch.folder) == undisturbed);
        whole = ranks.seconds;
    }
    std::uint64_t killed = 0, in_training = 0, trainings = 0;
    while (killed < kills) {
        const Scratch scratch;
        ++trainings;
        for (std::size_t start = 0;; ++start) {
            const std::size_t ranks = 1 + random.below(4);
            const std::filesystem::path output = scratch / text("output", start);
            Child child(mpirun(ranks, {TRAINER, scratch.folder.string(), "1", "plain", epochs}), output);
            if (killed < kills) {
                const double moment = whole * random.uniform(0.2, 1);
                const auto began = std::chrono::steady_clock::now();
                while (!child.ended() && Seconds(std::chrono::steady_clock::now() - began).count() < moment)
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                const std::vector<pid_t> all = children_of(child.pid());
                if (!child.ended() && !all.empty()) {
                    ::kill(all[random.below(all.size())], SIGKILL);
                    const std::optional<int> status = child.wait();
                    if (status != 0) {  // it may have been through
                        ++killed;
                        in_training += std::filesystem::exists(scratch / "run.ckpt");
                        if (std::filesystem::exists(scratch / "run.ckpt"))
                            CHECK_NOTHROW(load_checkpoint<float>(scratch / "run.ckpt"));
                        tried.add(true);
                        continue;
                    }
                }
            }
            const std::optional<int> status = child.wait();
            REQUIRE_MESSAGE(status == 0, read_file(output));
            break;
        }
        CHECK(faults::read(scratch.folder) == undisturbed);
    }
    MESSAGE(in_training << " of " << killed << " kills came after the first checkpoint, in " << trainings
                        << " trainings");
}

TEST_CASE("a rank that hangs is named, and the others do not wait for it") {
    ::setenv("SEVENFOLD_HANG_SECONDS", "3", 1);
    Tried tried("rank that stops, sleeps, spins, exits or throws");
    const Scratch scratch;
    const std::string file = (scratch / "run.ckpt").string();
    const auto misbehave = [&](std::size_t ranks, const char* how) {
        std::filesystem::remove(file);
        const Ended ended = run(mpirun(ranks, {MISBEHAVE, how, file}), scratch / "output");
        CAPTURE(ended.output);
        CHECK(ended.status.value_or(1) != 0);
        CHECK_NOTHROW(load_checkpoint<float>(file));  // whole
        tried.add(true);
        return ended.output;
    };
    for (const std::size_t ranks : {2u, 4u}) {
        const std::string last = text("rank ", ranks - 1, " of ", ranks, " (process ");
        std::string output = misbehave(ranks, "stops");
        CAPTURE(output);
        CHECK(has(output, "[distributed] " + last));
        CHECK(has(output, " has given no sign of life for "));
        CHECK(
            has(output,
                " s, and the others wait for it: all stop. A checkpoint that was saved is whole: resume from it, with "
                "any number of ranks."));
        output = misbehave(ranks, "sleeps");
        CHECK(has(output, "[distributed] " + last));
        CHECK(has(output, " has done nothing for "));
    }
    ::setenv("SEVENFOLD_HANG_SECONDS", "1.5", 1);  // ten times as long for one that is busy
    const std::string output = misbehave(2, "spins");
    CAPTURE(output);
    CHECK(has(output, "[distributed] rank 1 of 2 (process "));
    CHECK(has(output, " s in a step that the others have done, and the others wait for it"));
    ::unsetenv("SEVENFOLD_HANG_SECONDS");
}

TEST_CASE("a rank that throws or exits alone ends all and is named; what all throw is said once") {
    Tried tried("rank that stops, sleeps, spins, exits or throws");
    const Scratch scratch;
    const std::string file = (scratch / "run.ckpt").string(), words = "[objective] epoch 2: it throws.";
    for (const char* how : {"throws", "throws, uncaught"}) {
        std::filesystem::remove(file);
        const Ended ended = run(mpirun(3, {MISBEHAVE, how, file}), scratch / "output");
        CAPTURE(ended.output);
        CHECK(ended.status.value_or(1) != 0);
        CHECK(has(ended.output, "[distributed] rank 2 of 3 (process "));
        CHECK(has(ended.output, words));
        tried.add(true);
    }
    std::filesystem::remove(file);
    const Ended exits = run(mpirun(2, {MISBEHAVE, "exits", file}), scratch / "output");
    CHECK(exits.status.value_or(1) != 0);
    tried.add(true);

    std::filesystem::remove(file);
    const Ended all = run(mpirun(3, {MISBEHAVE, "throws everywhere", file}), scratch / "output");
    CAPTURE(all.output);
    CHECK(all.status == 1);
    CHECK(has(all.output, words));
    CHECK(all.output.find(words) == all.output.rfind(words));
    CHECK_FALSE(has(all.output, "[distributed]"));

    ::setenv("SEVENFOLD_HANG_SECONDS", "soon", 1);
    const Ended wrong = run(mpirun(2, {MISBEHAVE, "no", file}), scratch / "output");
    ::unsetenv("SEVENFOLD_HANG_SECONDS");
    CHECK(has(wrong.output, "[distributed] SEVENFOLD_HANG_SECONDS=soon: it is a number of seconds, 0 for no limit."));
}

TEST_CASE("Ctrl-C reaches all ranks: they end after the same step, save, and any number of ranks goes on") {
    Tried tried("training on ranks interrupted by Ctrl-C, and resumed");
    const Scratch quiet, scratch;
    const std::string many_epochs = "1000";  // not over before Ctrl-C is pressed
    REQUIRE(run({TRAINER, quiet.folder.string(), "1", "plain", many_epochs}, quiet / "output").status == 0);
    std::size_t interrupted = 0;
    for (std::size_t attempt = 0; attempt < 10; ++attempt) {
        const std::filesystem::path printed = scratch / text("output", attempt);
        Child child(mpirun(2 + attempt % 2, {TRAINER, scratch.folder.string(), "1", "plain", many_epochs}), printed);
        // Once it prints the table's head, it is listening.
        while (!child.ended() && !(std::filesystem::exists(printed) && has(read_file(printed), "epoch")))
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (attempt < 2) child.send(SIGINT);
        const std::optional<int> status = child.wait();
        const std::string output = read_file(printed);
        CAPTURE(output);
        if (status == 0) break;
        // What was printed last may be missing: mpirun does not always hand it on once it has been interrupted.
        CHECK_NOTHROW(load_checkpoint<float>(scratch / "run.ckpt"));
        ++interrupted;
        tried.add(true);
    }
    CHECK(interrupted > 0);
    CHECK(faults::read(scratch.folder) == faults::read(quiet.folder));
}
