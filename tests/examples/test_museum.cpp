#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "../data/scratch.hpp"
#include "../message.hpp"
#include "exhibit.hpp"
#include "sevenfold/data/file.hpp"

using namespace sevenfold;

namespace {

/// What gradient checking must say of each exhibit: the input, its worst entry, and how the guess begins.
struct Symptom {
    std::string input;
    std::vector<std::size_t> entry;
    std::size_t wrong;
    std::string guess;
};
const std::map<std::string, Symptom> symptoms{
    {"missing_two", {"x", {2}, 4, "every entry is half of the right one"}},
    {"wrong_sign", {"b", {2}, 3, "every entry has the opposite sign"}},
    {"x_for_y", {"x", {3}, 3, ""}},
    {"mean_for_sum", {"x", {0, 1}, 6, "every entry is 1/6 of the right one, and there are 6 entries"}},
    {"missing_division", {"p", {4}, 5, "every entry is 5 times the right one, and there are 5 entries"}},
    {"overwritten", {"x", {2}, 4, ""}},
    {"first_row", {"b", {1}, 3, ""}},
    {"transposed_weight", {"w", {0, 2}, 6, "it is the transpose of the right one"}},
    {"repeated_index", {"w", {0, 0}, 2, ""}},
    {"mask_of_result", {"a", {0, 2}, 2, "where it is wrong, the rule says 0"}},
    {"softmax_axis", {"x", {0, 0}, 6, ""}},
    {"all_ties", {"x", {1}, 2, "every entry is twice the right one"}},
    {"dropout_scale", {"x", {0, 2}, 4, "every entry is 0.8 times the right one"}},
    {"running_sum", {"x", {1}, 4, ""}},
    {"batch_norm_mean", {"x", {2, 0}, 8, "along axis 0 every entry is off by the same amount"}},
    {"stale_value", {"x", {1}, 3, ""}},
    {"detached_gate", {"x", {1}, 4, ""}},
    {"once_differentiable", {"x", {2}, 3, "the order before is right"}},
};

const GradcheckResult& first_wrong(const GradcheckReport& report) {
    return *std::ranges::find_if(report.results, [](const auto& r) { return !r.passed(); });
}

}  // namespace

TEST_CASE("every exhibit of the museum is caught where its mistake shows, and its right twin passes") {
    const auto all = museum::exhibits();
    CHECK(all.size() == symptoms.size());
    for (const museum::Exhibit& e : all) {
        CAPTURE(e.name);
        const viz::Exhibit shown = museum::checked(e);
        INFO(shown.right_report.str());
        CHECK(shown.right_report.passed());
        REQUIRE_FALSE(shown.wrong_report.passed());
        const GradcheckResult& found = first_wrong(shown.wrong_report);
        const Symptom& wanted = symptoms.at(e.name);
        CHECK(found.order == e.order);
        CHECK(found.name == wanted.input);
        CHECK(found.entry == wanted.entry);
        CHECK(found.wrong == wanted.wrong);
        CHECK(found.guess.empty() == wanted.guess.empty());
        CHECK(found.guess.starts_with(wanted.guess));
    }
}

TEST_CASE("the wrong rule and the right one of an exhibit compute the same value") {
    for (const museum::Exhibit& e : museum::exhibits()) {
        CAPTURE(e.name);
        CHECK(e.wrong(e.inputs).value() == e.right(e.inputs).value());
    }
}

TEST_CASE("the lines shown of an exhibit are those of its file") {
    museum::Exhibit e = museum::mean_for_sum();
    e.name = "mean_for_sum";
    CHECK(museum::lines_of(e, "value") == "static D value(const Inputs& x) { return sum(x[0]); }");
    CHECK(museum::lines_of(e, "right") ==
          "static void right(Step& step) { step.add(0, broadcast_to(step.dy(), step.x_shape(0))); }");
    CHECK(message<ValueError>([&] { museum::lines_of(e, "middle"); }) ==
          "[lines_of] part middle of mean_for_sum: the file has no line that begins it.");
}

TEST_CASE("the museum's page holds its exhibits, and takes wrong rules alone") {
    const Scratch scratch;
    const auto path = scratch / "museum.html";
    const std::vector<museum::Exhibit> all = museum::exhibits();
    viz::Exhibit e = museum::checked(all[3]);
    viz::museum({e}, path);
    const std::string page = read_file(path);
    for (const std::string& part : {e.title, std::string("broadcast_to(step.dy() * share, shape)"), e.question})
        CHECK(page.find(part) != std::string::npos);
    std::swap(e.wrong_report, e.right_report);
    CHECK(message<ValueError>([&] { viz::museum({e}, path); }) ==
          "[museum] a wrong rule that passed (Mean for sum): an exhibit is caught.");
    e.right_report = e.wrong_report = museum::checked(all[3]).wrong_report;
    CHECK(message<ValueError>([&] { viz::museum({e}, path); }) ==
          "[museum] a right rule that did not pass (Mean for sum): its twin is right.");
    CHECK(message<ValueError>([&] { viz::museum({}, path); }) == "[museum] no exhibits: a museum shows something.");
}
