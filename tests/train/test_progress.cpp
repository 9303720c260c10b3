#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "sevenfold/train/progress.hpp"

using namespace sevenfold;

namespace {

struct Drawn {
    std::ostringstream out;
    double now = 0;
    Progress progress;
    explicit Drawn(OutputStyle style) : progress(out, style, [this] { return now; }) {}

    std::string taken() {
        std::string s = out.str();
        out.str("");
        return s;
    }
    /// One second for half of 1000 rows.
    std::string half_way(std::string label) {
        progress.start(std::move(label), 1000);
        now += 1;
        progress.advance(500, 0.412345, 0.8625);
        return taken();
    }
};

std::size_t columns(const std::string& s) {
    return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

TEST_CASE("the progress line shows how far, how well, how long and how fast") {
    Drawn d({.live = true, .width = 120});
    CHECK(d.half_way("epoch 3/20") ==
          "\repoch 3/20  ##############--------------   50 %  loss 0.4123  1.0 s left  accuracy 86.2 %  500 "
          "rows/s\x1b[K");
}

TEST_CASE("the progress line never fills the terminal's last column, at any width") {
    for (bool unicode : {false, true})
        for (std::size_t width = 1; width < 140; ++width) {
            Drawn d({.live = true, .unicode = unicode, .width = width});
            const std::string line = d.half_way("epoch 3/20");
            CAPTURE(line);
            REQUIRE(line.size() > 3);
            CHECK(columns(line.substr(1, line.size() - 4)) <= width - 1);
        }
}

TEST_CASE("a narrow terminal keeps the most important facts") {
    Drawn d({.live = true, .width = 41});
    CHECK(d.half_way("epoch 3/20") == "\repoch 3/20  ####----   50 %  loss 0.4123\x1b[K");
}

TEST_CASE("colour is used where it is allowed, and only there") {
    Drawn plain({.live = true, .unicode = true, .width = 60}),
        coloured({.live = true, .colour = true, .unicode = true, .width = 60});
    CHECK(plain.half_way("e").find("\x1b[3") == std::string::npos);
    CHECK(coloured.half_way("e").find("\x1b[36m━") != std::string::npos);
}

TEST_CASE("what is printed starts on a clean line, and nothing of the bar stays in a log") {
    Drawn terminal({.live = true, .width = 60});
    terminal.half_way("epoch");
    terminal.progress.print("saved");
    CHECK(terminal.taken() == "\r\x1b[Ksaved\n");
    terminal.progress.print("again");
    CHECK(terminal.taken() == "again\n");

    Drawn file({});
    CHECK(file.half_way("epoch") == "");
    file.progress.print("epoch 1 done");
    file.progress.clear();
    CHECK(file.taken() == "epoch 1 done\n");
}

TEST_CASE("the line is redrawn ten times a second at most") {
    Drawn d({.live = true, .width = 60});
    d.progress.start("epoch", 1000);
    std::size_t draws = 0;
    for (int i = 0; i < 1000; ++i) {
        d.now += 0.001;
        d.progress.advance(1, 1.0);
        draws += d.taken().empty() ? 0 : 1;
    }
    CHECK(draws >= 9);
    CHECK(draws <= 10);
}

TEST_CASE("durations read as people say them") {
    CHECK(duration(0.0854) == "85 ms");
    CHECK(duration(0.0997) == "0.1 s");
    CHECK(duration(3.21) == "3.2 s");
    CHECK(duration(9.96) == "10 s");
    CHECK(duration(59.6) == "1 min 00 s");
    CHECK(duration(245) == "4 min 05 s");
    CHECK(duration(7830) == "2 h 10 min");
    CHECK(duration(1e300) == "long");
}
