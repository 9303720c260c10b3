#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "message.hpp"
#include "scratch.hpp"
#include "sevenfold/data/convert.hpp"
#include "sevenfold/data/npy.hpp"

using namespace sevenfold;
namespace fs = std::filesystem;

namespace {

template <class T>
void check_equal(const MappedDataset<T>& converted, const Dataset<T>& read) {
    const Dataset<T> back = converted.rows(0, converted.size());
    back.check();
    CHECK(back.features == read.features);
    CHECK(back.has_labels() == read.has_labels());
    CHECK(back.has_targets() == read.has_targets());
    if (read.has_labels()) CHECK(back.labels == read.labels);
    if (read.has_targets()) CHECK(back.targets == read.targets);
    CHECK(back.classes == read.classes);
    CHECK(back.class_names == read.class_names);
    CHECK(back.feature_names == read.feature_names);
    CHECK(back.title == read.title);
}

template <class T>
void check_csv(std::string_view bytes, const CsvOptions& options = {}) {
    const Scratch scratch;
    const fs::path path = scratch.file("t.csv", bytes);
    check_equal(convert_csv<T>(path, options), read_csv<T>(path, options));
    check_equal(convert_csv<T>(path, options), read_csv<T>(path, options));  // found, the second time
}

std::string many_rows(std::size_t n) {
    std::string out = "a,kind,b\n";
    for (std::size_t i = 0; i < n; ++i)
        out += text(i, ',', std::string_view("xyzw").substr(i * 7 % 4, 1), ',', 0.5 * static_cast<double>(i), '\n');
    return out;
}

auto written(const fs::path& path) { return fs::last_write_time(path); }

// The table is changed at a later time, which a file system that counts coarsely sees too.
void change(const fs::path& path, std::string_view bytes) {
    const auto before = fs::last_write_time(path);
    std::ofstream(path, std::ios::binary) << bytes;
    fs::last_write_time(path, before + std::chrono::seconds(2));
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a converted table is what read_csv reads") {
    check_csv<float>("a,kind,b\n1,0,-2.5e3\n+0.1,2,4\n", {.label = "kind"});
    check_csv<double>("x,c\n1,rose\n2,\"iris\"\n3,rose\n", {.label = "c"});
    check_csv<double>("x,c\n1,1\n2,-1\n3,-10\n", {.label = "c"});
    check_csv<float>("y1;x;y2\n1;2;3\n4;5;6\n", {.targets = {"y2", "y1"}, .separator = ';'});
    check_csv<double>("a,b\r\n1,2\r\n3,4\r\n\r\n");
    check_csv<float>(many_rows(20000), {.label = "kind"});
    // The note is in UTF-8: other bytes become U+FFFD.
    const Scratch scratch;
    const fs::path latin = scratch.file("t.csv", "a,caf\xe9\n1,2\n");
    for (int i = 0; i < 2; ++i)
        CHECK(convert_csv<float>(latin).feature_names == std::vector<std::string>{"a", "caf\xef\xbf\xbd"});
}

TEST_CASE("fields, quotes and line ends may lie anywhere in the pieces in which a table is read") {
    const std::string rows = "1,\"x,\"\"1\"\"\r\n\",2\r\n\"3\",\"y\",4\r\n5,z,6\r\n7,\"x,\"\"1\"\"\r\n\",8";
    const Scratch scratch;
    const std::size_t piece = 1 << 16;
    const auto path = scratch.file("t.csv", "");
    for (std::size_t at = 0; at <= rows.size() + 20; ++at) {
        // The header line ends so that the border of the pieces lies at every byte of what follows.
        const std::string header = ",c,b\r\n";
        const std::string text = std::string(piece - header.size() - at + 4, 'a') + header + rows;
        fs::remove(path);
        std::ofstream(path, std::ios::binary) << text;
        const auto data = read_csv<double>(path, {.label = "c"});
        REQUIRE(data.features == Array<double>{{1, 2}, {3, 4}, {5, 6}, {7, 8}});
        REQUIRE(data.labels == Labels({4}, {0, 1, 2, 0}));
        REQUIRE(data.class_names == std::vector<std::string>{"x,\"1\"\r\n", "y", "z"});
    }
    // A row longer than several pieces, and what is wrong after it, with its line.
    std::string wide = "a0", numbers = "0";
    for (int i = 1; i < 60000; ++i) wide += text(",a", i), numbers += text(',', i);
    CHECK(read_csv<float>(scratch.file("w.csv", wide + '\n' + numbers + '\n')).features.shape() == Shape{1, 60000});
    CHECK(has(file_error([&] { read_csv<float>(scratch.file("w.csv", wide + '\n' + numbers + "\n1\n")); }),
              "line 3, 1 fields"));
    const std::string open = "a\n" + std::string(200000, '1') + "\n\"1";
    CHECK(has(file_error([&] { read_csv<float>(scratch.file("o.csv", open)); }), "line 2, column 1 (a), \"1111"));
    CHECK(has(file_error([&] { read_csv<float>(scratch.file("o.csv", "a\n1\n\"" + std::string(200000, '1'))); }),
              "line 3, column 1: the quote that opens here is never closed"));
}

TEST_CASE("an endless row ends in words") {
    CHECK(has(file_error([] { read_csv<float>("/dev/zero"); }),
              "/dev/zero, line 1, a row of more than 67108864 bytes: no table has so long rows"));
}

TEST_CASE("more class names than a set can have are refused when they come") {
    const Scratch scratch;
    std::string many = "x,c\n";
    for (int i = 0; i < 65537; ++i) many += text(i, ",name", i, '\n');
    const auto path = scratch.file("t.csv", many);
    CHECK(has(file_error([&] { convert_csv<float>(path, {.label = "c"}); }),
              "t.csv, line 1: the label column holds more than 65536 different names. Is this the label column?"));
    CHECK(files_in(scratch.folder) == 1);
}

TEST_CASE("a table is converted once") {
    const Scratch scratch;
    const fs::path path = scratch.file("t.csv", many_rows(100)), features = scratch / "t.features.npy";
    convert_csv<float>(path, {.label = "kind"});
    CHECK(files_in(scratch.folder) == 4);  // with labels and columns
    const auto first = written(features);
    convert_csv<float>(path, {.label = "kind"});
    CHECK(written(features) == first);

    const auto converts = [&](const std::string& why, const auto& convert) {
        fs::last_write_time(features, first - std::chrono::hours(1));
        convert();
        CHECK_MESSAGE(written(features) > first - std::chrono::minutes(1), why);
    };
    const auto again = [&] {
        check_equal(convert_csv<float>(path, {.label = "kind"}), read_csv<float>(path, {.label = "kind"}));
    };
    converts("other type", [&] { convert_csv<double>(path, {.label = "kind"}); });
    converts("type back", again);
    converts("another size", [&] {
        change(path, many_rows(101));
        again();
    });
    converts("the same size, later", [&] {
        change(path, many_rows(101).replace(9, 1, "7"));
        again();
    });
    converts("no note", [&] {
        fs::remove(scratch / "t.columns.json");
        again();
    });
    for (const char* note : {"", "{", "[]", "{\"format\": 7}", "{\"format\": \"sevenfold-table\", \"version\": 1}"})
        converts(note, [&] {
            scratch.file("t.columns.json", note);
            again();
        });
    converts("features of another set", [&] {
        scratch.file("t.features.npy", to_npy(Array<float>::ones({101, 2})));
        again();
    });
    converts("labels cut short", [&] {
        fs::resize_file(scratch / "t.labels.npy", 200);
        again();
    });
    converts("labels gone", [&] {
        fs::remove(scratch / "t.labels.npy");
        again();
    });
    const CsvOptions as_targets{.targets = {"b"}};
    fs::remove(path);
    scratch.file("t.csv", "a,b\n1,2\n");
    converts("other columns",
             [&] { check_equal(convert_csv<float>(path, as_targets), read_csv<float>(path, as_targets)); });
}

TEST_CASE("a table that is gone leaves its converted files of use, and they may lie elsewhere") {
    const Scratch scratch;
    fs::create_directory(scratch / "fast disk");
    const fs::path path = scratch.file("t.csv", many_rows(10));
    const Dataset<float> read = read_csv<float>(path, {.label = "kind"});
    check_equal(convert_csv<float>(path, {.label = "kind"}, scratch / "fast disk"), read);
    CHECK(files_in(scratch.folder) == 2);
    CHECK(files_in(scratch / "fast disk") == 3);
    fs::remove(path);
    check_equal(convert_csv<float>(path, {.label = "kind"}, scratch / "fast disk"), read);
    CHECK(has(file_error([&] { convert_csv<float>(path, {.label = "a"}, scratch / "fast disk"); }),
              "it cannot be read (No such file"));
    CHECK(has(file_error([&] { convert_csv<float>(scratch / "none.csv"); }), "it cannot be read (No such file"));
}

TEST_CASE("a table that cannot be converted leaves what was there") {
    const Scratch scratch;
    const fs::path path = scratch.file("t.csv", "a,b\n1,2\n3,4\n");
    convert_csv<float>(path);
    const auto before = read_npy<float>(scratch / "t.features.npy");
    for (const char* bytes : {"", "a,b\n", "a,b\n1,2\n3\n", "a,b\n1,2\n3,x\n", "a,b\n1,2\n3,\"4\n", "a,b\n1,nan\n"}) {
        change(path, bytes);
        const std::string said = file_error([&] { convert_csv<float>(path); });
        CHECK(has(said, "[csv] "));
        CHECK(said == file_error([&] { read_csv<float>(path); }));
        CHECK(files_in(scratch.folder) == 3);
        CHECK(read_npy<float>(scratch / "t.features.npy") == before);
    }
    change(path, "a\n1\n");
    CHECK(has(message<ValueError>([&] { convert_csv<float>(path, {.targets = {"a"}}); }),
              "t.csv: no column is left for features: there is at least one. Name fewer targets."));
    fs::create_directory(scratch / "d");
    fs::create_directory(scratch / "d/t.columns.json");
    scratch.file("d/t.columns.json/x", "");
    CHECK(has(file_error([&] { convert_csv<float>(path, {}, scratch / "d"); }),
              "t.columns.json: it cannot be removed ("));
}

TEST_CASE("a conversion that is killed anywhere leaves nothing that is taken for whole") {
    const Scratch scratch;
    const fs::path path = scratch.file("t.csv", many_rows(30000));
    const Dataset<float> read = read_csv<float>(path, {.label = "kind"});
    std::size_t killed = 0;
    for (int wait = 0; wait < 30; ++wait) {
        const pid_t child = fork();
        if (child == 0) {
            try {
                for (;;) {  // again and again, so that kills come at every stage
                    fs::remove(scratch / "t.columns.json");
                    convert_csv<float>(path, {.label = "kind"});
                }
            } catch (...) { _exit(1); }
        }
        std::this_thread::sleep_for(std::chrono::microseconds(1500 * wait));
        kill(child, SIGKILL);
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        killed += WIFSIGNALED(status);
        if (fs::exists(scratch / "t.columns.json")) {  // then everything is there
            const auto features = written(scratch / "t.features.npy");
            check_equal(convert_csv<float>(path, {.label = "kind"}), read);
            CHECK(written(scratch / "t.features.npy") == features);
        }
    }
    CHECK(killed == 30);
    check_equal(convert_csv<float>(path, {.label = "kind"}), read);
    fs::remove(scratch / "t.columns.json");
    convert_csv<float>(path, {.label = "kind"});
    CHECK(files_in(scratch.folder) == 4);  // what the killed ones left is gone
}
