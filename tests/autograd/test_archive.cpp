#include <doctest/doctest.h>

#include "message.hpp"
#include "sevenfold/autograd/archive.hpp"

using namespace sevenfold;

namespace {

struct Node {
    int feature = 0;
    std::vector<double> shares{};
    void carry(Archive& archive) { archive(feature, shares); }
    bool operator==(const Node&) const = default;
};
// Has no default.
struct Named {
    explicit Named(std::string n) : name(std::move(n)) {}
    std::string name;
    void carry(Archive& archive) { archive(name); }
};

}  // namespace

TEST_CASE("what an archive writes it reads back: numbers, words, lists, arrays, and what is not there") {
    double number = 0.1;
    std::string words = "two words";
    std::vector<Node> nodes{{1, {0.5, 0.25}}, {2, {}}};
    std::optional<Array<float>> array = Array<float>::arange(6).reshape({2, 3}), nothing;
    Array<double> scalar(3.5), empty(Shape{0, 4});
    std::vector<Named> list{Named("a"), Named("b")};
    Archive to;
    to(number, words, nodes, array, nothing, scalar, empty);
    to.list(list, [] { return Named(""); });
    CHECK(to.writes());

    double number_back = 0;
    std::string words_back;
    std::vector<Node> nodes_back(7);
    std::optional<Array<float>> array_back, nothing_back = Array<float>(1.0F);
    Array<double> scalar_back, empty_back;
    std::vector<Named> list_back{Named("old")};
    Archive from(to.bytes());
    from(number_back, words_back, nodes_back, array_back, nothing_back, scalar_back, empty_back);
    from.list(list_back, [] { return Named("new"); });
    CHECK(number_back == number);
    CHECK(words_back == words);
    CHECK(nodes_back == nodes);
    CHECK(*array_back == *array);
    CHECK_FALSE(nothing_back.has_value());
    CHECK(scalar_back == scalar);
    CHECK(empty_back == empty);
    REQUIRE(list_back.size() == 2);
    CHECK(list_back[1].name == "b");
}

TEST_CASE("reading does not write into what others share") {
    Array<double> mine = Array<double>::ones({3});
    const Array<double> theirs = mine;
    Archive to;
    Array<double> twos = Array<double>::full({3}, 2);
    to(twos);
    Archive from(to.bytes());
    from(mine);
    CHECK(mine == twos);
    CHECK(theirs == Array<double>::ones({3}));
}

TEST_CASE("bytes that end too early are refused before memory is taken") {
    Archive to;
    std::vector<double> values(10, 1.0);
    to(values);
    std::vector<double> back;
    Archive cut(to.bytes().substr(0, 4));
    CHECK(message<ValueError>([&] { cut(back); }) ==
          "[archive] 4 bytes: they end before what they should hold. Run the same program in every process.");
    Archive lying(to.bytes().substr(0, 40));
    CHECK(message<ValueError>([&] { lying(back); }) ==
          "[archive] 40 bytes: they do not hold the 10 things counted. Run the same program in every process.");
}
