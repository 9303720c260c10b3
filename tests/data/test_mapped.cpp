#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "idx_bytes.hpp"
#include "message.hpp"
#include "python.hpp"
#include "scratch.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/idx.hpp"
#include "sevenfold/data/mapped.hpp"
#include "sevenfold/data/npy.hpp"

using namespace sevenfold;
using namespace std::string_view_literals;

namespace {

std::string npy(const std::string& descr, const std::string& shape, std::string_view elements,
                const std::string& fortran_order = "False") {
    const std::string header =
        "{'descr': '" + descr + "', 'fortran_order': " + fortran_order + ", 'shape': " + shape + ", }\n";
    std::string out = "\x93NUMPY\1";
    out += '\0';
    append_little(out, header.size(), 2);
    return out.append(header).append(elements);
}

template <class X>
std::string element(X x, bool big) {
    std::string out(reinterpret_cast<const char*>(&x), sizeof x);
    return big ? std::string(out.rbegin(), out.rend()) : out;
}

// Mapped, a file gives what it gives when it is read.
template <class T, class Read>
void check_same(const std::filesystem::path& path, const Read& read) {
    const RowFile file(path);
    const Array<T> whole = read(path);
    REQUIRE(file.size() == whole.shape()[0]);
    CHECK(file.rows<T>(0, file.size()) == whole);
    const RowFile::Window window = file.map(1, file.size());
    Shape one = whole.shape();
    one[0] = 1;
    for (std::size_t row = 1; row < file.size(); ++row) {
        Array<T> out(one);
        window.read(row, out.flat());
        CHECK(out == whole.rows(row, row + 1));
    }
}

std::string refused(std::string_view bytes) {
    const Scratch scratch;
    return file_error([&] { RowFile(scratch.file("t", bytes)); });
}

// 1, 2, .. 6 as X in every format and byte order.
template <class X>
void check_type(int idx_type, const std::string& kind) {
    std::string little, big;
    for (int i = 1; i <= 6; ++i) {
        little += element(static_cast<X>(i), false);
        big += element(static_cast<X>(i), true);
    }
    const Scratch scratch;
    const auto check = [&]<class T>(T) {
        const auto by_npy = [](const auto& path) { return read_npy<T>(path); };
        check_same<T>(scratch.file("little.npy", npy("<" + kind, "(3, 2)", little)), by_npy);
        check_same<T>(scratch.file("big.npy", npy(">" + kind, "(3, 2)", big)), by_npy);
        if (idx_type)
            check_same<T>(scratch.file("t.idx", idx(idx_type, {3, 2}, big)),
                          [](const auto& p) { return read_idx<T>(p); });
        CHECK(RowFile(scratch / "big.npy").rows<T>(1, 2) ==
              Array<T>({1, 2}, {static_cast<T>(static_cast<X>(3)), static_cast<T>(static_cast<X>(4))}));
    };
    check(float{});
    check(double{});
    check(std::int64_t{});
}

}  // namespace

TEST_CASE("every element type in both byte orders reads the same mapped as in memory") {
    check_type<std::uint8_t>(8, "u1");
    check_type<std::int8_t>(9, "i1");
    check_type<std::int16_t>(0x0b, "i2");
    check_type<std::int32_t>(0x0c, "i4");
    check_type<float>(0x0d, "f4");
    check_type<double>(0x0e, "f8");
    check_type<std::uint16_t>(0, "u2");
    check_type<std::uint32_t>(0, "u4");
    check_type<std::uint64_t>(0, "u8");
    check_type<std::int64_t>(0, "i8");
    check_type<bool>(0, "b1");
}

TEST_CASE("a mapped file knows its rows") {
    const Scratch scratch;
    const RowFile images(scratch.file("i", idx(8, {2, 1, 3}, "\1\2\3\4\5\6")));
    CHECK(images.size() == 2);
    CHECK(images.row_shape() == Shape{1, 3});
    CHECK(images.row_bytes() == 3);
    const RowFile labels(scratch.file("l", npy("<i8", "(2,)", std::string(16, '\0'))));
    CHECK(labels.row_shape() == Shape{});
    CHECK(labels.rows<std::int64_t>(0, 2) == Labels({2}, {0, 0}));
    CHECK(images.rows<float>(1, 1).shape() == Shape{0, 1, 3});
    CHECK(RowFile(scratch.file("none", idx(8, {0, 7}, ""))).size() == 0);
    // One axis in Fortran order is the same as in C order.
    CHECK(RowFile(scratch.file("f", npy("|u1", "(2,)", "\1\2", "True"))).rows<float>(0, 2) ==
          Array<float>({2}, {1, 2}));
    CHECK_THROWS_WITH_AS(images.rows<float>(1, 3),
                         text("[map] ", (scratch / "i").string(), ": rows 1 to 3: the file has 2.").c_str(),
                         IndexError);
    CHECK_THROWS_AS(images.map(2, 1), IndexError);
}

