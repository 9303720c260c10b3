#include <doctest/doctest.h>

#include "../data/scratch.hpp"
#include "../message.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/viz/report.hpp"
#include "xml.hpp"

using namespace sevenfold;
using namespace sevenfold::viz;

namespace {

Figure line(const std::string& title) { return {.title = title, .marks = {Line{"l", {0, 1}, {0, 1}}}}; }

Report everything() {
    return {.title = "A <report>",
            .summary = "One of each & more.",
            .sections = {
                {"First", {Paragraph{"Words < here."}, line("Loss, by epoch")}},
                {"Second",
                 {Slides{.title = "Rounds", .label = "round, part", .slides = {{"1", line("a")}, {"2", line("b")}}},
                  Gallery{.title = "Pictures", .pictures = {{"data:image/png;base64,", "a 7 & a 1"}}},
                  TextTable{.title = "Costs",
                            .columns = {"op", "time", "note"},
                            .rows = {{"matmul", "1.5", "-"}, {"add", "−2", "x"}},
                            .marked = {false, true}}}}}};
}

}  // namespace

TEST_CASE("a report's page holds its parts, and no words of theirs become markup") {
    const Scratch scratch;
    write_report(everything(), scratch / "report.html");
    const std::string page = read_file(scratch / "report.html");
    for (const char* part : {"<h1>A &lt;report&gt;</h1>", "One of each &amp; more.",
                             "<a href=\"#section-2\">Second</a>", "<section id=\"section-1\"><h2>First</h2>",
                             "Words &lt; here.", "<label>round, part <input type=\"range\" min=\"0\" max=\"1\"/>",
                             "<div class=\"slide\" data-name=\"2\">", "a 7 &amp; a 1", "<td class=\"amount\">1.5</td>",
                             "<td>x</td>", "<tr class=\"marked\"><th scope=\"row\">add</th>"}) {
        INFO(part);
        CHECK(has(page, part));
    }
    const std::size_t from = page.find("<main>"), end = page.find("</main>");
    CHECK(xml_fault(page.substr(from, end + 7 - from)) == "");
}

TEST_CASE("every figure of a report becomes a file named after its title, and none replaces another") {
    const Scratch scratch;
    Report report = everything();
    report.sections.push_back({"Third", {line("Loss: again")}});
    const auto files = save_figures(report, scratch / "figures");
    std::vector<std::string> names;
    for (const auto& file : files) {
        names.push_back(file.filename().string());
        CHECK(xml_fault(read_file(file)) == "");
    }
    CHECK(names ==
          std::vector<std::string>{"loss.svg", "rounds-round-part-1.svg", "rounds-round-part-2.svg", "loss-2.svg"});
}

TEST_CASE("a report that cannot be shown says why") {
    const Scratch scratch;
    const auto written = [&](Part part) {
        return [&scratch, part] { write_report({.title = "t", .sections = {{"s", {part}}}}, scratch / "r.html"); };
    };
    CHECK(message<ValueError>(written(Slides{.title = "Ranks"})) ==
          "[report] \"Ranks\" without slides: there is one to show.");
    CHECK(message<ValueError>(written(TextTable{.title = "T", .columns = {"a", "b"}, .rows = {{"1"}}})) ==
          "[report] a row of 1 cells in \"T\": it has 2 columns.");
    CHECK_FALSE(std::filesystem::exists(scratch / "r.html"));
}
