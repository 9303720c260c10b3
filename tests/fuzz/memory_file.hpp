// A file in memory with a path, for readers that take one.
#pragma once

#include <filesystem>
#include <string_view>

namespace fuzz {

/// Holds the bytes while it lives, and one of them lives at a time.
class MemoryFile {
  public:
    explicit MemoryFile(std::string_view bytes);
    std::filesystem::path path() const;
};

}  // namespace fuzz
