#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "data/scratch.hpp"
#include "faults/child.hpp"
#include "faults/training.hpp"
#include "settings_from_environment.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/file.hpp"
#include "tried.hpp"

using namespace sevenfold;
using namespace faults;

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

std::vector<std::string> trainer(const std::filesystem::path& folder, std::size_t threads, bool stopping) {
    return {TRAINER, folder.string(), std::to_string(threads), stopping ? "stopping" : "plain"};
}

}  // namespace

TEST_CASE("a training killed at any moment goes on, and ends with the bits of one that was left alone") {
    const std::uint64_t seed = test_seed(), kills = from_environment("SEVENFOLD_KILLS", 5);
    MESSAGE("SEVENFOLD_SEED=" << seed << " SEVENFOLD_KILLS=" << kills);
    Random random(seed);
    Tried tried("training killed with SIGKILL at a random moment, and resumed");

    // How long it takes when nothing disturbs it, which says when to kill.
    const Scratch quiet;
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(Child(trainer(quiet.folder, 1, false), quiet / "output").wait() == 0);
    const Milliseconds whole = std::chrono::steady_clock::now() - began;

    std::uint64_t killed = 0, rounds = 0, in_training = 0;
    for (; killed < kills || rounds < 2; ++rounds) {
        const std::size_t threads = 1 + rounds % 2;
        const bool stopping = rounds % 4 >= 2;
        const Outcome undisturbed = train({.early_stopping = stopping});
        const Scratch scratch;
        for (;;) {
            const bool kill = killed < kills;
            Child child(trainer(scratch.folder, threads, stopping), scratch / "output");
            if (kill) {
                std::this_thread::sleep_for(whole * random.uniform(0, 1));
                child.send(SIGKILL);
            }
            const std::optional<int> status = child.wait();
            if (status == 0) break;
            REQUIRE_MESSAGE(!status, read_file(scratch / "output"));
            ++killed;
            in_training += std::filesystem::exists(scratch / "run.ckpt");
            tried.add(true);
        }
        const Outcome resumed = read(scratch.folder);
        CHECK(resumed == undisturbed);
        CHECK(resumed.page == undisturbed.page);
        for (const auto& file : std::filesystem::directory_iterator(scratch.folder))
            CHECK_FALSE(has(file.path().filename().string(), "run.ckpt."));  // half a checkpoint of a killed run
    }
    MESSAGE(in_training << " of " << killed << " kills came after the first checkpoint, in " << rounds << " trainings");
    CHECK(killed >= kills);
}

TEST_CASE(
    "Ctrl-C ends a training after its step: it saves, says how to go on, and what goes on ends with the same bits") {
    Tried tried("training interrupted by Ctrl-C, and resumed");
    const Outcome undisturbed = train({});
    const Scratch scratch;
    std::size_t interrupted = 0;
    for (int attempt = 0; attempt < 20; ++attempt) {
        const std::filesystem::path printed = scratch / ("output " + std::to_string(attempt));
        Child child(trainer(scratch.folder, 1, false), printed);
        // Once it prints, it is listening.
        std::error_code not_yet;
        while (!child.ended() && (std::filesystem::file_size(printed, not_yet) == 0 || not_yet))
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (attempt < 3) child.send(SIGINT);
        const std::optional<int> status = child.wait();
        const std::string output = read_file(printed);
        CAPTURE(output);
        if (status == 0) break;
        REQUIRE(status == 3);
        CHECK(has(output, "Interrupted "));
        CHECK(has(output, "All is saved in " + (scratch / "run.ckpt").string() +
                              "; resume from it to go on where this stopped."));
        ++interrupted;
        tried.add(true);
    }
    CHECK(interrupted > 0);
    CHECK(read(scratch.folder) == undisturbed);
}
