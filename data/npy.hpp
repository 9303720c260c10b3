// NPY, NumPy's format for one array (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sevenfold/autograd/array.hpp"
#include "sevenfold/data/elements.hpp"

namespace sevenfold {

// T is float, double or std::int64_t, in all of these.

/// Reads versions 1 to 3, either byte order and either memory order: bool, integers, float32 and float64. Throws
/// FileError for a file that is cut short, longer than its header says, or of another type (complex numbers, text,
/// Python objects, records), and for numbers that T cannot hold.
template <class T = float>
Array<T> read_npy(const std::filesystem::path& path);

/// Writes version 1, so that numpy.load gives float32, float64 or int64. The file is replaced as a whole.
template <class T>
void write_npy(const std::filesystem::path& path, const Array<T>& array);

/// The same from and to bytes; `name` appears in errors in place of the path.
template <class T>
Array<T> from_npy(std::string_view bytes, const std::string& name);
template <class T>
std::string to_npy(const Array<T>& array);

/// Writes an array row by row, for more than fits in memory. The file gets its name at finish(), and is not there before.
template <class T>
class NpyWriter {
  public:
    /// `row` is the shape of one row; () for numbers. Throws FileError.
    NpyWriter(const std::filesystem::path& path, const Shape& row);

    /// Appends whole rows. Throws ShapeError, FileError.
    void append(std::span<const T> values);
    std::uint64_t rows() const { return rows_; }
    /// Puts map[x] in the place of every x that was written, for numbers that are known only when all have been seen.
    void replace(std::span<const T> map);
    /// Throws FileError.
    void finish();

  private:
    FileWriter file_;
    Shape row_;
    std::size_t width_;
    std::uint64_t rows_ = 0;
    std::string waiting_;  // small rows go to the file together
};

/// The header of a file; the reader then stands at the elements. Throws FileError.
ArrayHeader read_npy_header(ByteReader& reader);

}  // namespace sevenfold
