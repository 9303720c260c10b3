#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>

#include "fuzz/memory.hpp"
#include "fuzz/seeds.hpp"
#include "fuzz/targets.hpp"
#include "sevenfold/autograd/error.hpp"
#include "sevenfold/data/file.hpp"
#include "tried.hpp"

using namespace fuzz;

namespace {

constexpr std::size_t some_memory = 1 << 20;  // buffers and tables that do not depend on the file

// Whether the reader took the bytes. Fails the test for a fault, and for memory that the bytes do not explain.
bool accepted(const Target& target, std::string_view bytes) {
    bool taken = false;
    std::string fault;
    const std::size_t peak = peak_bytes_of([&] {
        try {
            taken = target.accepts(bytes);
        } catch (const std::exception& escaped) { fault = escaped.what(); }
    });
    CHECK_MESSAGE(fault.empty(), target.name << ": " << fault);
    CHECK_MESSAGE(peak <= some_memory + target.times * bytes.size(),
                  target.name << ": " << peak << " bytes for a file of " << bytes.size());
    return taken;
}

std::vector<Seed> of_target(const Target& t) {
    std::vector<Seed> out = seeds();
    std::erase_if(out, [&](const Seed& seed) { return seed.target != t.name; });
    return out;
}

}  // namespace

TEST_CASE("what the library writes is read, and every kind of lie is refused, in memory that the file's size bounds") {
    Tried tried("hostile files: lies about sizes, types, names and numbers");
    for (const Seed& seed : seeds()) {
        CAPTURE(seed.target);
        CAPTURE(seed.name);
        tried.add(!seed.valid);
        CHECK(accepted(target(seed.target), seed.bytes) == seed.valid);
    }
}

TEST_CASE("what fuzzing has found stays survived") {
    Tried tried("hostile files: the fuzzers' corpora");
    for (const Target& t : targets()) {
        std::size_t files = 0;
        for (const auto& file :
             std::filesystem::directory_iterator(sevenfold::text(CORPUS, "/", std::string(t.name)))) {
            CAPTURE(file.path().string());
            tried.add(!accepted(t, sevenfold::read_file(file.path())));
            ++files;
        }
        CHECK(files > 0);
    }
}

TEST_CASE("a file cut at any byte is refused, or is read as the shorter file that it is") {
    Tried tried("hostile files: cut at every byte");
    for (const Target& t : targets())
        for (const Seed& seed : of_target(t)) {
            if (!seed.valid) continue;
            CAPTURE(seed.target);
            CAPTURE(seed.name);
            // Where a format states its length, nothing shorter can be whole.
            const bool states_length = t.name != "csv" && t.name != "flags" && seed.bytes.rfind("metadata", 0) != 0;
            for (std::size_t n = 0; n < seed.bytes.size(); ++n) {
                const bool taken = accepted(t, seed.bytes.substr(0, n));
                const bool only_space = seed.bytes.find_first_not_of(" \n", n) == std::string::npos;
                if (states_length && !only_space) CHECK_FALSE(taken);
                tried.add(!taken);
            }
        }
}

TEST_CASE("any byte of a file changed in any of four ways leads to words or to another valid file") {
    Tried tried("hostile files: every byte changed");
    for (const Target& t : targets())
        for (const Seed& seed : of_target(t)) {
            if (!seed.valid || seed.bytes.size() > 3'000) continue;
            CAPTURE(seed.target);
            CAPTURE(seed.name);
            for (std::size_t i = 0; i < seed.bytes.size(); ++i)
                for (const char pattern : {'\x01', '\x10', '\x80', '\xff'}) {
                    std::string damaged = seed.bytes;
                    damaged[i] = static_cast<char>(damaged[i] ^ pattern);
                    tried.add(!accepted(t, damaged));
                }
        }
}
