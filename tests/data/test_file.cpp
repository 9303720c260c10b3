#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.hpp"
#include "sevenfold/data/file.hpp"

using namespace sevenfold;
namespace fs = std::filesystem;

TEST_CASE("a file reads back byte for byte") {
    const Scratch scratch;
    const std::string bytes("\0\r\n\xff text", 9);
    write_file_atomically(scratch / "a", bytes);
    CHECK(read_file(scratch / "a") == bytes);
    write_file_atomically(scratch / "a", "");
    CHECK(read_file(scratch / "a").empty());
}

TEST_CASE("replacing a file leaves nothing beside it, and keeps links and permissions") {
    const Scratch scratch;
    write_file_atomically(scratch / "a", "old");
    fs::permissions(scratch / "a", fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink("a", scratch / "link");
    write_file_atomically(scratch / "link", "new");
    CHECK(fs::is_symlink(scratch / "link"));
    CHECK(read_file(scratch / "a") == "new");
    CHECK(fs::status(scratch / "a").permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(std::distance(fs::directory_iterator(scratch.folder), fs::directory_iterator()) == 2);
}

TEST_CASE("what killed runs left beside a file is removed, what living ones write and what others own is not") {
    const Scratch scratch;
    const pid_t dead = fork();
    if (dead == 0) _exit(0);
    waitpid(dead, nullptr, 0);
    const auto part = [&](const std::string& name) { return scratch.file(name, "half of it"); };
    const fs::path left = part("a." + std::to_string(dead) + "-7.part");
    const fs::path living = part("a." + std::to_string(getpid()) + "-7.part");
    const fs::path other = part("b." + std::to_string(dead) + "-7.part");
    const fs::path backup = part("a.backup.part"), odd = part("a..part");
    scratch.file("a", "whole");
    fs::create_symlink("a", scratch / "link");
    remove_leftovers(scratch / "link");
    CHECK_FALSE(fs::exists(left));
    for (const fs::path& kept : {living, other, backup, odd}) CHECK(fs::exists(kept));
    remove_leftovers(scratch / "no folder" / "a");
}

TEST_CASE("a write that fails leaves the old file and nothing beside it") {
    const Scratch scratch;
    fs::create_directory(scratch / "folder");
    const std::string message = file_error([&] { write_file_atomically(scratch / "folder", "x"); });
    CHECK(has(message,
              "[write] " + (scratch / "folder").string() + ": it cannot be written (it is a folder or a device)."));
    CHECK(has(file_error([&] { write_file_atomically(scratch / "none/a", "x"); }), "Check that the folder exists"));
    CHECK(has(file_error([&] { write_file_atomically("/dev/null", "x"); }), "a folder or a device"));
    CHECK(std::distance(fs::directory_iterator(scratch.folder), fs::directory_iterator()) == 1);
}

TEST_CASE("a disk that fills up in the middle leaves the old file and nothing beside it") {
    const Scratch scratch;
    write_file_atomically(scratch / "a", "old");
    const pid_t child = fork();
    if (child == 0) {  // the limit would hold for the whole process
        const rlimit most{100, 100};
        setrlimit(RLIMIT_FSIZE, &most);
        signal(SIGXFSZ, SIG_IGN);
        const std::string message = file_error([&] { write_file_atomically(scratch / "a", std::string(200, 'x')); });
        _exit(has(message, "it cannot be written (File too large). Check that the folder exists") ? 0 : 1);
    }
    int status = 1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(read_file(scratch / "a") == "old");
    CHECK(std::distance(fs::directory_iterator(scratch.folder), fs::directory_iterator()) == 1);
}

TEST_CASE("reading says why it cannot") {
    const Scratch scratch;
    CHECK(has(file_error([&] { read_file(scratch / "none"); }), "it cannot be read (No such file or directory)"));
    CHECK(has(file_error([&] { read_file(scratch.folder); }), "it cannot be read (it is a folder)"));
    const auto path = scratch.file("long", "12345");
    CHECK(read_file(path, 5) == "12345");
    CHECK(has(file_error([&] { read_file(path, 4); }), "it holds more than the 4 bytes that are allowed here"));
}

TEST_CASE("an endless file is left at the limit") {
    CHECK(has(file_error([] { read_file("/dev/zero", 10000); }), "more than the 10000 bytes"));
}

TEST_CASE("what is printed of a file steers no terminal") {
    CHECK(printable("größe √2 日本 🙂") == "größe √2 日本 🙂");
    CHECK(printable(std::string_view("a\0b\t\x1b[2J\x7f", 9)) == "a?b??[2J?");
    CHECK(printable("\x9b\x32J") == "?2J");                                       // CSI in one byte
    CHECK(printable("\xc2\x9b\x32J") == "?2J");                                   // the same in UTF-8
    CHECK(printable("\xe2\x80\xae\x64\x65 \xe2\x81\xa6") == "?de ?");             // from right to left
    CHECK(printable("\xc0\x9b \xe0\x82\x9b \xf0\x80\x80\x80") == "?? ??? ????");  // too long
    CHECK(printable("\xe6\x97") == "??");                                         // cut short
    CHECK(printable("\xff\xfe") == "??");
}

TEST_CASE("a byte reader reads both byte orders and never past the end") {
    ByteReader reader(std::string_view("\x01\x02\x03\x04\xff", 5), "test", "f.bin");
    CHECK(reader.little(2, "a count") == 0x0201);
    CHECK(reader.big(2, "a count") == 0x0304);
    CHECK(reader.left() == 1);
    CHECK(file_error([&] { reader.little(4, "a count"); }) ==
          "[test] f.bin, byte 4: a count should take 4 bytes: only 1 are left. The file is cut short, or its header "
          "lies: "
          "copy or download it again.");
    CHECK(reader.take(1, "a byte") == "\xff");
    reader.seek(1, "a byte");
    CHECK(reader.big(1, "a byte") == 2);
    CHECK(has(file_error([&] { reader.seek(6, "a byte"); }), "a byte should be at byte 6: the file has 5 bytes."));
    std::string out;
    append_little(out, 0x0102, 3);
    CHECK(out == std::string_view("\x02\x01\0", 3));
}
