// Files as bytes, for every reader and writer of the library: a reader states how much it is willing to take, a writer
// leaves the old file or the new one, never half of either.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
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

/// A file that is written piece by piece, for what does not fit in memory: beside the file that it replaces at commit().
/// Without that, nothing of it stays. Each process that makes one writes. Every call throws FileError.
class FileWriter {
  public:
    explicit FileWriter(const std::filesystem::path& path);
    FileWriter(FileWriter&&) noexcept;
    FileWriter& operator=(FileWriter&&) = delete;
    ~FileWriter();

    void append(std::string_view bytes);
    /// Bytes that have been written already: read again, and changed.
    std::string read(std::uint64_t position, std::size_t bytes);
    void overwrite(std::uint64_t position, std::string_view bytes);
    /// Syncs, and gives the file its name.
    void commit();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A file that is read from its beginning to its end in pieces. What has no size (a pipe) can be read as well.
class FileStream {
  public:
    /// Throws FileError when it cannot be read, and, as read() does, when it holds more than `limit` bytes.
    explicit FileStream(const std::filesystem::path& path, std::uint64_t limit = UINT64_MAX);
    FileStream(const FileStream&) = delete;
    FileStream& operator=(const FileStream&) = delete;
    ~FileStream();
    /// Appends the next bytes to `text`, at most `most`. False at the end of the file.
    bool read(std::string& text, std::size_t most);

  private:
    std::filesystem::path path_;
    std::uint64_t limit_, taken_ = 0;
    int file_;
};

/// A file that is used where it lies: stretches of it are mapped when they are needed, so that it takes no more memory
/// than those. Mapping all of it would need as much address space as the file is long, which `ulimit -v` limits.
/// Copies share the file, and may be used from several threads.
class MappedFile {
  public:
    /// Throws FileError when it cannot be read or is no ordinary file.
    explicit MappedFile(const std::filesystem::path& path);

    const std::filesystem::path& path() const;
    /// Bytes, when it was opened.
    std::uint64_t size() const;

    class Stretch {
      public:
        Stretch(Stretch&& other) noexcept;
        Stretch& operator=(Stretch&&) = delete;
        ~Stretch();
        std::string_view bytes() const { return bytes_; }

      private:
        friend class MappedFile;
        Stretch(const MappedFile& file, std::uint64_t offset, std::size_t bytes);
        void* start_ = nullptr;  // of its first page
        std::size_t length_ = 0;
        std::string_view bytes_;
    };
    /// These bytes, in memory from here on. Throws FileError beyond the end, when the file has become shorter, and when the
    /// disk or the address space fails.
    Stretch map(std::uint64_t offset, std::size_t bytes) const;
    /// Address space that a stretch of so many bytes takes at most.
    static std::uint64_t mapped_bytes(std::uint64_t bytes);

    /// Throws FileError when the file has become shorter. Touching a mapped page that is no longer in the file would end the
    /// process (SIGBUS), so look here before a stretch is read. A moment between the look and the reading remains:
    /// only a copy of the bytes would close it, and that costs the time and the memory that mapping saves.
    void check_size() const;
    /// Lets the system begin to read these bytes while the program goes on.
    void read_ahead(std::uint64_t offset, std::uint64_t bytes) const;

  private:
    struct State;
    std::shared_ptr<const State> state_;
};

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

/// '?' in place of control characters, turns of the direction of writing and bytes beside UTF-8: they steer terminals.
std::string printable(std::string_view text);

/// Appends the lowest `bytes` bytes of `number`, least significant first.
void append_little(std::string& out, std::uint64_t number, std::size_t bytes);

}  // namespace sevenfold
