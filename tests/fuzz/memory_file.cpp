#include "fuzz/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

namespace fuzz {
namespace {

// One for the whole process: making one costs more than reading a small file.
int descriptor() {
    static const int file = memfd_create("hostile", MFD_CLOEXEC);
    return file;
}

}  // namespace

MemoryFile::MemoryFile(std::string_view bytes) {
    if (descriptor() < 0 || ftruncate(descriptor(), 0) != 0 ||
        pwrite(descriptor(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("no file in memory");
}

std::filesystem::path MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(descriptor()); }

}  // namespace fuzz
