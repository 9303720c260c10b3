#include <doctest/doctest.h>

#include "python.hpp"
#include "scratch.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/npz.hpp"
#include "sevenfold/data/zip.hpp"

using namespace sevenfold;

namespace {

Npz example() {
    Npz npz;
    npz.set("weight", Array<float>{{1, 2}, {3, 4}});
    npz.set("label", Labels({2}, {7, -7}));
    npz.set("\xc3\xbc", Array<double>::ones({1000}));
    return npz;
}

std::string rejected(std::string_view bytes) {
    const Scratch scratch;
    return file_error([&] { Npz::read(scratch.file("t.npz", bytes)); });
}

std::string archive(bool compress) {
    return to_zip({{"a.npy", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}, {"b.npy", "b"}}, compress, "t.npz");
}

// The archive with `bytes` in place of what stands at `at`, counted from the entry of a.npy in the directory.
std::string patched(std::string zip, std::size_t at, std::string_view bytes) {
    return zip.replace(zip.find("PK\1\2") + at, bytes.size(), bytes);
}

}  // namespace

TEST_CASE("named arrays read back from NPZ, stored or compressed, in their order") {
    const Scratch scratch;
    for (bool compress : {false, true}) {
        example().write(scratch / "a.npz", compress);
        const Npz back = Npz::read(scratch / "a.npz");
        CHECK(back.names() == std::vector<std::string>{"weight", "label", "\xc3\xbc"});
        CHECK(back.get<float>("weight") == Array<float>{{1, 2}, {3, 4}});
        CHECK(back.get<double>("weight") == Array<double>{{1, 2}, {3, 4}});
        CHECK(back.get<std::int64_t>("label") == Labels({2}, {7, -7}));
        CHECK(back.get<double>("\xc3\xbc") == Array<double>::ones({1000}));
        CHECK((read_file(scratch / "a.npz").size() < 2000) == compress);
    }
    Npz().write(scratch / "empty.npz");
    CHECK(Npz::read(scratch / "empty.npz").names().empty());
}

TEST_CASE("an NPZ file cut anywhere is an error") {
    for (bool compress : {false, true}) {
        const std::string whole = archive(compress);
        CHECK(rejected(whole).empty());
        for (std::size_t n = 0; n < whole.size(); ++n) CHECK_MESSAGE(has(rejected(whole.substr(0, n)), "[zip] "), n);
        CHECK(has(rejected(whole + "x"), "there is no zip directory at the end: zip archives end with one."));
    }
}

TEST_CASE("a wrong byte anywhere in an archive is an error or changes nothing that counts") {
    const Scratch scratch;
    for (bool compress : {false, true}) {
        const std::string whole = archive(compress);
        const auto members = read_zip(scratch.file("t.npz", whole));
        for (std::size_t i = 0; i < whole.size(); ++i)
            for (char bit : {'\x01', '\x08', '\x80'}) {
                std::string damaged = whole;
                damaged[i] = static_cast<char>(damaged[i] ^ bit);
                std::vector<ZipMember> back;
                const std::string message = file_error([&] { back = read_zip(scratch.file("d.npz", damaged)); });
                if (!message.empty()) continue;
                REQUIRE(back.size() == members.size());
                for (std::size_t m = 0; m < back.size(); ++m) CHECK_MESSAGE(back[m].bytes == members[m].bytes, i);
            }
    }
}

TEST_CASE("archives that lie are found out") {
    const std::string stored = archive(false), packed = archive(true);
    CHECK(has(rejected(patched(packed, 24, "\xff\xff\xff\x7f")),
              "compressed members of 2147483648 bytes: at most 1073741824"));
    CHECK(has(rejected(patched(packed, 24, "\x01")), "it unfolds to more bytes than its header says"));
    CHECK(has(rejected(patched(packed, 24, "\xff")), "do not have the size and checksum that the directory states"));
    CHECK(has(rejected(patched(stored, 16, "x")), "do not have the size and checksum"));
    CHECK(has(rejected(patched(stored, 24, "\x01")), "is stored, 1 bytes in 49"));
    CHECK(has(rejected(patched(patched(stored, 20, "\xff\xff"), 24, "\xff\xff")),
              "the members take 65536 bytes: the file has"));
    CHECK(has(rejected(patched(stored, 8, "\1")), "the member \"a.npy\" is encrypted"));
    CHECK(has(rejected(patched(stored, 10, "\x0c")), "is packed by method 12: members are stored (0) or deflated (8)"));
    CHECK(has(rejected(patched(stored, 42, "\xff\xff\xff")), "the member \"a.npy\" should be at byte 16777215"));
    CHECK(has(rejected(patched(stored, 46, "z")), "has another name in the directory"));
    CHECK(has(rejected(to_zip({{"a.npy", ""}, {"a.npy", ""}}, false, "t")), "two members are called \"a.npy\""));
    CHECK(has(rejected(to_zip({{"a.txt", ""}}, false, "t")),
              "a member \"a.txt\": every member is an .npy file. Is this an NPZ file?"));
}

