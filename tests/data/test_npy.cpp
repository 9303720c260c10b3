#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "python.hpp"
#include "scratch.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/npy.hpp"

using namespace sevenfold;
using namespace std::string_view_literals;

namespace {

// An NPY file of the given version around a header and elements.
std::string npy(const std::string& header, std::string_view elements, int version = 1) {
    std::string out = "\x93NUMPY";
    out += {static_cast<char>(version), 0};
    append_little(out, header.size(), version == 1 ? 2 : 4);
    return out.append(header).append(elements);
}

// A header as NumPy writes it.
std::string header(const std::string& descr, const std::string& shape, const std::string& fortran_order = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + fortran_order + ", 'shape': " + shape + ", }\n";
}

template <class T = float>
std::string rejected(const std::string& bytes) {
    return file_error([&] { from_npy<T>(bytes, "t.npy"); });
}

template <class T>
void round_trip(const Array<T>& array) {
    const Scratch scratch;
    write_npy(scratch / "a.npy", array);
    const Array<T> back = read_npy<T>(scratch / "a.npy");
    CHECK(back.shape() == array.shape());
    CHECK(to_npy(back) == to_npy(array));  // bit for bit, NaN too
}

}  // namespace

TEST_CASE("arrays written as NPY read back bit for bit") {
    round_trip(Array<float>{{1, -0.0f, INFINITY}, {NAN, std::numeric_limits<float>::denorm_min(), 1e-30f}});
    round_trip(Array<double>({2, 1, 2, 1}, {0.1, NAN, -INFINITY, 1e300}));
    round_trip(Labels({3}, {std::numeric_limits<std::int64_t>::min(), 0, std::numeric_limits<std::int64_t>::max()}));
    round_trip(Array<float>(2.5f));
    round_trip(Array<double>::ones({0, 3}));
    round_trip(Array<float>::arange(256).reshape({2, 2, 2, 2, 2, 2, 2, 2}));
}

TEST_CASE("elements start at a multiple of 64 bytes, as NumPy has it") {
    for (std::size_t n = 1; n < 1000000000; n *= 10) {
        const std::string bytes = to_npy(Array<float>::ones({0, n}));
        CHECK(bytes.size() % 64 == 0);
        CHECK(bytes.back() == '\n');
    }
}

TEST_CASE("all types and byte orders are read") {
    const auto one = [](const std::string& descr, std::string_view bytes) {
        return from_npy<double>(npy(header(descr, "()"), bytes), "t").item();
    };
    CHECK(one("|b1", "\1") == 1);
    CHECK(one("|u1", "\xff") == 255);
    CHECK(one("|i1", "\xff") == -1);
    CHECK(one("<u2", "\x01\x02") == 0x0201);
    CHECK(one(">u2", "\x01\x02") == 0x0102);
    CHECK(one("<i4", "\xfe\xff\xff\xff") == -2);
    CHECK(one(">i8", "\xff\xff\xff\xff\xff\xff\xff\xfd") == -3);
    CHECK(one("<f4", "\0\0\xc0\x3f"sv) == 1.5);
    CHECK(one(">f4", "\x3f\xc0\0\0"sv) == 1.5);
    CHECK(one(">f8", "\xbf\xf8\0\0\0\0\0\0"sv) == -1.5);
}

TEST_CASE("versions 2 and 3 and Python's freedom in the header are read") {
    const Array<float> expected({2}, {1, 2});
    for (int version : {1, 2, 3}) CHECK(from_npy<float>(npy(header("|u1", "(2,)"), "\1\2", version), "t") == expected);
    CHECK(from_npy<float>(npy("{\"shape\":(2L,),\"fortran_order\":True,\"descr\":\"|u1\"}", "\1\2"), "t") == expected);
}

TEST_CASE("Fortran order is turned into row-major") {
    const std::string column_by_column = npy(header("|u1", "(2, 3)", "True"), "\1\4\2\5\3\6");
    CHECK(from_npy<float>(column_by_column, "t") == Array<float>{{1, 2, 3}, {4, 5, 6}});
}

TEST_CASE("an NPY file cut anywhere is an error") {
    const std::string whole = to_npy(Array<float>{{1, 2}, {3, 4}});
    for (std::size_t n = 0; n < whole.size(); ++n)
        CHECK_MESSAGE(has(rejected(whole.substr(0, n)), "[npy] t.npy, byte"), n);
    CHECK(has(rejected(whole + "x"),
              "shape (2, 2) takes 16 bytes: 17 bytes follow. The file is cut short, or its header lies"));
}

TEST_CASE("a wrong byte anywhere in the header is an error or another array of the same bytes") {
    const std::string whole = to_npy(Array<float>{{1, 2}, {3, 4}});
    for (std::size_t i = 0; i < 128; ++i)
        for (int byte = 0; byte < 256; ++byte) {
            std::string damaged = whole;
            damaged[i] = static_cast<char>(byte);
            std::size_t elements = 0;
            const std::string message = file_error([&] { elements = from_npy<double>(damaged, "t.npy").size(); });
            CHECK_MESSAGE((elements == 4) == message.empty(), i);
        }
}

