#include <doctest/doctest.h>

#include "python.hpp"
#include "scratch.hpp"
#include "sevenfold/data/csv.hpp"

using namespace sevenfold;

namespace {

std::string rejected(std::string_view bytes, const CsvOptions& options = {}) {
    const Scratch scratch;
    return file_error([&] { read_csv<float>(scratch.file("t.csv", bytes), options); });
}

Dataset<double> accepted(std::string_view bytes, const CsvOptions& options = {}) {
    const Scratch scratch;
    return read_csv<double>(scratch.file("t.csv", bytes), options);
}

}  // namespace

TEST_CASE("columns become features, except the label") {
    const auto data = accepted("a,kind,b\n1,0,-2.5e3\n+0.1,2,4\n", {.label = "kind"});
    CHECK(data.title == "t");
    CHECK(data.features == Array<double>{{1, -2500}, {0.1, 4}});
    CHECK(data.feature_names == std::vector<std::string>{"a", "b"});
    CHECK(data.labels == Labels({2}, {0, 2}));
    CHECK(data.classes == 3);
}

TEST_CASE("targets come in the order they are named") {
    const auto data = accepted("y1,x,y2\n1,2,3\n4,5,6\n", {.targets = {"y2", "y1"}});
    CHECK(data.features == Array<double>{{2}, {5}});
    CHECK(data.targets == Array<double>{{3, 1}, {6, 4}});
    CHECK(data.classes == 0);
}

TEST_CASE("class names are sorted and counted, numbers below zero by size") {
    auto data = accepted("x,c\n1,rose\n2,\"iris\"\n3,rose\n", {.label = "c"});
    CHECK(data.labels == Labels({3}, {1, 0, 1}));
    CHECK(data.class_names == std::vector<std::string>{"iris", "rose"});
    data = accepted("x,c\n1,1\n2,-1\n3,-10\n", {.label = "c"});
    CHECK(data.labels == Labels({3}, {2, 1, 0}));
    CHECK(data.class_names == std::vector<std::string>{"-10", "-1", "1"});
}

TEST_CASE("quotes, CRLF, a byte order mark, blanks and empty lines at the end are read as meant") {
    const Array<double> expected{{1, 2}, {3, 4}};
    CHECK(accepted("a,b\n1,2\n3,4").features == expected);
    CHECK(accepted("a,b\r\n1,2\r\n3,4\r\n\r\n").features == expected);
    CHECK(accepted("\xef\xbb\xbf"
                   "a,b\n 1 ,\t2\n\"3\",4\n\n\n")
              .features == expected);
    const auto data = accepted("\"say \"\"a\"\",\r\nplease\";b\n1;2\n3;4\n", {.separator = ';'});
    CHECK(data.features == expected);
    CHECK(data.feature_names[0] == "say \"a\",\r\nplease");
}

TEST_CASE("what is no number is named with its line and column") {
    CHECK(has(rejected("a,b\n1,2\n3,x\n"),
              "t.csv, line 3, column 2 (b), \"x\": it is not a number. Name the column as the label"));
    CHECK(has(rejected("a,b\n1,\n"), "line 2, column 2 (b), \"\": the value is missing. Fill the gap"));
    CHECK(has(rejected("a\nnan\n"), "line 2, column 1 (a), \"nan\": the number is not finite"));
    CHECK(has(rejected("a\n-inf\n"), "the number is not finite"));
    CHECK(has(rejected("a\n1e39\n"), "the number does not fit into a float"));
    CHECK(has(rejected("a\n1 2\n"), "it is not a number"));
    CHECK(has(rejected("a\n++1\n"), "it is not a number"));
    CHECK(has(rejected(std::string_view("a\n1\0\n", 5)), "it is not a number"));
    for (const std::string_view mark : {"\xff\xfe", "\xfe\xff"}) {
        const std::string message = rejected(std::string(mark) + std::string("a\0\n\0"
                                                                             "1\0\n\0",
                                                                             8));
        CHECK(has(message,
                  "t.csv in UTF-16: a table is text in UTF-8. Save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 \"/"));
        CHECK(has(message, "t.csv\" > table.csv"));
    }
    CHECK(has(rejected("a\n" + std::string(5000, 'x')), std::string(40, 'x') + "..\""));
}

TEST_CASE("a line after a quoted line break keeps its number") {
    CHECK(has(rejected("\"a\nb\",c\n1,2\n3,x\n"), "line 4, column 2 (c)"));
}

TEST_CASE("rows, quotes and headers that do not fit are rejected") {
    CHECK(has(rejected("a,b\n1,2\n3\n"), "line 3, 1 fields: the header line has 2. Is a separator missing"));
    CHECK(has(rejected("a,b\n1,2,3\n"), "line 2, 3 fields: the header line has 2"));
    CHECK(has(rejected("a,b\n1,2\n\n3,4\n"), "line 3: the line is empty"));
    CHECK(has(rejected("a,b\n1,\"2\n3,4\n"), "line 2, column 2: the quote that opens here is never closed"));
    CHECK(has(rejected("a\n\"1\"2\n"), "line 2, column 1: text follows a closing quote"));
    CHECK(has(rejected(""), "the file is empty"));
    CHECK(has(rejected("a,b\n\n"), "no row follows the header line"));
    CHECK(has(rejected("a,b\n1,2\n", {.label = "c"}), "there is no column \"c\". The columns are a, b."));
    CHECK(has(rejected("a,a\n1,2\n", {.label = "a"}), "two columns are called \"a\""));
}

TEST_CASE("labels that cannot be classes are rejected") {
    CHECK(has(rejected("c\n0\n1\ntwo\n", {.label = "c"}),
              "line 4, column 1 (c), \"two\": class numbers and class names are mixed"));
    CHECK(has(rejected("c\n0\n999999999999\n", {.label = "c"}), "class numbers count from 0 to at most 65535"));
    CHECK(has(rejected("x,c\n0,\n", {.label = "c"}), "the value is missing"));
}

TEST_CASE("a file cut anywhere is an error or a shorter table, never more") {
    const std::string whole = "\"a\",b,c\r\n1.5,2,0\r\n\"3\",4,1\r\n";
    const Scratch scratch;
    for (std::size_t n = 0; n <= whole.size(); ++n) {
        const auto path = scratch.file("t.csv", std::string_view(whole).substr(0, n));
        std::size_t rows = 0;
        const std::string message = file_error([&] { rows = read_csv<float>(path, {.label = "c"}).size(); });
        CHECK_MESSAGE(message.empty() == (rows > 0), n);
        CHECK(rows <= 2);
    }
}

TEST_CASE("Python's csv module writes what is read here") {
    const Scratch scratch;
    const std::string program =
        "import csv, sys; w = csv.writer(open(sys.argv[1], 'w', newline=''), quoting=csv.QUOTE_NONNUMERIC); "
        "w.writerow(['a, \"b\"', 'kind']); w.writerow([0.1, 'x']); w.writerow([1e-300, 'y\\n'])";
    const auto path = scratch / "python.csv";
    REQUIRE(python(program, path));
    const auto data = read_csv<double>(path, {.label = "kind"});
    CHECK(data.features == Array<double>{{0.1}, {1e-300}});
    CHECK(data.feature_names[0] == "a, \"b\"");
    CHECK(data.class_names == std::vector<std::string>{"x", "y\n"});
}