TEST_CASE("members are looked for by name") {
    Npz npz = example();
    CHECK(npz.contains("label"));
    CHECK_FALSE(npz.contains("bias"));
    CHECK_THROWS_WITH_AS(Npz(npz).get<float>("bias"),
                         "[npz] npz: \"bias\": there is no array of this name. The names are: weight, label, \xc3\xbc.",
                         IndexError);
    CHECK_THROWS_WITH_AS(npz.set("label", Labels(1)), "[npz] \"label\": there is an array of this name already.",
                         ValueError);
    CHECK_THROWS_WITH_AS(npz.set("", Labels(1)), "[npz] a name of 0 bytes: names have 1 to 1000 bytes.", ValueError);
}

TEST_CASE("a member that is no NPY file is named when it is asked for") {
    const Scratch scratch;
    const Npz npz = Npz::read(scratch.file("t.npz", archive(false)));
    CHECK(
        has(file_error([&] { npz.get<float>("b"); }), "t.npz/b.npy, byte 0: the first six bytes are not those of NPY"));
}

TEST_CASE("Python's zipfile finds nothing wrong with an archive, and its archives are read") {
    const Scratch scratch;
    for (bool compress : {false, true}) {
        example().write(scratch / "a.npz", compress);
        CHECK(
            python("import zipfile, sys; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; "
                   "assert z.namelist() == ['weight.npy', 'label.npy', '\xc3\xbc.npy'], z.namelist()",
                   scratch / "a.npz"));
    }
    for (const char* method : {"ZIP_STORED", "ZIP_DEFLATED"}) {
        REQUIRE(python("import zipfile, sys; z = zipfile.ZipFile(sys.argv[1], 'w', zipfile." + std::string(method) +
                           "); z.writestr('\xc3\xbc.npy', b'1' * 999); z.comment = b'a comment'; "
                           "z.open('b.npy', 'w', force_zip64=True).write(b'2'); z.close()",
                       scratch / "b.npz"));
        const auto members = read_zip(scratch / "b.npz");
        REQUIRE(members.size() == 2);
        CHECK(members[0].name == "\xc3\xbc.npy");
        CHECK(members[0].bytes == std::string(999, '1'));
        CHECK(members[1].bytes == "2");
    }
}

TEST_CASE("NumPy reads an NPZ file written here, and the other way round") {
    if (!python("import numpy")) {
        MESSAGE("skipped: python3 has no numpy");
        return;
    }
    const Scratch scratch;
    for (bool compress : {false, true}) {
        example().write(scratch / "a.npz", compress);
        CHECK(python(
            "import numpy as np, sys; a = np.load(sys.argv[1]); assert list(a) == ['weight', 'label', '\xc3\xbc']; "
            "assert a['weight'].dtype == np.float32 and (a['weight'] == [[1, 2], [3, 4]]).all(); "
            "assert a['label'].dtype == np.int64 and (a['label'] == [7, -7]).all(); assert (a['\xc3\xbc'] == "
            "np.ones(1000)).all()",
            scratch / "a.npz"));
    }
    for (const char* save : {"savez", "savez_compressed"}) {
        REQUIRE(
            python("import numpy as np, sys; np." + std::string(save) + "(sys.argv[1], x=np.eye(3), y=np.arange(4))",
                   scratch / "b.npz"));
        const Npz npz = Npz::read(scratch / "b.npz");
        CHECK(npz.get<float>("x") == Array<float>::eye(3));
        CHECK(npz.get<std::int64_t>("y") == Labels::arange(4));
    }
}
