// What a hostile file is fed to: each reader of the library, and the numbers of the command line. The fuzzers and the
// tests of the corpus run the same functions.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fuzz {

/// A reader broke a promise: what a fuzzer looks for.
class Fault : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

struct Target {
    std::string_view name;
    /// Whether the bytes were read as something valid. Throws nothing for what was refused in words, and whatever the
    /// reader lets escape, or Fault, for anything else.
    bool (*accepts)(std::string_view bytes);
    std::size_t times;  ///< memory that a reader may take, in sizes of the file: more where files are compressed
};

std::span<const Target> targets();

/// The target of that name; Fault if there is none.
const Target& target(std::string_view name);

}  // namespace fuzz
