#include <doctest/doctest.h>

#include "../data/scratch.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/viz/page.hpp"

using namespace sevenfold;

TEST_CASE("a page holds its parts, its data cannot end the script, and it may ask for nothing") {
    const std::string page = viz::html({.title = "a < b & c",
                                        .body = "<main>body</main>",
                                        .style = ".own {}",
                                        .script = "own();",
                                        .data = R"({"name": "</script><!--"})"});
    for (const char* part : {"<title>a &lt; b &amp; c</title>", "<main>body</main>", ".own {}", "own();",
                             R"({"name": "\u003c/script>\u003c!--"})", "default-src 'none'", "Mike Bostock"}) {
        INFO(part);
        CHECK(page.find(part) != std::string::npos);
    }
    CHECK(page.find("</script><!--") == std::string::npos);
    for (const char* loads : {"<script src", "<link rel=\"stylesheet", "@import", "url("}) {
        INFO(loads);
        CHECK(page.find(loads) == std::string::npos);
    }
}

TEST_CASE("a page is written as one file") {
    const Scratch scratch;
    const auto path = scratch / "page.html";
    const viz::Page page{.title = "t", .body = "b", .style = "", .script = "", .data = "{}"};
    viz::write(page, path);
    CHECK(read_file(path) == viz::html(page));
}

TEST_CASE("assets have names") {
    CHECK(viz::asset("page.js").find("\"use strict\"") != std::string::npos);
    CHECK_THROWS_AS(viz::asset("nothing.js"), std::logic_error);
}
