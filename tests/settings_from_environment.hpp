// How much the tests of endurance do is set from outside: `./check --long` asks for more.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

/// The number in an environment variable, or `otherwise`.
inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* word = std::getenv(name);
    return word && *word ? std::stoull(word) : otherwise;
}

/// SEVENFOLD_SEED, or another one in every run: print it, so that a failure can be repeated.
inline std::uint64_t test_seed() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return from_environment("SEVENFOLD_SEED", static_cast<std::uint64_t>(now.count()) % 1'000'000'007);
}
