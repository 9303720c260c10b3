#include "sevenfold/data/file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "sevenfold/autograd/error.hpp"

#include "sevenfold/autograd/communicator.hpp"

namespace sevenfold {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view cut_or_lying = "The file is cut short, or its header lies: copy or download it again.";

// "No such file or directory", as the system words it.
std::string reason() { return std::strerror(errno); }

[[noreturn]] void cannot_read(const fs::path& path, std::string_view why) {
    fail<FileError>("read", path.string(), text("it cannot be read (", why, ")"),
                    "Check the path and that you may read the file.");
}
[[noreturn]] void cannot_write(const fs::path& path, std::string_view why) {
    fail<FileError>("write", path.string(), text("it cannot be written (", why, ")"),
                    "Check that the folder exists, that you may write there, and that the disk has room.");
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    operator int() const { return number_; }
    /// Some file systems report a failed write only now.
    bool close() { return ::close(std::exchange(number_, -1)) == 0; }

  private:
    int number_;
};

// Removes the file when the scope is left before the file was given its name.
struct Temporary {
    fs::path path;
    bool keep = false;
    ~Temporary() {
        if (!keep) ::unlink(path.c_str());
    }
};

// Files under way are called NAME.PID-COUNT.part.
constexpr std::string_view under_way = ".part";

// Where a link leads to: that file is replaced, not the link.
fs::path without_link(const fs::path& path) {
    std::error_code error;
    return fs::is_symlink(path, error) ? fs::weakly_canonical(path, error) : path;
}
fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

std::string read_file(const fs::path& path, std::uint64_t limit) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file < 0) cannot_read(path, reason());
    struct stat about {};
    if (::fstat(file, &about) != 0) cannot_read(path, reason());
    if (S_ISDIR(about.st_mode)) cannot_read(path, "it is a folder");

    const auto too_large = [&] {
        fail<FileError>("read", path.string(), text("it holds more than the ", limit, " bytes that are allowed here"),
                        "Check that this is the file you mean.");
    };
    const bool size_is_known = S_ISREG(about.st_mode);
    const std::uint64_t size = size_is_known ? static_cast<std::uint64_t>(about.st_size) : 0;
    if (size > limit) too_large();

    // One byte more than expected shows whether the file has ended; a pipe, which has no size, grows as it arrives.
    std::string bytes(static_cast<std::size_t>(size) + 1, '\0');
    for (std::size_t filled = 0;;) {
        if (filled == bytes.size()) bytes.resize(2 * bytes.size() + 4096);
        const ssize_t arrived = ::read(file, bytes.data() + filled, bytes.size() - filled);
        if (arrived < 0 && errno == EINTR) continue;
        if (arrived < 0) cannot_read(path, reason());
        filled += static_cast<std::size_t>(arrived);
        if (filled > limit) too_large();
        if (arrived == 0) {
            bytes.resize(filled);
            return bytes;
        }
    }
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
    if (!Communicator::current().is_root()) return;
    const fs::path target = without_link(path);
    struct stat old {};
    const bool exists = ::stat(target.c_str(), &old) == 0;
    if (exists && !S_ISREG(old.st_mode)) cannot_write(path, "it is a folder or a device");

    static std::atomic<unsigned> counter{0};
    Temporary beside{fs::path(target).concat(text(".", ::getpid(), "-", counter++, under_way))};
    Descriptor file(::open(beside.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file < 0) {
        beside.keep = true;  // it is not ours
        cannot_write(path, reason());
    }
    if (exists && ::fchmod(file, old.st_mode & 07777) != 0) cannot_write(path, reason());
    if (!write_all(file, bytes) || ::fsync(file) != 0 || !file.close()) cannot_write(path, reason());
    if (::rename(beside.path.c_str(), target.c_str()) != 0) cannot_write(path, reason());
    beside.keep = true;

    // The new name itself is safe from a power cut once the folder is synced; not every file system can do that.
    const Descriptor directory(::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory >= 0) ::fsync(directory);
}

void remove_leftovers(const fs::path& path) {
    const fs::path target = without_link(path);
    const std::string start = target.filename().string() + '.';
    std::error_code error;
    for (fs::directory_iterator file(folder_of(target), error), end; !error && file != end; file.increment(error)) {
        const std::string name = file->path().filename().string();
        if (!name.starts_with(start) || !name.ends_with(under_way)) continue;
        pid_t writer = 0;
        const char* const last = name.data() + name.size();
        const auto [rest, problem] = std::from_chars(name.data() + start.size(), last, writer);
        const bool is_ours = problem == std::errc{} && *rest == '-' && writer > 0;
        std::error_code ignored;
        if (is_ours && ::kill(writer, 0) != 0 && errno == ESRCH) fs::remove(file->path(), ignored);
    }
}

void ByteReader::seek(std::uint64_t position, std::string_view what) {
    if (position > bytes_.size())
        reject(text(what, " should be at byte ", position), text("the file has ", bytes_.size(), " bytes"),
               cut_or_lying);
    position_ = static_cast<std::size_t>(position);
}

std::string_view ByteReader::take(std::uint64_t n, std::string_view what) {
    if (n > left()) reject(text(what, " should take ", n, " bytes"), text("only ", left(), " are left"), cut_or_lying);
    const std::string_view out = bytes_.substr(position_, static_cast<std::size_t>(n));
    position_ += out.size();
    return out;
}

std::uint64_t ByteReader::little(std::size_t bytes, std::string_view what) {
    const std::string_view digits = take(bytes, what);
    std::uint64_t number = 0;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit)
        number = number << 8 | static_cast<unsigned char>(*digit);
    return number;
}

std::uint64_t ByteReader::big(std::size_t bytes, std::string_view what) {
    std::uint64_t number = 0;
    for (char digit : take(bytes, what)) number = number << 8 | static_cast<unsigned char>(digit);
    return number;
}

void ByteReader::reject(std::string_view arrived, std::string_view rule, std::string_view fix) const {
    fail<FileError>(format_, printable(text(path_.string(), ", byte ", position_, ": ", arrived)), printable(rule),
                    printable(fix));
}

std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
    return out;
}

void append_little(std::string& out, std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

}  // namespace sevenfold
