#include "sevenfold/data/file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/error.hpp"

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
    Descriptor& operator=(Descriptor&& other) {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    operator int() const { return number_; }
    int release() { return std::exchange(number_, -1); }
    /// Some file systems report a failed write only now.
    bool close() { return ::close(std::exchange(number_, -1)) == 0; }

  private:
    int number_;
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

// A file to read from; folders cannot be.
int open_to_read(const fs::path& path, struct stat& about) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file < 0 || ::fstat(file, &about) != 0) cannot_read(path, reason());
    if (S_ISDIR(about.st_mode)) cannot_read(path, "it is a folder");
    return file.release();
}

[[noreturn]] void holds_more(const fs::path& path, std::uint64_t limit) {
    fail<FileError>("read", path.string(), text("it holds more than the ", limit, " bytes that are allowed here"),
                    "Check that this is the file you mean.");
}

std::uint64_t page_bytes() {
    static const auto bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return bytes;
}

}  // namespace

std::string read_file(const fs::path& path, std::uint64_t limit) {
    struct stat about {};
    const Descriptor file(open_to_read(path, about));
    const bool size_is_known = S_ISREG(about.st_mode);
    const std::uint64_t size = size_is_known ? static_cast<std::uint64_t>(about.st_size) : 0;
    if (size > limit) holds_more(path, limit);

    // One byte more than expected shows whether the file has ended; a pipe, which has no size, grows as it arrives.
    std::string bytes(static_cast<std::size_t>(size) + 1, '\0');
    for (std::size_t filled = 0;;) {
        if (filled == bytes.size()) bytes.resize(2 * bytes.size() + 4096);
        const ssize_t arrived = ::read(file, bytes.data() + filled, bytes.size() - filled);
        if (arrived < 0 && errno == EINTR) continue;
        if (arrived < 0) cannot_read(path, reason());
        filled += static_cast<std::size_t>(arrived);
        if (filled > limit) holds_more(path, limit);
        if (arrived == 0) {
            bytes.resize(filled);
            return bytes;
        }
    }
}

// ---- writing

struct FileWriter::State {
    fs::path path, target, beside;
    Descriptor file{-1};
    bool leave = true;  // what lies beside is not ours, or has its name by now
    ~State() {
        if (!leave) ::unlink(beside.c_str());
    }
};

FileWriter::FileWriter(const fs::path& path) : state_(std::make_unique<State>()) {
    state_->path = path;
    state_->target = without_link(path);
    struct stat old {};
    const bool exists = ::stat(state_->target.c_str(), &old) == 0;
    if (exists && !S_ISREG(old.st_mode)) cannot_write(path, "it is a folder or a device");

    static std::atomic<unsigned> counter{0};
    state_->beside = fs::path(state_->target).concat(text(".", ::getpid(), "-", counter++, under_way));
    state_->file = Descriptor(::open(state_->beside.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (state_->file < 0) cannot_write(path, reason());
    state_->leave = false;
    if (exists && ::fchmod(state_->file, old.st_mode & 07777) != 0) cannot_write(path, reason());
}

FileWriter::FileWriter(FileWriter&&) noexcept = default;
FileWriter::~FileWriter() = default;

void FileWriter::append(std::string_view bytes) {
    if (!write_all(state_->file, bytes)) cannot_write(state_->path, reason());
}

std::string FileWriter::read(std::uint64_t position, std::size_t bytes) {
    std::string out(bytes, '\0');
    for (std::size_t filled = 0; filled < bytes;) {
        const ssize_t arrived =
            ::pread(state_->file, out.data() + filled, bytes - filled, static_cast<off_t>(position + filled));
        if (arrived < 0 && errno == EINTR) continue;
        if (arrived <= 0) cannot_read(state_->path, arrived < 0 ? reason() : "it has been cut short");
        filled += static_cast<std::size_t>(arrived);
    }
    return out;
}

void FileWriter::overwrite(std::uint64_t position, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(state_->file, bytes.data(), bytes.size(), static_cast<off_t>(position));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) cannot_write(state_->path, reason());
        bytes.remove_prefix(static_cast<std::size_t>(written));
        position += static_cast<std::uint64_t>(written);
    }
}

void FileWriter::commit() {
    if (::fsync(state_->file) != 0 || !state_->file.close()) cannot_write(state_->path, reason());
    if (::rename(state_->beside.c_str(), state_->target.c_str()) != 0) cannot_write(state_->path, reason());
    state_->leave = true;

    // The new name itself is safe from a power cut once the folder is synced; not every file system can do that.
    const Descriptor directory(::open(folder_of(state_->target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory >= 0) ::fsync(directory);
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
    if (!Communicator::current().is_root()) return;
    FileWriter file(path);
    file.append(bytes);
    file.commit();
}

// ---- in pieces

FileStream::FileStream(const fs::path& path, std::uint64_t limit) : path_(path), limit_(limit) {
    struct stat about {};
    file_ = open_to_read(path, about);
    // A file whose size is known is not begun in vain.
    if (S_ISREG(about.st_mode) && static_cast<std::uint64_t>(about.st_size) > limit) {
        ::close(file_);
        holds_more(path, limit);
    }
}

FileStream::~FileStream() { ::close(file_); }

bool FileStream::read(std::string& text, std::size_t most) {
    const std::size_t before = text.size();
    text.resize(before + most);
    ssize_t arrived = 0;
    do arrived = ::read(file_, text.data() + before, most);
    while (arrived < 0 && errno == EINTR);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(arrived, 0)));
    if (arrived < 0) cannot_read(path_, reason());
    taken_ += static_cast<std::uint64_t>(arrived);
    if (taken_ > limit_) holds_more(path_, limit_);
    return arrived > 0;
}

