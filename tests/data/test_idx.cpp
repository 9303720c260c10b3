#include <doctest/doctest.h>

#include <cmath>

#include "idx_bytes.hpp"
#include "python.hpp"
#include "scratch.hpp"
#include "sevenfold/data/deflate.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/idx.hpp"

using namespace sevenfold;

namespace {

// The bytes in gzip, made by Python.
std::string gzip(const Scratch& scratch, std::string_view bytes) {
    const auto path = scratch.file("plain", bytes);
    REQUIRE(
        python("import gzip, sys; b = open(sys.argv[1], 'rb').read(); gzip.open(sys.argv[1], 'wb').write(b)", path));
    return read_file(path);
}

template <class T = float>
std::string rejected(std::string_view bytes) {
    const Scratch scratch;
    return file_error([&] { read_idx<T>(scratch.file("t.idx", bytes)); });
}

template <class T>
Array<T> accepted(std::string_view bytes) {
    const Scratch scratch;
    return read_idx<T>(scratch.file("t.idx", bytes));
}

using namespace std::string_view_literals;
const std::string six_bytes = idx(8, {2, 3}, "\0\1\2\x7f\x80\xff"sv);

}  // namespace

TEST_CASE("all six element types are read") {
    CHECK(accepted<float>(six_bytes) == Array<float>{{0, 1, 2}, {127, 128, 255}});
    CHECK(accepted<std::int64_t>(idx(9, {2}, "\x7f\xff")) == Labels({2}, {127, -1}));
    CHECK(accepted<std::int64_t>(idx(0x0b, {2}, "\x01\x02\xff\xfe")) == Labels({2}, {258, -2}));
    CHECK(accepted<double>(idx(0x0c, {1}, "\x7f\xff\xff\xff")) == Array<double>({1}, {2147483647}));
    CHECK(accepted<float>(idx(0x0d, {2}, "\x3f\xc0\0\0\x7f\x80\0\0"sv)) == Array<float>({2}, {1.5, INFINITY}));
    CHECK(accepted<float>(idx(0x0e, {1}, "\xbf\xf8\0\0\0\0\0\0"sv)) == Array<float>({1}, {-1.5}));
    CHECK(accepted<float>(idx(8, {}, "\5")) == Array<float>(5));
    CHECK(accepted<float>(idx(8, {0, 7}, "")).shape() == Shape{0, 7});
}

TEST_CASE("gzip shows in the bytes, not in the name") {
    const Scratch scratch;
    CHECK(accepted<float>(gzip(scratch, six_bytes)) == accepted<float>(six_bytes));
}

TEST_CASE("an IDX file cut anywhere is an error") {
    const Scratch scratch;
    const std::string packed = gzip(scratch, six_bytes);
    for (const std::string& whole : {six_bytes, packed}) {
        for (std::size_t n = 0; n < whole.size(); ++n) CHECK_MESSAGE(has(rejected(whole.substr(0, n)), "t.idx"), n);
        CHECK(has(rejected(whole + "x"), "t.idx"));
    }
    CHECK(has(rejected(packed.substr(0, packed.size() - 1)),
              "the compressed bytes are cut short. Copy or download it again."));
    CHECK(has(rejected(packed + "x"), "other bytes follow the compressed ones"));
}

TEST_CASE("a wrong bit in gzip is an error") {
    const Scratch scratch;
    const std::string packed = gzip(scratch, six_bytes);
    for (std::size_t i = 10 + 6; i < packed.size(); ++i) {  // behind the header, which may say what it likes
        std::string damaged = packed;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
        CHECK_MESSAGE(has(rejected(damaged), "t.idx"), i);
    }
}

TEST_CASE("a header that promises more than the file holds costs nothing") {
    CHECK(has(rejected(idx(8, {60000, 28, 28}, "abc")), "shape (60000, 28, 28) takes 47040000 bytes: 3 bytes follow."));
    CHECK(has(rejected(idx(8, {0xffffffff, 0xffffffff, 0xffffffff}, "abc")), "no memory can hold such an array"));
    CHECK(has(rejected(idx(8, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "a")), "an array with 9 axes: arrays have at most 8"));
    CHECK(has(rejected(idx(8, {0, 0xffffffff, 0xffffffff, 0xffffffff}, "")), "no memory can hold such an array"));
}

TEST_CASE("what gzip unfolds to is bounded by the header's claim, and the claim by a limit") {
    const Scratch scratch;
    const std::string zeros(1 << 22, '\0');
    CHECK(has(rejected(gzip(scratch, idx(8, {3}, zeros))), "it unfolds to more bytes than its header says"));
    CHECK(has(rejected(gzip(scratch, idx(8, {0xffffffff}, "abc"))),
              "a compressed array of 4294967295 bytes: at most 1073741824"));
    CHECK(has(rejected(gzip(scratch, idx(8, {1 << 28}, "abc"))),
              "shape (268435456,) takes 268435456 bytes: 3 bytes follow"));
}

TEST_CASE("what is no IDX file is said") {
    CHECK(rejected("P5 a picture").find("the first two bytes are not 0: IDX files start so. Is this an IDX file") !=
          std::string::npos);
    CHECK(has(rejected(idx(7, {1}, "a")), "element type 7: IDX knows the types 8, 9"));
    CHECK(has(rejected("\x1f\x8bxxxxxxxxxxxxxxx"), "t.idx"));
}

TEST_CASE("numbers that the array cannot hold are errors") {
    CHECK(has(rejected<float>(idx(0x0c, {1}, "\x01\x00\x00\x01"sv)),
              "element 0 is 16777217: it cannot be held by a float"));
    CHECK(accepted<float>(idx(0x0c, {1}, "\x80\x00\x00\x00"sv)).item() == -0x1p31f);
    CHECK(has(rejected<std::int64_t>(idx(0x0d, {1}, "\x3f\xc0\0\0"sv)),
              "element 0 is 1.5: it cannot be held by an int64"));
    CHECK(has(rejected<std::int64_t>(idx(0x0d, {1}, "\x7f\xc0\0\0"sv)), "element 0 is nan"));
    CHECK(has(rejected<float>(idx(0x0e, {1}, "\x7f\xef\xff\xff\xff\xff\xff\xff"sv)), "it cannot be held by a float"));
    CHECK(std::isnan(accepted<float>(idx(0x0e, {1}, "\x7f\xf8\0\0\0\0\0\0"sv)).item()));
}

TEST_CASE("deflate and inflate are each other's inverse") {
    std::string bytes;
    for (unsigned i = 0; i < 300000; ++i) bytes += static_cast<char>(i * i >> 7);
    for (const std::string& original : {std::string(), std::string("a"), bytes, std::string(500000, 'z')}) {
        const std::string packed = deflate(original);
        const Inflated exact = inflate(packed, Wrapping::raw, original.size());
        CHECK(exact.bytes == original);
        CHECK(exact.problem() == "");
        if (!original.empty()) {
            const Inflated less = inflate(packed, Wrapping::raw, original.size() - 1);
            CHECK(less.end == Inflated::End::limit);
            CHECK(less.bytes == original.substr(0, original.size() - 1));
        }
    }
}
