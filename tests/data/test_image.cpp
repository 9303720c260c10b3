#include <doctest/doctest.h>

#include <cmath>

#include "sevenfold/data/image.hpp"

using namespace sevenfold;

TEST_CASE("patches run row by row over the image, and row by row inside") {
    const auto image = Array<float>::arange(16).reshape({1, 4, 4});
    CHECK(patches(image, 2) == Array<float>({1, 4, 4}, {0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15}));
    CHECK(patches(image, 4) == image.reshape({1, 1, 16}));
    const auto cut = patches(Array<double>::arange(3 * 28 * 28).reshape({3, 28, 28}), 4);
    CHECK(cut.shape() == Shape{3, 49, 16});
    CHECK(cut(2, 8, 5) == 2 * 784 + (4 + 1) * 28 + 4 + 1);  // patch 8: row 1, column 1 of the grid
}

TEST_CASE("patches of images that are not square") {
    CHECK(patches(Array<float>::arange(8).reshape({1, 2, 4}), 2) == Array<float>({1, 2, 4}, {0, 1, 4, 5, 2, 3, 6, 7}));
}

TEST_CASE("patches that do not fill the image are refused") {
    CHECK_THROWS_WITH_AS(patches(Array<float>::ones({1, 8, 6}), 4),
                         "[patches] images (1, 8, 6) in squares of 4: height and width are multiples of the size.",
                         ShapeError);
    CHECK_THROWS_AS(patches(Array<float>::ones({1, 8, 8}), 0), ShapeError);
    CHECK_THROWS_WITH_AS(patches(Array<float>::ones({8, 8}), 4),
                         "[patches] images (8, 8): images have the shape (N, H, W).", ShapeError);
}

TEST_CASE("an image shows as text") {
    CHECK(ascii(Array<float>{{0, 0.5, 1}, {-3, 7, NAN}}) == "  ++@@\n  @@??\n");
    CHECK(ascii(Array<double>{{0, 8, 16}}, 0, 16) == "  ++@@\n");
    CHECK_THROWS_WITH_AS(ascii(Array<float>::ones({2, 2, 2})),
                         "[ascii] image (2, 2, 2): an image has the shape (H, W).", ShapeError);
}