TEST_CASE("rows are read through windows of a megabyte") {
    const Scratch scratch;
    const auto values = Array<float>::arange(900000).reshape({300, 3000});
    write_npy(scratch / "a.npy", values);
    const RowFile file(scratch / "a.npy");
    CHECK(file.rows<float>(0, 300) == values);
    CHECK(file.rows<float>(99, 299) == values.rows(99, 299));
}

TEST_CASE("a mapped file cut or lengthened anywhere is an error") {
    for (const std::string& whole : {idx(8, {2, 3}, "\1\2\3\4\5\6"), to_npy(Array<float>{{1, 2}, {3, 4}})}) {
        CHECK(refused(whole) == "");
        for (std::size_t n = 0; n < whole.size(); ++n) CHECK_MESSAGE(has(refused(whole.substr(0, n)), "t, byte"), n);
        CHECK(has(refused(whole + "x"), "bytes follow. The file is cut short, or its header lies"));
    }
}

TEST_CASE("a wrong byte anywhere in a mapped file's header is an error or another array of the same bytes") {
    const Scratch scratch;
    for (const std::string& whole : {idx(8, {2, 3}, "\1\2\3\4\5\6"), to_npy(Array<float>{{1, 2}, {3, 4}})}) {
        const auto path = scratch.file("t", whole);
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        const auto put = [&](std::size_t at, char byte) {
            file.seekp(static_cast<std::streamoff>(at));
            file.put(byte).flush();
        };
        for (std::size_t i = 0; i < std::min<std::size_t>(whole.size(), 128); ++i) {
            std::size_t taken = 0;
            for (int byte = 0; byte < 256; ++byte) {
                put(i, static_cast<char>(byte));
                file_error([&] {
                    const RowFile mapped(path);
                    CHECK(mapped.size() * mapped.row_bytes() <= whole.size());
                    mapped.rows<double>(0, mapped.size());
                    ++taken;
                });
            }
            CHECK(taken > 0);  // the right byte is among them
            put(i, whole[i]);
        }
    }
}

TEST_CASE("headers of mapped files that lie cost nothing") {
    CHECK(has(refused(npy("<f4", "(1000000000000,)", "abcd")),
              "shape (1000000000000,) takes 4000000000000 bytes: 4 bytes"));
    CHECK(has(refused(npy("<f4", "(9223372036854775807, 16)", "abcd")), "no memory can hold such an array"));
    CHECK(has(refused(npy("<f4", "(0, 9223372036854775807)", "")), "no memory can hold such an array"));
    CHECK(has(refused(idx(14, {0xffffffff, 0xffffffff, 0xffffffff}, "")), "no memory can hold such an array"));
    CHECK(has(refused(idx(8, {0x80000000, 0x80000000, 4}, "")), "takes 18446744073709551616 bytes") == false);
    CHECK(has(refused(idx(8, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "a")), "an array with 9 axes"));
    CHECK(has(refused("\x93NUMPY\x02" + std::string("\0\xff\xff\xff\xff{", 6)), "a header of 4294967295 bytes"));
}

TEST_CASE("what cannot be mapped says what to do") {
    CHECK(has(refused("\x1f\x8b\x08...."),
              "a file in gzip: what is packed cannot be mapped. Unpack it once with gunzip"));
    CHECK(has(refused("a,b\n1,2\n"), "the first bytes are those of no array file: IDX and NPY files can be mapped."));
    CHECK(has(refused(""), "the first bytes are those of no array file"));
    CHECK(has(
        refused(npy("|u1", "(2, 3)", "\1\4\2\5\3\6", "True")),
        "an array in Fortran order: its rows do not lie together, so it cannot be mapped. Save it with numpy.save"));
    CHECK(has(refused(npy("|u1", "()", "\1")), "a single number: an array with rows has one axis or more"));
    CHECK(has(refused(npy("|u1", "(2, 0)", "")), "rows of shape (0,): a row has elements"));
    CHECK(has(refused(npy("<c8", "(1,)", "abcdefgh")), "elements of the type \"<c8\""));
    CHECK(has(file_error([] { RowFile("/no/such"); }), "it cannot be read (No such file or directory)"));
    CHECK(has(file_error([] { RowFile("/tmp"); }), "it is a folder"));
    CHECK(has(file_error([] { RowFile("/dev/zero"); }), "it is no ordinary file, and only such can be mapped"));
}

TEST_CASE("numbers that the type cannot hold are named by their place in the file") {
    const Scratch scratch;
    const RowFile file(scratch.file(
        "t", npy("<i4", "(3, 2)", std::string(16, '\0') + std::string("\1\0\0\1"sv) + std::string(4, '\0'))));
    CHECK(has(file_error([&] { file.rows<float>(1, 3); }), "element 4 is 16777217: it cannot be held by a float"));
    CHECK(file.rows<double>(1, 3)(1, 0) == 16777217);
}

