// NPZ: named arrays in one file, as numpy.savez writes them (a zip archive of NPY files).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sevenfold/autograd/array.hpp"
#include "sevenfold/data/zip.hpp"

namespace sevenfold {

/// Named arrays, each with a number type of its own, in the order they were set. T: float, double, std::int64_t.
class Npz {
  public:
    /// Throws FileError; see read_zip. The arrays themselves are checked when they are asked for.
    static Npz read(const std::filesystem::path& path);
    /// numpy.load reads the file. It is replaced as a whole. Throws FileError.
    void write(const std::filesystem::path& path, bool compress = false) const;

    /// Throws ValueError for a name that is empty, longer than 1000 bytes, or there already.
    template <class T>
    void set(const std::string& name, const Array<T>& array);
    /// Throws IndexError, with the names there are, for an unknown name, and what read_npy throws.
    template <class T>
    Array<T> get(std::string_view name) const;

    bool contains(std::string_view name) const { return find(name) != nullptr; }
    std::vector<std::string> names() const;

  private:
    const ZipMember* find(std::string_view name) const;

    std::string path_ = "npz";
    std::vector<ZipMember> members_;  // each an NPY file, under the array's name
};

}  // namespace sevenfold
