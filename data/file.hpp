// Files as bytes, for every reader and writer of the library: a reader states how much it is willing to take, a writer
// leaves the old file or the new one, never half of either.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace sevenfold {

/// More than this no reader takes into memory unless it is asked to.
inline constexpr std::uint64_t read_limit = std::uint64_t{4} << 30;

/// The file's bytes. Throws FileError when it cannot be read or holds more than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit = read_limit);

/// Replaces the file, or makes it: the bytes are written and synced beside it, then renamed over it, so that a run that
/// is killed leaves the old file or the new one. A link is followed; permissions stay as they were. Throws FileError.
/// Where several processes work together (Communicator::current()), rank 0 writes, and the others do nothing.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Removes what runs that were killed while they replaced this file have left beside it. Errors are passed over.
void remove_leftovers(const std::filesystem::path& path);

/// Reads numbers and stretches of bytes in order and never past the end. The view must outlive the reader.
class ByteReader {
  public:
    /// `format` and `path` appear in the errors: "[npy] x.npy ends ...".
    ByteReader(std::string_view bytes, std::string format, std::filesystem::path path)
        : bytes_(bytes), format_(std::move(format)), path_(std::move(path)) {}

    std::size_t position() const { return position_; }
    std::size_t left() const { return bytes_.size() - position_; }
    /// Continues at a position, counted from 0. Throws FileError beyond the end; `what` says what should be there.
    void seek(std::uint64_t position, std::string_view what);
    /// The next n bytes. Throws FileError when fewer are left; `what` says what they should have been.
    std::string_view take(std::uint64_t n, std::string_view what);
    /// A whole number of 1, 2, 4 or 8 bytes without sign, least or most significant byte first.
    std::uint64_t little(std::size_t bytes, std::string_view what);
    std::uint64_t big(std::size_t bytes, std::string_view what);
    /// Throws FileError about this file: "[format] path, byte 12: ...".
    [[noreturn]] void reject(std::string_view arrived, std::string_view rule, std::string_view fix = {}) const;

  private:
    std::string_view bytes_;
    std::size_t position_ = 0;
    std::string format_;
    std::filesystem::path path_;
};

/// The text with '?' for control characters: what a file says must not steer the terminal it is shown on.
std::string printable(std::string_view text);

/// Appends the lowest `bytes` bytes of `number`, least significant first.
void append_little(std::string& out, std::uint64_t number, std::size_t bytes);

}  // namespace sevenfold