TEST_CASE("a file that becomes shorter is noticed before it is touched") {
    const Scratch scratch;
    const RowFile file(scratch.file("t", npy("|u1", "(100000,)", std::string(100000, '\1'))));
    const auto window = file.map(0, file.size());
    file.check_size();
    const std::uint64_t before = std::filesystem::file_size(scratch / "t");
    std::filesystem::resize_file(scratch / "t", 5000);
    const std::string message = file_error([&] { file.check_size(); });
    CHECK(has(message,
              text("t: 5000 bytes: it had ", before, " when it was opened. Leave files alone while they are used")));
    CHECK(file_error([&] { file.rows<float>(0, 10); }) == message);
    CHECK(file_error([&] { file.fingerprint(); }) == message);
    std::filesystem::resize_file(scratch / "t", 200000);  // rows that were there are there
    CHECK(file.rows<float>(0, 10) == Array<float>::ones({10}));
}

TEST_CASE("stretches end where the file does") {
    const Scratch scratch;
    const MappedFile file(scratch.file("t", std::string(10000, 'x')));
    CHECK(file.size() == 10000);
    CHECK(file.map(4095, 5000).bytes() == std::string(5000, 'x'));
    CHECK(file.map(10000, 0).bytes().empty());
    CHECK(has(file_error([&] { file.map(9999, 2); }), "t: bytes 9999 to 10001: the file has 10000."));
    CHECK(has(file_error([&] { file.map(UINT64_MAX, 2); }), "the file has 10000."));
    CHECK(MappedFile::mapped_bytes(1) == 4096);
    CHECK(MappedFile::mapped_bytes(4097) == 8192);
    CHECK(MappedFile::mapped_bytes(4098) == 12288);  // from the last byte of a page to the first of another
}

TEST_CASE("a fingerprint sees shape, size, header and what lies at its pieces, wherever the file is") {
    const Scratch scratch;
    std::string bytes = npy("|u1", "(1000, 1000)", std::string(1000000, 'a'));
    const auto of = [&](const std::string& b, const std::string& name = "t") {
        return RowFile(scratch.file(name, b)).fingerprint();
    };
    const std::string first = of(bytes);
    CHECK(first.starts_with("(1000, 1000) "));
    CHECK(of(bytes, "u") == first);
    for (std::size_t at : {bytes.size() - 1, bytes.size() - 1000000}) {
        std::string other = bytes;
        other[at] = 'b';
        CHECK(of(other) != first);
    }
    CHECK(of(npy("|i1", "(1000, 1000)", std::string(1000000, 'a'))) != first);
    CHECK(of(npy("|u1", "(500, 2000)", std::string(1000000, 'a'))) != first);
    // What is small is read whole.
    std::string small = npy("|u1", "(10000,)", std::string(10000, 'a'));
    const std::string before = of(small);
    for (std::size_t at = small.size() - 10000; at < small.size(); at += 999) {
        std::string other = small;
        other[at] = 'b';
        CHECK(of(other) != before);
    }
}

TEST_CASE("the parts of a mapped set fit each other") {
    const Scratch scratch;
    const RowFile x(scratch.file("x", npy("|u1", "(3, 2)", "abcdef"))),
        y(scratch.file("y", npy("|u1", "(3,)", "\0\1\1"sv)));
    const RowFile two(scratch.file("two", npy("|u1", "(2,)", "\0\1"sv)));
    using Set = MappedDataset<float>;
    const Set good{.title = "t", .features = x, .labels = y, .classes = 2, .class_names = {"a", "b"}};
    good.check();
    CHECK(good.describe() == "t: 3 rows of (2,) in files, 2 classes");
    CHECK(Set{.features = x, .targets = x}.describe() == "3 rows of (2,) in files, targets of (2,)");
    const Dataset<float> rows = good.rows(1, 3);
    rows.check();
    CHECK(rows.features == Array<float>{{'c', 'd'}, {'e', 'f'}});
    CHECK(rows.labels == Labels({2}, {1, 1}));
    const auto wrong = [](Set set) {
        set.title = "t";
        return message<Error>([&] { set.check(); });
    };
    CHECK(wrong({.features = x, .labels = two, .classes = 2}) ==
          "[mapped] t: 2 labels for 3 rows of features: every row has one.");
    CHECK(wrong({.features = x, .targets = two}) == "[mapped] t: 2 targets for 3 rows of features: every row has one.");
    CHECK(wrong({.features = x, .labels = y, .targets = y, .classes = 2}) ==
          "[mapped] t: labels and targets: a set has labels or targets, not both.");
    CHECK(wrong({.features = x, .labels = y}) ==
          "[mapped] t: 0 classes with labels: labels and the number of classes come together.");
    CHECK(wrong({.features = x, .classes = 2}) ==
          "[mapped] t: 2 classes without labels: labels and the number of classes come together.");
    CHECK(wrong({.features = x, .labels = x, .classes = 2}) ==
          "[mapped] t: labels of shape (2,): a label is one number.");
    CHECK(wrong({.features = x, .labels = y, .classes = 2, .class_names = {"a"}}) ==
          "[mapped] t: 1 names for 2 classes: every class has one name.");
    Set one_class = good;
    one_class.classes = 1;
    one_class.class_names = {};
    CHECK_THROWS_WITH_AS(one_class.rows(0, 3),
                         "[mapped] t: label 1 of row 1 with 1 classes: labels run from 0 to classes - 1.", IndexError);
    Set lost = good;
    lost.prepare = [](const Array<float>& rows_in) { return rows_in.rows(0, 1); };
    CHECK_THROWS_WITH_AS(lost.rows(0, 3), "[mapped] t: prepare made (1, 2) of (3, 2): it keeps the number of rows.",
                         ShapeError);
    CHECK(good.fingerprint() != Set{.features = x}.fingerprint());
}

