#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "../data/scratch.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/viz/explore.hpp"

using namespace sevenfold;
using A = Array<double>;
using nlohmann::json;

namespace {

/// The data of the page that explore writes.
template <class T>
json explored(Tape<T>& tape, const Variable<T>& loss, const viz::ExploreOptions& options = {}) {
    const Scratch scratch;
    viz::explore(tape, loss, scratch / "page.html", options);
    const std::string page = read_file(scratch / "page.html");
    const std::string_view mark = "id=\"data\">";
    const std::size_t from = page.find(mark) + mark.size();
    return json::parse(page.substr(from, page.find("</script>", from) - from));
}

}  // namespace

TEST_CASE("a page has the numbers of the tape, in formulas too, and changes neither tape nor leaves") {
    auto w = leaf(A(-0.5), "w"), x = leaf(A(2.0), "x");
    Tape<double> tape;
    tape.keep_values();
    auto loss = w * x + x;
    const std::size_t before = tape.size();
    const json page = explored(tape, loss);
    CHECK(tape.size() == before);
    CHECK_FALSE(x.has_grad());
    const json& steps = page["steps"];
    REQUIRE(steps.size() == 4);
    CHECK(page["loss"] == 3);
    CHECK(steps[0]["name"] == "w");
    CHECK(steps[2]["with_numbers"] == "(−0.5) · 2 = −1");
    CHECK(steps[1]["gradient"]["numbers"] == json::array({0.5}));
    REQUIRE(steps[1]["uses"].size() == 2);
    CHECK(steps[1]["uses"][0]["numbers"] == json::array({1}));
    CHECK(steps[1]["uses"][1]["numbers"] == json::array({-0.5}));
    CHECK(steps[1]["uses"][1]["with_numbers"] == "1 · (−0.5) = −0.5");
}

TEST_CASE("ops that mix entries show sums of products, forward and back") {
    auto x = leaf(A({1, 2}, {1, 2}), "x"), w = leaf(A({2, 2}, {3, 4, -1, 0.5}), "w");
    Tape<double> tape;
    tape.keep_values();
    const json steps = explored(tape, mean(linear(x, w)))["steps"];
    CHECK(steps[2]["with_numbers"] == "1 · 3 + 2 · 4 = 11");
    CHECK(steps[3]["with_numbers"] == "(11 + 0) / 2 = 5.5");
    CHECK(explored(tape, sum(linear_relu(x, w, leaf(A({2}, {0, -1})))))["steps"][5]["with_numbers"] ==
          "max(1 · 3 + 2 · 4 + 0, 0) = 11");
    CHECK(steps[0]["example"] == 1);
    CHECK(steps[0]["uses"][0]["with_numbers"] == "0.5 · 4 + 0.5 · 0.5 = 2.25");
}

TEST_CASE("each entry's gradient is the sum of the contributions it names") {
    Random random(2);
    auto x = leaf(random.normal<double>({3, 4}), "x"), w = leaf(random.normal<double>({5, 4}), "w");
    Tape<double> tape;
    auto loss = sum(sigmoid(linear(x, w)) * 2);
    const json page = explored(tape, loss);
    for (const json& step : page["steps"]) {
        if (!step.contains("from")) continue;
        for (const auto& [entry, origin] : step["from"].items()) {
            double sum = 0;
            for (const json& term : origin["terms"]) {
                CHECK(term[5].get<double>() ==
                      doctest::Approx(term[3].get<double>() * term[4].get<double>()).epsilon(1e-4));
                sum += term[5].get<double>();
            }
            if (origin.contains("others")) sum += origin["others"][1].get<double>();
            const double wanted = step["gradient"]["numbers"][std::stoul(entry)].get<double>();
            CHECK(sum == doctest::Approx(wanted).epsilon(1e-4));
        }
    }
}

TEST_CASE("a zero gradient says why: a closed unit, another entry's zero, a cancellation, no way to the loss") {
    auto x = leaf(A({3}, {-1, 2, 3}), "x");
    Tape<double> tape;
    auto h = relu(x);                           // %1, entry 0 is closed
    auto unused = exp(h);                       // %2
    auto loss = sum(h - h * 1 + relu(h * -1));  // entries 1 and 2 cancel
    const json steps = explored(tape, loss)["steps"];
    CHECK(steps[0]["from"]["0"]["why"] == "relu is closed here: its input −1 is not above 0, so it hands back 0");
    CHECK(steps[0]["from"]["1"]["why"] ==
          "nothing arrives: the gradient of step %1 (1), through which it acts, is 0 itself");
    CHECK(steps[1]["from"]["1"]["why"] == "its contributions cancel");
    CHECK_FALSE(steps[2].contains("gradient"));
}

TEST_CASE("a saturated sigmoid is named where it lets little through") {
    auto x = leaf(A({2}, {8, 0.1}), "x");
    Tape<double> tape;
    const json steps = explored(tape, sum(sigmoid(x)))["steps"];
    CHECK(steps[0]["from"]["0"]["why"] ==
          "sigmoid is saturated: at 8 it is nearly flat, its derivative is only 0.00034");
    CHECK_FALSE(steps[0]["from"]["1"].contains("why"));
}

TEST_CASE("of a large array a page shows evenly picked rows and columns, and statistics of all entries") {
    auto x = leaf(A::arange(40 * 50).reshape({40, 50}), "x");
    Tape<double> tape;
    const json value = explored(tape, sum(x), {.shown = 5})["steps"][0]["value"];
    CHECK(value["row"] == json{0, 9, 19, 29, 39});
    CHECK(value["column"] == json{0, 12, 24, 36, 49});
    CHECK(value["numbers"].size() == 25);
    CHECK(value["numbers"][24] == 1999);
    CHECK(value["size"] == 2000);
    CHECK(value["max"] == 1999);
    CHECK(value["mean"] == 999.5);
}

TEST_CASE("modules are groups, inside each other") {
    Random random(1);
    Mlp<float> model({3, 4, 2}, Activation::relu, random);
    Tape tape;
    tape.keep_values();
    const json page = explored(tape, sum(model(Variable<float>(random.normal<float>({2, 3})))));
    REQUIRE(page["groups"].size() == 4);
    CHECK(page["groups"][1]["name"] == "Mlp(relu)");
    CHECK(page["groups"][2]["name"] == "layers.0");
    CHECK(page["groups"][2]["parent"] == 1);
    CHECK(page["drawings"][0]["items"] == json{"g1", "s6"});
    CHECK(page["drawings"][0]["edges"] == json::array({json{"g1", "s6"}}));
}

TEST_CASE("what is not finite stands as a word, and does not spoil the scale of the others") {
    auto x = leaf(A({3}, {0, 1, -1}), "x");
    Tape<double> tape;
    tape.keep_values();
    const json page = explored(tape, sum(log(x)));
    CHECK(page["steps"][1]["value"]["numbers"] == json{"−∞", 0, "NaN"});
    CHECK(page["steps"][1]["value"]["bad"] == 2);
    CHECK(page["scales"]["value"] == 1);
}

TEST_CASE("a page refuses what cannot be walked or shown") {
    auto x = leaf(A(1.0));
    Tape<double> tape;
    CHECK_THROWS_AS(viz::explore(tape, Variable<double>(2.0), "never.html"), TapeError);
    Variable<double> y = x;
    for (int i = 0; i < 5000; ++i) y = y * 1;
    CHECK_THROWS_WITH_AS(
        viz::explore(tape, y, "never.html"),
        "[explore] a tape of 5001 steps: a page shows at most 5000. Record one sample, or a smaller model.",
        ValueError);
}
