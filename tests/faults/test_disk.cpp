// What can go wrong with the place where a checkpoint is saved.
#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "data/scratch.hpp"
#include "faults/child.hpp"
#include "faults/training.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/train/checkpoint.hpp"
#include "tried.hpp"

using namespace sevenfold;
using namespace faults;

namespace {

constexpr std::string_view what_to_do =
    "Check that the folder exists, that you may write there, and that the disk has room.";

// Goes on from a checkpoint that is there while saving does not work: the error names file and remedy, and the old
// checkpoint stays as it is. 0, or the number of what did not hold.
int fails_and_keeps(const std::filesystem::path& checkpoint, std::string_view reason) {
    const std::string before = read_file(checkpoint);
    const std::string message = file_error([&] { train({.epochs = 20, .save = checkpoint, .resume = checkpoint}); });
    if (!has(message, checkpoint.string())) return 2;
    if (!has(message, "it cannot be written (" + std::string(reason) + ")")) return 3;
    if (!has(message, what_to_do)) return 4;
    if (read_file(checkpoint) != before) return 5;
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(checkpoint.parent_path())) ++files;
    return files == 1 ? 0 : 6;
}

// A training of ten epochs, saved.
void begin(const std::filesystem::path& checkpoint) { train({.epochs = 10, .save = checkpoint}); }

// With room again, the run that failed is repeated, and nothing is lost.
void goes_on(const std::filesystem::path& checkpoint) {
    CHECK(train({.epochs = 20, .save = checkpoint, .resume = checkpoint}) == train({.epochs = 20}));
}

}  // namespace

TEST_CASE("a file that may not grow further leaves the old checkpoint, says so, and the run can be repeated") {
    Tried tried("full disk, file limit or read-only folder while a checkpoint is saved");
    const Scratch scratch;
    for (const rlim_t limit : {0u, 1u, 1000u, 4096u}) {
        CAPTURE(limit);
        begin(scratch / "run.ckpt");
        Child child([&] {
            std::signal(SIGXFSZ, SIG_IGN);
            const rlimit small{limit, limit};
            if (setrlimit(RLIMIT_FSIZE, &small) != 0) return 1;
            return fails_and_keeps(scratch / "run.ckpt", "File too large");
        });
        CHECK(child.wait() == 0);
        goes_on(scratch / "run.ckpt");
        tried.add(true);
    }
}

TEST_CASE("a full disk leaves the old checkpoint and says so") {
    Tried tried("full disk, file limit or read-only folder while a checkpoint is saved");
    const Scratch scratch;
    Child child([&] {
        constexpr int not_allowed = 77;
        if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            mount("none", scratch.folder.c_str(), "tmpfs", 0, "size=40k") != 0)
            return not_allowed;
        std::filesystem::create_directory(scratch / "run");
        begin(scratch / "run" / "run.ckpt");
        std::ofstream(scratch / "filler") << std::string(1 << 20, 'x');  // as much of it as there is room for
        return fails_and_keeps(scratch / "run" / "run.ckpt", "No space left on device");
    });
    const std::optional<int> status = child.wait();
    if (status == 77) {
        MESSAGE("skipped: only root can mount a small disk");
        return;
    }
    CHECK(status == 0);
    tried.add(true);
}

TEST_CASE("a folder that is read-only leaves the old checkpoint and says so") {
    Tried tried("full disk, file limit or read-only folder while a checkpoint is saved");
    const Scratch scratch;
    std::filesystem::create_directory(scratch / "run");
    begin(scratch / "run" / "run.ckpt");
    ::chmod(scratch.folder.c_str(), 0755);
    ::chmod((scratch / "run").c_str(), 0555);
    Child child([&] {
        constexpr uid_t nobody = 65534;  // root may write everywhere
        if (geteuid() == 0 && setuid(nobody) != 0) return 1;
        return fails_and_keeps(scratch / "run" / "run.ckpt", "Permission denied");
    });
    CHECK(child.wait() == 0);
    ::chmod((scratch / "run").c_str(), 0755);
    goes_on(scratch / "run" / "run.ckpt");
    tried.add(true);
}

TEST_CASE("a checkpoint that cannot be used is refused with advice, and stays") {
    Tried tried("checkpoint of another model or version");
    const Scratch scratch;
    const auto refused = [&](const std::filesystem::path& checkpoint, std::string_view advice_given) {
        const std::string before = read_file(checkpoint);
        std::string message;
        try {
            train({.epochs = 20, .save = checkpoint, .resume = checkpoint});
        } catch (const Error& error) { message = error.what(); }
        CHECK_MESSAGE(has(message, advice_given), message);
        CHECK(read_file(checkpoint) == before);
        tried.add(true);
    };
    begin(scratch / "run.ckpt");
    const Checkpoint<float> good = load_checkpoint<float>(scratch / "run.ckpt");
    const auto changed = [&](auto change) {
        Checkpoint<float> c = good;
        change(c);
        save_checkpoint(scratch / "changed.ckpt", c);
        return scratch / "changed.ckpt";
    };
    refused(changed([](auto& c) { c.model.pop_back(); }), "Build the model with the settings it was saved with.");
    refused(changed([](auto& c) {
                c.model[0].second = Array<float>::ones({9, 2});
            }),
            "Build the model with the settings");
    refused(changed([](auto& c) { c.random.clear(); }), "Build the model that was saved.");
    refused(changed([](auto& c) { c.optimizer.rule = "sgd"; }), "Load it into an optimizer made like the one");
    refused(changed([](auto& c) { c.settings["batch size"] = "17"; }),
            "Use the same ones, or start anew without resuming.");
    refused(changed([](auto& c) { c.position.batch = 10; }), "Go on from another checkpoint.");
    refused(changed([](auto& c) {
                c.best = State<float>{{"w", Array<float>(1)}};
            }),
            "Build the model with the settings");
    std::string bytes = read_file(scratch / "run.ckpt");
    bytes.replace(bytes.find("\"version\":\"1\""), 13, "\"version\":\"2\"");
    refused(scratch.file("changed.ckpt", bytes), "Go on with the program that saved it, or start anew.");
    refused(scratch.file("changed.ckpt", bytes.substr(0, bytes.size() / 2)), "copy or download it again.");
    goes_on(scratch / "run.ckpt");
}