TEST_CASE("features in files are standardized by the same numbers as in memory") {
    const Scratch scratch;
    Random random(3);
    const auto x = random.normal<double>({70000, 3}, 1000, 2);
    write_npy(scratch / "x.npy", x);
    const auto in_memory = Standardizer<double>::fit(x), in_file = fit_standardizer<double>(RowFile(scratch / "x.npy"));
    CHECK(in_file.mean == in_memory.mean);
    CHECK(in_file.deviation == in_memory.deviation);
    write_npy(scratch / "none.npy", Array<double>(Shape{0, 3}));
    CHECK_THROWS_WITH_AS(
        fit_standardizer<double>(RowFile(scratch / "none.npy")),
        text("[standardize] ", (scratch / "none.npy").string(), ": 0 rows: at least one row is needed.").c_str(),
        ShapeError);
}

TEST_CASE("NPY written row by row is what is written at once") {
    const Scratch scratch;
    const auto write = [&](std::size_t rows) {
        NpyWriter<float> writer(scratch / "a.npy", {2, 3});
        const auto values = Array<float>::arange(6 * rows).reshape({rows, 2, 3});
        for (std::size_t row = 0; row < rows; ++row) writer.append(values.flat().subspan(6 * row, 6));
        CHECK(writer.rows() == rows);
        CHECK_FALSE(std::filesystem::exists(scratch / "a.npy"));
        writer.finish();
        CHECK(read_npy<float>(scratch / "a.npy") == values);
        CHECK(RowFile(scratch / "a.npy").size() == rows);
        std::filesystem::remove(scratch / "a.npy");
    };
    for (std::size_t rows : {0u, 1u, 7u, 12345u}) write(rows);
    {
        NpyWriter<double> abandoned(scratch / "b.npy", {});
        abandoned.append(std::vector<double>(100000, 1.0));
    }
    CHECK(std::filesystem::is_empty(scratch.folder));
    NpyWriter<std::int64_t> numbers(scratch / "n.npy", {});
    std::vector<std::int64_t> ids(30000);
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int64_t>(i % 3);
    numbers.append(ids);
    numbers.replace(std::vector<std::int64_t>{7, 5, 6});
    numbers.finish();
    const auto back = read_npy<std::int64_t>(scratch / "n.npy");
    for (std::size_t i = 0; i < ids.size(); ++i) REQUIRE(back.data()[i] == (i % 3 == 0 ? 7 : i % 3 == 1 ? 5 : 6));
    NpyWriter<float> pairs(scratch / "p.npy", {2});
    CHECK_THROWS_WITH_AS(pairs.append(std::vector<float>(3)),
                         "[npy] 3 values for rows of (2,): whole rows are written.", ShapeError);
    CHECK(has(file_error([&] { NpyWriter<float>(scratch / "none/a.npy", {}); }), "it cannot be written"));
}

TEST_CASE("NumPy reads what is written row by row") {
    if (!python("import numpy")) {
        MESSAGE("skipped: python3 has no numpy");
        return;
    }
    const Scratch scratch;
    NpyWriter<double> writer(scratch / "a.npy", {2});
    for (int i = 0; i < 5; ++i) writer.append(std::vector<double>{i + 0.5, -i * 1.0});
    writer.finish();
    CHECK(
        python("import numpy as np, sys; a = np.load(sys.argv[1], mmap_mode='r'); assert a.shape == (5, 2); "
               "assert (a[:, 0] == np.arange(5) + 0.5).all() and (a[:, 1] == -np.arange(5)).all()",
               scratch / "a.npy"));
}
