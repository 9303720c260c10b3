#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../data/python.hpp"
#include "../data/scratch.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/nn/safetensors.hpp"

using namespace sevenfold;

namespace {

// The format once more, on Python's standard library.
const std::string reader_and_writer = R"(
import json, struct, sys
path = sys.argv[1]
def read():
    f = open(path, 'rb').read()
    n = struct.unpack('<Q', f[:8])[0]
    head, data = json.loads(f[8:8 + n]), f[8 + n:]
    assert f[8:9] == b'{' and n % 8 == 0
    meta = head.pop('__metadata__', {})
    assert sorted(b for e in head.values() for b in e['data_offsets'])[-1] == len(data)
    code = {'F32': 'f', 'F64': 'd', 'I64': 'q'}
    size = {'F32': 4, 'F64': 8, 'I64': 8}
    out = {}
    for name, e in head.items():
        a, b = e['data_offsets']
        assert a % size[e['dtype']] == 0
        out[name] = (e['dtype'], e['shape'], list(struct.unpack('<%d%s' % ((b - a) // size[e['dtype']], code[e['dtype']]), data[a:b])))
    return meta, out
def write(tensors, meta):
    head, data = {'__metadata__': meta}, b''
    for name, (dtype, shape, code, values) in tensors.items():
        b = struct.pack('<%d%s' % (len(values), code), *values)
        head[name] = {'dtype': dtype, 'shape': shape, 'data_offsets': [len(data), len(data) + len(b)]}
        data += b
    h = json.dumps(head).encode()
    open(path, 'wb').write(struct.pack('<Q', len(h)) + h + data)
)";

// A file with this header and n bytes of data.
std::string file_of(const std::string& header, std::size_t n) {
    std::string bytes;
    append_little(bytes, header.size(), 8);
    return bytes + header + std::string(n, '\0');
}

std::string error_of(const Scratch& scratch, const std::string& bytes) {
    const auto path = scratch.file("x", bytes);
    const std::string message = file_error([&] { SafetensorsFile file(path); });
    const std::string front = "[safetensors] " + path.string();
    CHECK(message.substr(0, front.size()) == front);
    return message.size() > front.size() ? message.substr(front.size()) : "";
}

}  // namespace

TEST_CASE("what is written reads back: types, shapes, empty and scalar arrays, NaN, metadata") {
    const Scratch scratch;
    SafetensorsWriter writer;
    const Array<float> w({2, 3}, {1.5f, -0.0f, std::numeric_limits<float>::infinity(), 1e-42f, 5, 6});
    writer.add("w", w);
    writer.add("steps", Indices({2}, {std::numeric_limits<std::int64_t>::min(), 7}));
    writer.add("empty", Array<double>(Shape{0, 4}));
    writer.add("größe", Array<double>(std::numeric_limits<double>::quiet_NaN()));
    writer.metadata = {{"rule", "adam"}, {"empty", ""}};
    writer.write(scratch / "a");

    const SafetensorsFile file(scratch / "a");
    CHECK(file.metadata() == writer.metadata);
    CHECK(file.entries().size() == 4);
    CHECK(file.read<float>("w") == w);
    CHECK(std::signbit(file.read<float>("w")(0, 1)));
    CHECK(file.read<double>("w") == w.cast<double>());
    CHECK(file.read<std::int64_t>("steps")(0) == std::numeric_limits<std::int64_t>::min());
    CHECK(file.read<float>("empty").shape() == Shape{0, 4});
    CHECK(std::isnan(file.read<double>("größe").item()));
    CHECK_FALSE(file.contains("v"));
    CHECK(has(file_error([&] { file.read<float>("v"); }), "has no v: only what it holds can be read. It holds "));
}

TEST_CASE("a file without arrays is a file") {
    const Scratch scratch;
    SafetensorsWriter().write(scratch / "a");
    CHECK(read_file(scratch / "a") == std::string("\x08\0\0\0\0\0\0\0{}      ", 16));
    CHECK(SafetensorsFile(scratch / "a").entries().empty());
}

TEST_CASE("Python reads what is written here") {
    const Scratch scratch;
    SafetensorsWriter writer;
    writer.add("a", Array<float>({2, 2}, {1, 2, 3, 0.1f}));
    writer.add("b", Array<double>(0.1));
    writer.add("c", Indices({1}, {-5}));
    writer.metadata = {{"note", "\"quoted\"\n"}};
    writer.write(scratch / "a");
    CHECK(python(reader_and_writer + R"(
meta, t = read()
assert meta == {'note': '"quoted"\n'}
assert t['a'] == ('F32', [2, 2], [1, 2, 3, struct.unpack('f', struct.pack('f', 0.1))[0]])
assert t['b'] == ('F64', [], [0.1])
assert t['c'] == ('I64', [1], [-5])
)",
                 scratch / "a"));
}

TEST_CASE("what Python writes reads here") {
    const Scratch scratch;
    REQUIRE(python(reader_and_writer + R"(
write({'x': ('F32', [3], 'f', [1, 2, 0.5]), 'y': ('F64', [1, 2], 'd', [0.1, 1e300]), 'z': ('U8', [2, 1], 'B', [0, 255]),
       'h': ('F16', [1], 'e', [1.0])}, {'from': 'Python'})
)",
                   scratch / "a"));
    const SafetensorsFile file(scratch / "a");
    CHECK(file.metadata().at("from") == "Python");
    CHECK(file.read<double>("x") == Array<double>({3}, {1, 2, 0.5}));
    CHECK(file.read<double>("y") == Array<double>({1, 2}, {0.1, 1e300}));
    CHECK(file.read<float>("z") == Array<float>({2, 1}, {0, 255}));
    CHECK(has(file_error([&] { file.read<float>("y"); }), "it cannot be held by a float"));
    CHECK(has(file_error([&] { file.read<float>("h"); }),
              "h is F16: arrays do not come in this type. Convert it to F32"));
}

TEST_CASE("names that the format cannot hold are refused") {
    SafetensorsWriter writer;
    writer.add("a", Array<float>(1.f));
    CHECK_THROWS_WITH_AS(writer.add("a", Array<float>(1.f)), "[safetensors] the name a twice: names are unique.",
                         ValueError);
    CHECK_THROWS_WITH_AS(writer.add("__metadata__", Array<float>(1.f)),
                         "[safetensors] __metadata__: the format keeps this name for itself.", ValueError);
    CHECK_THROWS_WITH_AS(writer.add("\xff", Array<float>(1.f)),
                         "[safetensors] a name that is not UTF-8: the header is JSON, which is UTF-8.", ValueError);
}

TEST_CASE("lying files are refused, and say what is wrong") {
    const Scratch scratch;
    const auto one = [](const std::string& entry) { return R"({"w":)" + entry + "}"; };
    const struct {
        std::string bytes, message;
    } rows[] = {
        {"", ", byte 0: the length of the header should take 8 bytes: only 0 are left"},
        {std::string("\xff\xff\0\0\0\0\0\0{}", 10), "the header should take 65535 bytes: only 2 are left"},
        {std::string(8, '\xff') + "{}", "a header of 18446744073709551615 bytes: it has at most 100000000"},
        {file_of("[]", 0), "a header that is no JSON object"},
        {file_of("", 0), "a header that is no JSON object"},
        {file_of("{\"w\":", 0), "a header that is not JSON: it breaks off at byte 5 of 5"},
        {file_of("{} {}", 0), "a header that is not JSON: it breaks off at byte 4 of 5"},
        {file_of("{\"w\": 1e999}", 0), "a header that is not JSON: a number in it is too large"},
        {file_of("{\"\xff\":1}", 0), "a header that is not JSON"},
        {file_of(R"({"w":{"shape":[[[[1]]]]}})", 0), "a header with more than three levels"},
        {file_of(one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{})"), 4), "the name w twice"},
        {file_of(one(R"({"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})"), 4), "the name dtype twice"},
        {file_of(one("7"), 0), "w is no object"},
        {file_of(R"({"__metadata__":{"a":1}})", 0), "metadata a is no text"},
        {file_of(R"({"__metadata__":"a"})", 0), "__metadata__ is no object"},
        {file_of(one(R"({"dtype":"F31","shape":[1],"data_offsets":[0,4]})"), 4), "w without a known dtype"},
        {file_of(one(R"({"dtype":32,"shape":[1],"data_offsets":[0,4]})"), 4), "w without a known dtype"},
        {file_of(one(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"), 4), "w without shape"},
        {file_of(one(R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})"), 4), "w without shape"},
        {file_of(one(R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})"), 4), "w without shape"},
        {file_of(one(R"({"dtype":"F32","shape":[1]})"), 4), "w without data_offsets"},
        {file_of(one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,8]})"), 4),
         "outside the file's 4 bytes of data"},
        {file_of(one(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), 4), "outside the file's 4 bytes of data"},
        {file_of(one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})"), 4), "outside the file's 4 bytes of data"},
        {file_of(one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"), 4),
         "its shape takes 8 bytes, its data_offsets 4"},
        {file_of(one(R"({"dtype":"F32","shape":[4294967296,4294967297],"data_offsets":[0,4]})"), 4),
         "no memory can hold"},
        {file_of(one(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]})"), 4),
         "an array with 9 axes"},
        {file_of(one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})"), 5),
         "arrays of 4 bytes in all: 5 bytes follow"},
        {file_of(one(R"({"dtype":"F32","shape":[1],"data_offsets":[1,5]})"), 5),
         "w begins at byte 1, the array before it ends at 0"},
        {file_of(
             R"({"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
             6),
         "w begins at byte 2, the array before it ends at 4"},
        {file_of(
             R"({"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
             4),
         "w begins at byte 0, the array before it ends at 4"},
    };
    for (const auto& row : rows) {
        INFO("file: " << row.bytes);
        const std::string message = error_of(scratch, row.bytes);
        INFO("message: " << message);
        CHECK(has(message, row.message));
    }
}

TEST_CASE("a file cut short anywhere, or with any byte changed, is refused or read, and nothing else") {
    const Scratch scratch;
    SafetensorsWriter writer;
    writer.add("w", Array<float>({2}, {1, 2}));
    writer.add("n", Indices({1}, {3}));
    writer.metadata = {{"a", "b"}};
    writer.write(scratch / "a");
    const std::string good = read_file(scratch / "a");
    for (std::size_t length = 0; length < good.size(); ++length) CHECK(error_of(scratch, good.substr(0, length)) != "");
    std::size_t refused = 0;
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (char change : {'\x01', '\x20', '\x80'}) {
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ change);
            const auto path = scratch.file("b", bad);
            refused +=
                !file_error([&] { SafetensorsFile file(path); }).empty();  // anything but a FileError fails the test
        }
    }
    CHECK(refused > 2 * good.size());
}