// ---- where it lies

struct MappedFile::State {
    fs::path path;
    Descriptor file;
    std::uint64_t size;
};

MappedFile::MappedFile(const fs::path& path) {
    struct stat about {};
    Descriptor file(open_to_read(path, about));
    if (!S_ISREG(about.st_mode)) cannot_read(path, "it is no ordinary file, and only such can be mapped");
    state_.reset(new State{path, Descriptor(file.release()), static_cast<std::uint64_t>(about.st_size)});
}

const fs::path& MappedFile::path() const { return state_->path; }
std::uint64_t MappedFile::size() const { return state_->size; }

void MappedFile::check_size() const {
    struct stat about {};
    if (::fstat(state_->file, &about) != 0) cannot_read(state_->path, reason());
    const auto now = static_cast<std::uint64_t>(about.st_size);
    if (now < state_->size)
        fail<FileError>("map", text(state_->path.string(), ": ", now, " bytes"),
                        text("it had ", state_->size, " when it was opened"),
                        "Leave files alone while they are used; writers write beside and rename.");
}

MappedFile::Stretch MappedFile::map(std::uint64_t offset, std::size_t bytes) const {
    if (offset > state_->size || bytes > state_->size - offset)
        fail<FileError>("map", text(state_->path.string(), ": bytes ", offset, " to ", offset + bytes),
                        text("the file has ", state_->size));
    check_size();
    return {*this, offset, bytes};
}

std::uint64_t MappedFile::mapped_bytes(std::uint64_t bytes) {
    return bytes == 0 ? 0 : (bytes + 2 * (page_bytes() - 1)) / page_bytes() * page_bytes();
}

void MappedFile::read_ahead(std::uint64_t offset, std::uint64_t bytes) const {
    ::posix_fadvise(state_->file, static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_WILLNEED);
}

MappedFile::Stretch::Stretch(const MappedFile& file, std::uint64_t offset, std::size_t bytes) {
    if (bytes == 0) return;
    const std::uint64_t before = offset % page_bytes();
    length_ = bytes + static_cast<std::size_t>(before);
    start_ = ::mmap(nullptr, length_, PROT_READ, MAP_SHARED, file.state_->file, static_cast<off_t>(offset - before));
    if (start_ == MAP_FAILED) {
        start_ = nullptr;
        fail<FileError>("map", text(file.path().string(), ": ", length_, " bytes"),
                        text("they cannot be mapped (", reason(), ")"),
                        "Give the loader a smaller budget, or the process more room (ulimit -v).");
    }
    // Brings all pages at once. A disk that fails, or a file that shrinks meanwhile, becomes words here, and would be a signal
    // where the page is touched. Systems that do not know the request read page by page.
    if (::madvise(start_, length_, MADV_POPULATE_READ) != 0 && errno != EINVAL) {
        const std::string why = reason();
        ::munmap(start_, length_);
        cannot_read(file.path(), why);
    }
    bytes_ = {static_cast<const char*>(start_) + before, bytes};
}

MappedFile::Stretch::Stretch(Stretch&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)), length_(other.length_), bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::Stretch::~Stretch() {
    if (start_) ::munmap(start_, length_);
}

// ---- what killed runs left

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
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = [&](std::size_t k) {
            return at + k < text.size() ? static_cast<unsigned char>(text[at + k]) : 0;
        };
        const int first = byte(0), second = byte(1), third = byte(2);
        // UTF-8 as Unicode's table 3-7 has it, but for surrogates, which no terminal obeys.
        const std::size_t length = first < 0x80                    ? 1
                                   : first >= 0xc2 && first < 0xe0 ? 2
                                   : first >= 0xe0 && first < 0xf0 ? 3
                                   : first >= 0xf0 && first < 0xf5 ? 4
                                                                   : 0;
        bool valid = length > 0 && !(first == 0xe0 && second < 0xa0) && !(first == 0xf0 && second < 0x90);
        for (std::size_t k = 1; k < length; ++k) valid &= (byte(k) & 0xc0) == 0x80;
        const bool control = first < ' ' || first == 0x7f || (first == 0xc2 && second < 0xa0);
        const bool turns_direction = first == 0xe2 && ((second == 0x80 && third >= 0xaa && third <= 0xae) ||
                                                       (second == 0x81 && third >= 0xa6 && third <= 0xa9));
        if (valid && !control && !turns_direction)
            out += text.substr(at, length);
        else
            out += '?';
        at += valid ? length : 1;
    }
    return out;
}

void append_little(std::string& out, std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

}  // namespace sevenfold
