// NPY, NumPy's format for one array (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sevenfold/autograd/array.hpp"

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

}  // namespace sevenfold
