#include "fuzz/seeds.hpp"

#include <unistd.h>
#include <zlib.h>

#include <cmath>
#include <filesystem>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/deflate.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/data/npy.hpp"
#include "sevenfold/data/npz.hpp"
#include "sevenfold/nn/safetensors.hpp"
#include "sevenfold/train/checkpoint.hpp"

namespace fuzz {
namespace {

using namespace sevenfold;
using namespace std::string_literals;

class Collection {
  public:
    explicit Collection(std::string target) : target_(std::move(target)) {}
    void valid(const std::string& name, std::string bytes) { all.push_back({target_, name, std::move(bytes), true}); }
    void lie(const std::string& name, std::string bytes) { all.push_back({target_, name, std::move(bytes), false}); }

    std::vector<Seed> all;

  private:
    std::string target_;
};

// What a writer of the library puts into a file.
template <class F>
std::string written(const F& write) {
    const auto path = std::filesystem::temp_directory_path() / text("sevenfold-seed-", ::getpid());
    write(path);
    std::string bytes = read_file(path);
    std::filesystem::remove(path);
    return bytes;
}

std::string gzipped(const std::string& bytes) {
    std::string out = "\x1f\x8b\x08\0\0\0\0\0\0\x03"s + deflate(bytes);
    append_little(out, crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()), 4);
    append_little(out, bytes.size(), 4);
    return out;
}

std::string idx_bytes(int type, const std::vector<std::uint32_t>& sizes, const std::string& elements) {
    std::string out{0, 0, static_cast<char>(type), static_cast<char>(sizes.size())};
    for (std::uint32_t size : sizes)
        for (int shift : {24, 16, 8, 0}) out += static_cast<char>(size >> shift);
    return out + elements;
}

std::vector<Seed> idx() {
    Collection c("idx");
    const std::string bytes = idx_bytes(8, {2, 3}, "\1\2\3\4\5\xff");
    c.valid("bytes", bytes);
    c.valid("floats", idx_bytes(13, {2}, "\x3f\xc0\0\0\x7f\x80\0\0"s));
    c.valid("doubles", idx_bytes(14, {1}, "\xbf\xf8\0\0\0\0\0\0"s));
    c.valid("scalar", idx_bytes(8, {}, "\5"));
    c.valid("empty", idx_bytes(8, {0, 7}, ""));
    c.valid("gzip", gzipped(bytes));
    c.lie("ten gigabytes", idx_bytes(8, {10'000, 1'000, 1'000}, "abc"));
    c.lie("more than memory", idx_bytes(14, {0xffffffff, 0xffffffff, 0xffffffff}, ""));
    c.lie("product that overflows to 0", idx_bytes(8, {0x80000000, 0x80000000, 4}, ""));
    c.lie("empty, but too large", idx_bytes(8, {0, 0xffffffff, 0xffffffff, 0xffffffff}, ""));
    c.lie("nine axes", idx_bytes(8, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "a"));
    c.lie("no such type", idx_bytes(7, {1}, "a"));
    c.lie("gigabyte in gzip", gzipped(idx_bytes(8, {1 << 30}, "abc")));
    c.lie("bomb", gzipped(idx_bytes(8, {3}, std::string(100'000, '\0'))));
    return c.all;
}

std::vector<Seed> gzip() {
    Collection c("gzip");
    c.valid("empty", gzipped(""));
    c.valid("text", gzipped("seven times seven times seven times seven"));
    c.valid("zeros", gzipped(std::string(5'000, '\0')));
    c.lie("no checksum", gzipped("abc").substr(0, 18));
    c.lie("more than a megabyte", gzipped(std::string(2 << 20, 'z')));
    c.lie("followed", gzipped("abc") + "x");
    return c.all;
}

std::vector<Seed> csv() {
    Collection c("csv");
    c.valid("numbers", "a,b\n1,2.5\n-3e4,+.5\n");
    c.valid("labels", "a,label\r\n1,x\r\n2,\"y \"\"z\"\"\"\r\n\r\n");
    c.valid("class numbers", "label,a\n0,1\n1,2\n");
    c.valid("targets", "a;y;z\n1;2;3\n");
    c.valid("byte order mark",
            "\xef\xbb\xbf"
            "a\n1\n");
    c.lie("empty", "");
    c.lie("header alone", "a,b\n");
    c.lie("not a number", "a\nnan\n");
    c.lie("infinite", "a\ninf\n");
    c.lie("too large", "a\n1e999\n");
    c.lie("missing", "a,b\n1,\n");
    c.lie("short row", "a,b\n1\n");
    c.lie("open quote", "a\n\"1\n");
    c.lie("control characters", "a\n\x1b[2J\n");
    return c.all;
}

std::string npy_bytes(const std::string& header, const std::string& elements) {
    std::string out = "\x93NUMPY\1\0"s;
    append_little(out, header.size(), 2);
    return out + header + elements;
}
std::string npy_header(const std::string& descr, const std::string& shape, const std::string& order = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

std::vector<Seed> npy() {
    Collection c("npy");
    c.valid("floats", to_npy(Array<float>{{1, -0.0f}, {NAN, INFINITY}}));
    c.valid("doubles", to_npy(Array<double>({3}, {0.1, 1e300, 5e-324})));
    c.valid("labels", to_npy(Labels({2}, {7, -7})));
    c.valid("scalar", to_npy(Array<float>(2)));
    c.valid("empty", to_npy(Array<float>::ones({0, 3})));
    c.valid("column by column", npy_bytes(npy_header("|u1", "(2, 3)", "True"), "\1\2\3\4\5\6"));
    c.valid("high byte first", npy_bytes(npy_header(">i2", "(2,)"), "\1\2\3\4"));
    c.lie("ten gigabytes", npy_bytes(npy_header("<f4", "(2500000000,)"), "abcd"));
    c.lie("more than memory", npy_bytes(npy_header("<f8", "(4294967296, 4294967296, 4)"), ""));
    c.lie("product that overflows to 0", npy_bytes(npy_header("|u1", "(9223372036854775808, 2)"), ""));
    c.lie("empty, but too large", npy_bytes(npy_header("<f4", "(0, 9223372036854775807)"), ""));
    c.lie("size beyond 64 bits", npy_bytes(npy_header("<f4", "(99999999999999999999,)"), ""));
    c.lie("negative size", npy_bytes(npy_header("<f4", "(-1,)"), ""));
    c.lie("nine axes", npy_bytes(npy_header("<f4", "(1,1,1,1,1,1,1,1,1)"), "abcd"));
    c.lie("complex numbers", npy_bytes(npy_header("<c8", "(1,)"), "abcdefgh"));
    c.lie("Python objects", npy_bytes(npy_header("|O", "(1,)"), "abcdefgh"));
    c.lie("header beyond the end", "\x93NUMPY\2\0\xff\xff\xff\xff{"s);
    return c.all;
}

// IDX and NPY files, but for those whose rows do not lie one after the other.
std::vector<Seed> mapped() {
    Collection c("mapped");
    for (const auto& [seeds, format] : {std::pair{idx(), "idx, "}, std::pair{npy(), "npy, "}})
        for (const Seed& seed : seeds) {
            const bool has_rows = seed.name != "scalar" && seed.name != "gzip" && seed.name != "column by column";
            seed.valid&& has_rows ? c.valid(format + seed.name, seed.bytes) : c.lie(format + seed.name, seed.bytes);
        }
    c.valid("npy, one axis column by column", npy_bytes(npy_header("|u1", "(3,)", "True"), "abc"));
    c.lie("npy, rows without elements", npy_bytes(npy_header("|u1", "(3, 0)"), ""));
    c.lie("idx, rows without elements", idx_bytes(8, {0xffffffff, 0}, ""));
    return c.all;
}

std::string archive(bool compress) {
    Npz file;
    file.set("weight", Array<float>{{1, 2}, {3, 4}});
    file.set("label", Labels({2}, {7, -7}));
    return written([&](const auto& path) { file.write(path, compress); });
}

std::vector<Seed> npz() {
    Collection c("npz");
    const std::string stored = archive(false);
    c.valid("stored", stored);
    c.valid("compressed", archive(true));
    c.valid("empty", written([](const auto& path) { Npz().write(path); }));
    const auto changed = [&](std::size_t at, const std::string& bytes) {
        std::string out = stored;
        return out.replace(at, bytes.size(), bytes);
    };
    const std::size_t directory = stored.find("PK\1\2"), end = stored.rfind("PK\5\6");
    c.lie("ten thousand members", changed(end + 8, "\x10\x27\x10\x27"));
    c.lie("four gigabytes unpacked", changed(directory + 24, "\xfe\xff\xff\xff"));
    c.lie("four gigabytes packed", changed(directory + 20, "\xfe\xff\xff\xff"));
    c.lie("member beyond the end", changed(directory + 42, "\xfe\xff\xff\xff"));
    c.lie("directory beyond the end", changed(end + 16, "\xfe\xff\xff\xff"));
    c.lie("wrong checksum", changed(directory + 16, "\1\2\3\4"));
    c.lie("encrypted", changed(directory + 8, "\1"));
    c.lie("other method", changed(directory + 10, "\x0c"));
    const std::size_t second = stored.find("PK\1\2", directory + 1);
    c.lie("members that overlap", changed(second + 42, stored.substr(directory + 42, 4)));
    return c.all;
}

std::string with_header(const std::string& header, const std::string& data) {
    std::string out;
    append_little(out, header.size(), 8);
    return out + header + data;
}
std::string entry(const std::string& name, const std::string& shape, const std::string& offsets,
                  const std::string& dtype = "F32") {
    return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

std::vector<Seed> safetensors() {
    Collection c("safetensors");
    SafetensorsWriter file;
    file.metadata = {{"format", "pt"}};
    file.add("weight", Array<float>{{1, NAN}, {INFINITY, -0.0f}});
    file.add("label", Labels({2}, {7, -7}));
    file.add("empty", Array<double>::ones({0, 3}));
    c.valid("arrays", written([&](const auto& path) { file.write(path); }));
    c.valid("nothing", with_header("{}", ""));
    c.valid("half precision", with_header("{" + entry("a", "[2]", "[0,4]", "BF16") + "}", "abcd"));
    c.valid("truth", with_header("{" + entry("a", "[4]", "[0,4]", "BOOL") + "}", "\0\1\0\1"s));
    const std::string eight(8, '\0');
    c.lie("ten gigabytes", with_header("{" + entry("a", "[2500000000]", "[0,10000000000]") + "}", eight));
    c.lie("header of ten gigabytes", "\0\xe4\x0b\x54\2\0\0\0{}"s);
    c.lie("more than memory", with_header("{" + entry("a", "[4294967296,4294967296]", "[0,8]") + "}", eight));
    c.lie("product that overflows to 0", with_header("{" + entry("a", "[4611686018427387904,4]", "[0,0]") + "}", ""));
    c.lie("the same name twice",
          with_header("{" + entry("a", "[1]", "[0,4]") + "," + entry("a", "[1]", "[4,8]") + "}", eight));
    c.lie("overlap", with_header("{" + entry("a", "[1]", "[0,4]") + "," + entry("b", "[1]", "[2,6]") + "}", eight));
    c.lie("same bytes twice",
          with_header("{" + entry("a", "[2]", "[0,8]") + "," + entry("b", "[2]", "[0,8]") + "}", eight));
    c.lie("hole",
          with_header("{" + entry("a", "[1]", "[0,4]") + "," + entry("b", "[1]", "[8,12]") + "}", eight + "1234"));
    c.lie("bytes of nobody", with_header("{" + entry("a", "[1]", "[0,4]") + "}", eight));
    c.lie("ends before it begins", with_header("{" + entry("a", "[1]", "[4,0]") + "}", eight));
    c.lie("negative offset", with_header("{" + entry("a", "[1]", "[-4,0]") + "}", eight));
    c.lie("unknown type", with_header("{" + entry("a", "[1]", "[0,4]", "F33") + "}", "abcd"));
    c.lie("type of another size", with_header("{" + entry("a", "[2]", "[0,8]", "F64") + "}", eight));
    c.lie("control characters in a name", with_header("{" + entry("\\u001b[2J", "[2]", "[0,4]") + "}", "abcd"));
    c.lie("deep", with_header("{\"a\":" + std::string(1'000, '[') + std::string(1'000, ']') + "}", ""));
    return c.all;
}

const std::string good_history = [] {
    History h;
    h.add_row();
    h.set("epoch", 1);
    h.set("loss", 0.25);
    h.set_measured("seconds", 2.5);
    return h.json();
}();

// The metadata of a checkpoint after one epoch, with one line changed.
std::string metadata(const std::string& key = {}, const std::string& value = {}) {
    std::string one_line = good_history;
    std::erase(one_line, '\n');
    std::vector<std::pair<std::string, std::string>> lines{
        {"format", "sevenfold-checkpoint"},
        {"version", "1"},
        {"keeps_best", "false"},
        {"optimizer", R"({"rule":"momentum","step":5,"lr":["0.1"],"updates":[5]})"},
        {"random", "{}"},
        {"settings", R"({"seed":"1"})"},
        {"position", R"({"epoch":1,"batch":2,"loss":"0.5","gradient_norm":"1.5","seconds":"0.1","rows":20,"correct":7,)"
                     R"("best":"inf","best_epoch":0,"waited":0})"},
        {"history", one_line}};
    std::string out = "metadata\n";
    for (auto& [name, words] : lines) out += name + "=" + (name == key ? value : words) + "\n";
    return out;
}

std::vector<Seed> checkpoint() {
    Collection c("checkpoint");
    Checkpoint<float> saved;
    saved.model = {{"w", Array<float>({2}, {1, 2})}};
    saved.best = saved.model;
    saved.optimizer = {"momentum", 5, {0.1}, {5}, {{"0.velocity", Array<float>({2}, {3, 4})}}};
    saved.settings = {{"seed", "1"}};
    saved.position.epoch = 1;
    saved.history = History::from_json(good_history, "seed");
    c.valid("whole", written([&](const auto& path) { save_checkpoint(path, saved); }));
    c.valid("metadata", metadata());
    c.valid("random stream", metadata("random", R"({"2":")" + Random(1).state() + "\"}"));
    const std::string position =
        R"({"epoch":1,"batch":0,"loss":"0","gradient_norm":"0","seconds":"0","rows":0,"correct":0,)";
    c.lie("other version", metadata("version", "2"));
    c.lie("other format", metadata("format", "pt"));
    c.lie("no state of a random stream", metadata("random", R"({"2":"7"})"));
    c.lie("epoch below 0",
          metadata("position", R"({"epoch":-1,"batch":2,"loss":"0.5","gradient_norm":"1.5","seconds":"0.1",)"
                               R"("rows":20,"correct":7,"best":"inf","best_epoch":0,"waited":0})"));
    c.lie("half an epoch",
          metadata("position", R"({"epoch":1.5,"batch":2,"loss":"0.5","gradient_norm":"1.5","seconds":"0.1",)"
                               R"("rows":20,"correct":7,"best":"inf","best_epoch":0,"waited":0})"));
    c.lie("an empty number",
          metadata("position", R"({"epoch":1,"batch":2,"loss":"","gradient_norm":"1.5","seconds":"0.1",)"
                               R"("rows":20,"correct":7,"best":"inf","best_epoch":0,"waited":0})"));
    c.lie("best epoch to come", metadata("position", position + R"("best":"0","best_epoch":7,"waited":0})"));
    c.lie("history of another length",
          metadata("position", R"({"epoch":9,"batch":2,"loss":"0.5","gradient_norm":"1.5",)"
                               R"("seconds":"0.1","rows":20,"correct":7,"best":"inf",)"
                               R"("best_epoch":0,"waited":0})"));
    c.lie("steps below 0", metadata("optimizer", R"({"rule":"momentum","step":-5,"lr":["0.1"],"updates":[5]})"));
    c.lie("updates that are no numbers",
          metadata("optimizer", R"({"rule":"momentum","step":5,"lr":["0.1"],"updates":[true]})"));
    c.lie("control characters", metadata("settings", R"({"seed":7,"\u001b[2J":1})"));
    return c.all;
}

std::vector<Seed> history() {
    Collection c("history");
    c.valid("one epoch", good_history);
    c.valid("empty", History().json());
    const std::string head = R"({"format": "sevenfold-history", "version": 1, "rows": )";
    c.valid("what is not finite",
            head + R"(3, "columns": [{"name": "a", "measured": false, "values": [null, "inf", "-inf"]}]})");
    c.lie("ten billion rows", head + "10000000000, \"columns\": []}");
    c.lie("rows beyond 64 bits", head + "99999999999999999999, \"columns\": []}");
    c.lie("negative rows", head + "-1, \"columns\": []}");
    c.lie("number too large", head + R"(1, "columns": [{"name": "a", "measured": false, "values": [1e999]}]})");
    c.lie("control characters", head + R"(1, "columns": [{"name": "\u001b[2J", "measured": false, "values": []}]})");
    c.lie("deep", std::string(5'000, '['));
    return c.all;
}

std::vector<Seed> run() {
    Collection c("run");
    const std::string end = R"(, "best_epoch": 1, "stopped_early": false})";
    const std::string head = R"({"format": "sevenfold-run", "version": 1, "name": )";
    const auto with = [&](const std::string& settings) { return head + "\"a\", \"settings\": " + settings + end; };
    const std::string history = "\nhistory\n" + good_history;
    c.valid("one epoch", with(R"([["seed", "1"]])") + history);
    c.valid("a name for a terminal", head + R"("\u001b[2J<script>", "settings": [])" + end + history);
    const std::string table = R"({"format": "sevenfold-history", "version": 1, "rows": 2, "columns": [)";
    const auto column = [](const char* name, const char* values) {
        return text("{\"name\": \"", name, "\", \"measured\": false, \"values\": ", values, "}");
    };
    c.valid("numbers that no axis holds",
            with("[]") + "\nhistory\n" + table + column("epoch", "[-1.7e308, 1.7e308]") + "," +
                column("loss", "[1.7e308, -1.7e308]") + "," + column("validation_loss", "[\"inf\", null]") + "," +
                column("lr", "[5e-324, 0]") + "," + column("gradient_norm", "[\"-inf\", -1]") + "," +
                column("gradient_norm layer", "[-5e-324, 1.7e308]") + "]}");
    c.lie("an epoch to come", with("[]"));
    c.lie("held-out loss alone",
          with("[]") + "\nhistory\n" + table + column("epoch", "[1, 2]") + "," + column("loss", "[1]") + "]}");
    c.lie("a setting of three", with(R"([["a", "b", "c"]])") + history);
    c.lie("other version", R"({"format": "sevenfold-run", "version": 2})" + history);
    c.lie("deep name", head + std::string(100'000, '[') + std::string(100'000, ']') + ", \"settings\": []" + end);
    c.lie("deep version",
          R"({"format": "sevenfold-run", "version": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}");
    return c.all;
}

std::vector<Seed> tape() {
    Collection c("tape");
    const std::string head = R"({"format": "sevenfold-tape", "version": 1, "steps": [)";
    const auto step = [](const std::string& op, const std::string& inputs, const std::string& value) {
        return R"x({"op": ")x" + op + R"x(", "name": "w", "shape": "(2)", "inputs": )x" + inputs + R"(, "value": )" +
               value + R"(, "gradient": {"checksum": 7, "entries": [0.5, "NaN"]}})";
    };
    const std::string leaf = step("leaf", "[]", R"({"checksum": 1, "entries": [1, "inf"]})");
    c.valid("nothing", head + "]}");
    c.valid("two steps", head + leaf + "," + step("mul", "[0, -1]", "null") + "]}");
    c.valid("an op for a terminal", head + leaf + "," + step("\\u001b[2J", "[0]", "null") + "]}");
    c.lie("a step to come", head + leaf + "," + step("mul", "[1]", "null") + "]}");
    c.lie("a step beyond 63 bits", head + leaf + "," + step("mul", "[9223372036854775808]", "null") + "]}");
    c.lie("a step below -1", head + leaf + "," + step("mul", "[-2]", "null") + "]}");
    c.lie("a checksum below 0", head + step("leaf", "[]", R"({"checksum": -1, "entries": []})") + "]}");
    c.lie("an entry too large", head + step("leaf", "[]", R"({"checksum": 1, "entries": [1e999]})") + "]}");
    c.lie("other version", R"({"format": "sevenfold-tape", "version": 2, "steps": []})");
    c.lie("deep", std::string(100'000, '['));
    c.lie("deep entry",
          head +
              step("leaf", "[]",
                   R"({"checksum": 1, "entries": [)" + std::string(100'000, '[') + std::string(100'000, ']') + "]}") +
              "]}");
    return c.all;
}

std::vector<Seed> flags() {
    Collection c("flags");
    c.valid("all", "--seed\n7\n--epochs=12\n--lr\n1e-3\n--micro-batch\n0\n");
    c.valid("octal is decimal", "--seed\n010\n");
    c.valid("largest seed", "--seed\n18446744073709551615\n");
    for (const char* word :
         {"-1", "1.5", "0x10", "18446744073709551616", "1e3", "", " 7", "7 ", "nan", "+7", "\x1b[2J"})
        c.lie("seed " + printable(word), text("--seed\n", word, "\n"));
    for (const char* word : {"0", "1000001", "-3", "99999999999999999999"})
        c.lie(text("epochs ", word), text("--epochs\n", word, "\n"));
    for (const char* word : {"0", "-0.1", "inf", "nan", "1e999", "1e18", "0x1p3", "1,5"})
        c.lie(text("lr ", word), text("--lr\n", word, "\n"));
    return c.all;
}

}  // namespace

std::vector<Seed> seeds() {
    std::vector<Seed> out;
    for (const auto& some :
         {idx(), gzip(), csv(), npy(), mapped(), npz(), safetensors(), checkpoint(), history(), run(), tape(), flags()})
        out.insert(out.end(), some.begin(), some.end());
    return out;
}

}  // namespace fuzz
