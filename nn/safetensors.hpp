// The safetensors format (github.com/huggingface/safetensors): arrays by name in one file, which Python reads with
// safetensors.numpy.load_file(path).
//
//     8 bytes             n, the length of the header, least significant byte first
//     n bytes             JSON: {"__metadata__": {"key": "text"},
//                                "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ..}
//     the rest            the elements, row-major, least significant byte first; the offsets count from here, and the
//                         arrays cover it without holes or overlaps
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

/// A file that was read and found to be to the letter of the format. A lying one is a FileError, before any memory is taken
/// for what it claims.
class SafetensorsFile {
  public:
    struct Entry {
        std::string name, dtype;
        std::vector<std::uint64_t> shape;
        std::uint64_t begin, end;  ///< in bytes, from the end of the header
    };

    /// Throws FileError.
    explicit SafetensorsFile(const std::filesystem::path& path);
    /// The file's bytes, from wherever; `path` names them in errors.
    SafetensorsFile(std::string bytes, const std::filesystem::path& path);

    const std::vector<Entry>& entries() const { return entries_; }  ///< in the order of their bytes
    const std::map<std::string, std::string>& metadata() const { return metadata_; }
    bool contains(const std::string& name) const { return find(name) != nullptr; }
    /// Its elements as T. Throws FileError if there is no such entry, its type is one of those that arrays do not come in
    /// (16-bit and 8-bit floats), or T cannot hold a value: a double may be rounded to a float, but not overflow.
    template <class T>
    Array<T> read(const std::string& name) const;

  private:
    const Entry* find(const std::string& name) const;
    void read_header(const std::string& header);

    std::filesystem::path path_;
    std::string bytes_;
    std::size_t data_ = 0;  // where the elements begin
    std::vector<Entry> entries_;
    std::map<std::string, std::string> metadata_;
};

/// Collects arrays of float (F32), double (F64) and std::int64_t (I64), and writes them in one go.
class SafetensorsWriter {
  public:
    std::map<std::string, std::string> metadata;

    /// Throws ValueError for a name that was added before, that is not UTF-8, or that the format keeps for itself.
    template <class T>
    void add(const std::string& name, const Array<T>& array);
    /// Replaces the file as a whole, or leaves it as it was. Throws FileError.
    void write(const std::filesystem::path& path) const;
    /// What write would write.
    std::string bytes() const;

  private:
    struct Entry {
        std::string name, dtype;
        Shape shape;
        std::string bytes;
        std::size_t element;
    };
    std::vector<Entry> entries_;
};

}  // namespace sevenfold
