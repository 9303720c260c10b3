#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/train/history.hpp"

using namespace sevenfold;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

History two_epochs() {
    History h;
    h.add_row();
    h.set("epoch", 1);
    h.set("loss", 0.1);
    h.set_measured("seconds", 2.5);
    h.add_row();
    h.set("epoch", 2);
    h.set("loss", 1.0 / 3);
    h.set("validation_loss", 0.25);
    return h;
}

}  // namespace

TEST_CASE("a history is a table: columns may begin late and miss values") {
    const History h = two_epochs();
    CHECK(h.rows() == 2);
    CHECK(h["loss"][1] == 1.0 / 3);
    CHECK(std::isnan(h["validation_loss"][0]));
    CHECK(std::isnan(h["seconds"][1]));
    CHECK(h.csv() == "epoch,loss,seconds,validation_loss\n1,0.1,2.5,\n2,0.3333333333333333,,0.25\n");
}

TEST_CASE("a history's JSON reads back exactly, with what is not finite") {
    History h = two_epochs();
    h.set("loss", infinity);
    h.set("odd \"name\", with é", -infinity);
    const History back = History::from_json(h.json(), "test");
    CHECK(back == h);
    CHECK(back.json() == h.json());
    CHECK(back["loss"][0] == 0.1);
    CHECK(back["loss"][1] == infinity);
    CHECK(History::from_json(History().json(), "test") == History());
}

TEST_CASE("names are quoted in CSV where they must be") {
    History h;
    h.add_row();
    h.set("a,\"b\"", 1);
    CHECK(h.csv() == "\"a,\"\"b\"\"\"\n1\n");
}

TEST_CASE("histories are equal when their results are, whatever the clock said") {
    History a = two_epochs(), b = two_epochs();
    b.set_measured("seconds", 99);
    CHECK(a == b);
    b.set("loss", 0.5);
    CHECK_FALSE(a == b);
    History longer = two_epochs();
    longer.add_row();
    CHECK_FALSE(a == longer);
}

TEST_CASE("a history is saved to files and read again") {
    const auto folder = std::filesystem::temp_directory_path() / "sevenfold-test-history";
    std::filesystem::create_directories(folder);
    const History h = two_epochs();
    h.save_json(folder / "history.json");
    h.save_csv(folder / "history.csv");
    CHECK(History::load_json(folder / "history.json") == h);
    CHECK(read_file(folder / "history.csv") == h.csv());
    std::filesystem::remove_all(folder);
    CHECK_THROWS_AS(h.save_json(folder / "history.json"), FileError);
}

TEST_CASE("a history says what is wrong with a use of it") {
    History h;
    CHECK_THROWS_WITH_AS(
        h.set("loss", 1),
        "[history] a value for loss before the first row: values are written into the last row. Call add_row() first.",
        ValueError);
    h.add_row();
    CHECK_THROWS_WITH_AS(h.set("", 1), "[history] a column without a name: a column needs a name.", ValueError);
    h.set("loss", 1);
    h.set("epoch", 1);
    CHECK_THROWS_WITH_AS(h["los"], "[history] no column los: the columns are: loss, epoch.", IndexError);
}

TEST_CASE("files that are no history are refused") {
    const auto refused = [](const std::string& json, const std::string& message) {
        CAPTURE(json);
        CHECK_THROWS_WITH_AS(History::from_json(json, "h.json"),
                             ("[history] " + message + " Check that this is the file you mean.").c_str(), FileError);
    };
    const std::string good = two_epochs().json();
    for (std::size_t cut = 0; cut + 2 < good.size(); ++cut)
        CHECK_THROWS_AS(History::from_json(good.substr(0, cut), "h.json"), FileError);
    refused("", "h.json: it is not JSON, or it is cut short.");
    refused("[1]", "h.json: it does not say \"format\": \"sevenfold-history\".");
    refused(R"({"format": 1})", "h.json: it does not say \"format\": \"sevenfold-history\".");
    const std::string head = R"({"format": "sevenfold-history", "version": )";
    refused(head + "2}", "h.json, version 2: this program reads version 1.");
    refused(head + "1, \"rows\": -1, \"columns\": []}", "h.json: \"rows\" is a number and \"columns\" a list.");
    refused(head + "1, \"rows\": 4000000000, \"columns\": []}",
            "h.json, 4000000000 rows without columns: rows need columns.");
    const auto columns = [&](const std::string& list) { return head + "1, \"rows\": 1, \"columns\": [" + list + "]}"; };
    refused(columns("7"), "h.json: a column has a name, \"measured\" and a list of values.");
    refused(columns(R"({"name": "a", "measured": false, "values": []})"),
            "h.json, column a with 0 values: every column has one value for each of the 1 rows.");
    refused(columns(R"({"name": "a", "measured": false, "values": ["x"]})"),
            "h.json, column a: \"x\": a value is a number, null, \"inf\" or \"-inf\".");
    const std::string column = R"({"name": "a", "measured": false, "values": [1]})";
    refused(columns(column + "," + column), "h.json, column \"a\": names are not empty and differ from each other.");
    CHECK_THROWS_AS(History::from_json(std::string(1'000'000, '['), "h.json"), FileError);
}
