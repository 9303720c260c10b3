#include "numbers.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace examples {
namespace {

template <class N>
std::optional<N> parse(const std::string& word) {
    N n{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
    return error == std::errc{} && end == word.data() + word.size() ? std::optional(n) : std::nullopt;
}

// What CLI11 is handed in place of the word, so that there is one reading of it.
std::string accept(std::string& word, std::uint64_t n) {
    word = std::to_string(n);
    return {};
}

}  // namespace

// An empty description: CLI11's own validators print limits such as the largest double into the help.
const CLI::Validator positive(
    [](std::string& word) {
        const auto x = parse<double>(word);
        return x && *x > 0 && *x < 1e18 ? std::string() : word + " is not a number above 0";
    },
    "");
const CLI::Validator count(
    [](std::string& word) {
        const auto n = parse<std::uint64_t>(word);
        return n && *n >= 1 && *n <= 1'000'000 ? accept(word, *n) : word + " is not a whole number from 1 to 1000000";
    },
    "");
const CLI::Validator whole(
    [](std::string& word) {
        const auto n = parse<std::uint64_t>(word);
        return n ? accept(word, *n) : word + " is not a whole number below 2^64";
    },
    "");

}  // namespace examples
