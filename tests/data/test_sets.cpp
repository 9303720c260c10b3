#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <numeric>

#include "scratch.hpp"
#include "sevenfold/data/sets.hpp"

using namespace sevenfold;

TEST_CASE("the shipped sets are whole") {
    CHECK(digits().describe() == "digits: 1797 rows of (8, 8), 10 classes of 174 to 183 rows");
    CHECK(iris().describe() == "iris: 150 rows of (4,), 3 classes of 50 rows");
    CHECK(wine().describe() == "wine: 178 rows of (13,), 3 classes of 48 to 71 rows");
    CHECK(breast_cancer().describe() == "breast_cancer: 569 rows of (30,), 2 classes of 212 to 357 rows");
    CHECK(wine().feature_names.back() == "proline");
    CHECK(iris().class_names[2] == "virginica");
}

TEST_CASE("digits are images between 0 and 1") {
    const auto images = digits<double>().features;
    CHECK(*std::min_element(images.begin(), images.end()) == 0);
    CHECK(*std::max_element(images.begin(), images.end()) == 1);
    CHECK(images(0, 0, 2) == 5.0 / 16);
    CHECK(std::accumulate(images.begin(), images.end(), 0.0) == 561718.0 / 16);  // of the integers 0..16 in the file
}

TEST_CASE("SEVENFOLD_DATA names another folder, which must exist") {
    const Scratch scratch;
    scratch.file("iris.csv", "length,class\n1,0\n2,2\n");
    setenv("SEVENFOLD_DATA", scratch.folder.c_str(), 1);
    CHECK(sets_folder() == scratch.folder);
    CHECK(iris().size() == 2);
    CHECK(has(file_error([] { wine(); }), "wine.csv: it cannot be read (No such file or directory)"));
    setenv("SEVENFOLD_DATA", "/nowhere", 1);
    CHECK(file_error([] { wine(); }) ==
          "[data] SEVENFOLD_DATA=/nowhere: there is no such folder. Set it to the folder with digits.csv, or leave it "
          "unset.");
    unsetenv("SEVENFOLD_DATA");
    CHECK(iris().size() == 150);
}

TEST_CASE("Fashion-MNIST is read from a folder of IDX files, and a missing package is named") {
    const Scratch scratch;
    const auto write = [&](const std::string& part, std::string_view images, std::string_view labels) {
        scratch.file(part + "-images-idx3-ubyte", images);
        scratch.file(part + "-labels-idx1-ubyte", labels);
    };
    write("train", std::string_view("\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\2\x00\x33\xff\x66", 20),
          std::string_view("\0\0\x08\1\0\0\0\2\x09\x03", 10));
    CHECK(file_error([&] { fashion_mnist(scratch.folder); }) ==
          "[fashion_mnist] " + (scratch / "t10k-images-idx3-ubyte.gz").string() +
              ": there is no such file. Run: apt-get install dataset-fashion-mnist, or name the folder that holds the "
              "four "
              "IDX files.");
    write("t10k", std::string_view("\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1\xff", 17),
          std::string_view("\0\0\x08\1\0\0\0\1\x00", 9));
    const auto [train, test] = fashion_mnist<double>(scratch.folder);
    CHECK(train.features == Array<double>({2, 1, 2}, {0, 0.2, 1, 0.4}));
    CHECK(train.labels == Labels({2}, {9, 3}));
    CHECK(test.describe() == "fashion_mnist t10k: 1 rows of (1, 1), 10 classes of 0 to 1 rows");
}

TEST_CASE("Fashion-MNIST as Debian packs it") {
    if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
        MESSAGE("skipped: the package dataset-fashion-mnist is not installed");
        return;
    }
    const auto [train, test] = fashion_mnist();
    CHECK(train.describe() == "fashion_mnist train: 60000 rows of (28, 28), 10 classes of 6000 rows");
    CHECK(test.describe() == "fashion_mnist t10k: 10000 rows of (28, 28), 10 classes of 1000 rows");
    CHECK(*std::max_element(test.features.begin(), test.features.end()) == 1);
}