TEST_CASE("headers that lie about the size cost nothing") {
    CHECK(has(rejected(npy(header("<f4", "(1000000000000,)"), "abcd")),
              "shape (1000000000000,) takes 4000000000000 bytes: 4 bytes"));
    CHECK(has(rejected(npy(header("<f4", "(9223372036854775807, 16)"), "abcd")), "no memory can hold such an array"));
    CHECK(has(rejected(npy(header("<f4", "(0, 9223372036854775807)"), "")), "no memory can hold such an array"));
    CHECK(has(rejected(npy(header("<f4", "(99999999999999999999999,)"), "abcd")), "a size that is no number"));
    CHECK(has(rejected(npy(header("<f4", "(-1,)"), "abcd")), "a size that is no number"));
    CHECK(has(rejected(npy(header("<f4", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), "abcd")),
              "an array with 9 axes: arrays have at most 8"));
    CHECK(has(rejected("\x93NUMPY\x02" + std::string("\0\xff\xff\xff\xff{", 6)),
              "a header of 4294967295 bytes: headers have at most 1048576"));
}

TEST_CASE("what is not read says so") {
    CHECK(has(rejected("PK\3\4.."), "the first six bytes are not those of NPY"));
    CHECK(has(rejected(npy(header("<f4", "()"), "abcd", 9)), "version 9.0: versions 1.0, 2.0 and 3.0 are known"));
    for (const char* descr : {"<c8", "|O", "<U3", "|S1", "<f2", "<f16", "<i3", "<M8[ns]", "", "f4", "xf4"})
        CHECK(has(rejected(npy(header(descr, "()"), "abcd")),
                  "elements of the type \"" + std::string(descr) + "\": arrays are read from"));
    CHECK(has(rejected(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", "abcd")),
              "an array of records: each element is one number. Save each field"));
    CHECK(
        has(rejected(npy("{'descr': '<f4', 'shape': ()}", "abcd")), "the header is not complete: an NPY header reads"));
    CHECK(has(rejected(npy("{'shape': (), 'shape': ()}", "abcd")), "a surplus \"shape\""));
    CHECK(has(rejected(npy("{'evil\x1b[2J': 1}", "")), "a surplus \"evil?[2J\""));
    CHECK(has(rejected(npy(header("<f4", "()") + "x", "abcd")), "goes on behind its end"));
}

TEST_CASE("integers that would be rounded are errors, multiples of large powers of two are not") {
    const auto as_float = [](const std::string& descr, std::string_view bytes) {
        return from_npy<float>(npy(header(descr, "()"), bytes), "t.npy").item();
    };
    CHECK(as_float("<i8", "\0\0\0\0\0\0\0\x80"sv) == -0x1p63f);
    CHECK(as_float("<u8", "\0\0\0\0\0\0\0\x80"sv) == 0x1p63f);
    CHECK(has(rejected(npy(header("<u8", "()"), "\xff\xff\xff\xff\xff\xff\xff\xff")),
              "element 0 is 18446744073709551615"));
    CHECK(
        has(rejected<std::int64_t>(npy(header("<u8", "()"), "\0\0\0\0\0\0\0\x80"sv)), "it cannot be held by an int64"));
}

TEST_CASE("NumPy reads what is written here, and the other way round") {
    if (!python("import numpy")) {
        MESSAGE("skipped: python3 has no numpy");
        return;
    }
    const Scratch scratch;
    write_npy(scratch / "a.npy", Array<float>{{1.5, NAN, 3}, {4, 5, -INFINITY}});
    CHECK(
        python("import numpy as np, sys; a = np.load(sys.argv[1]); assert a.dtype == np.float32; "
               "np.testing.assert_array_equal(a, np.array([[1.5, np.nan, 3], [4, 5, -np.inf]]))",
               scratch / "a.npy"));
    write_npy(scratch / "b.npy", Labels(7));
    CHECK(python(
        "import numpy as np, sys; a = np.load(sys.argv[1]); assert a.dtype == np.int64 and a.shape == () and a == 7",
        scratch / "b.npy"));

    const auto made_by = [&](const std::string& expression) {
        REQUIRE(python("import numpy as np, sys; np.save(sys.argv[1], " + expression + ")", scratch / "c.npy"));
        return scratch / "c.npy";
    };
    const auto counted = Array<float>::arange(24).reshape({2, 3, 4});
    for (const char* type : {"'>f4'", "'<f8'", "'>i8'", "'u1'", "'<u2'"})
        for (const char* order : {"'C'", "'F'"})
            CHECK(read_npy<float>(made_by("np.arange(24).reshape(2, 3, 4).astype(" + std::string(type) +
                                          ", order=" + order + ")")) == counted);
    CHECK(read_npy<std::int64_t>(made_by("np.array([True, False])")) == Labels({2}, {1, 0}));
    CHECK(has(file_error([&] { read_npy<float>(made_by("np.array(['a'])")); }), "elements of the type \"<U1\""));
}
