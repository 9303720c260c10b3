// IDX, the format of MNIST and its relatives (http://yann.lecun.com/exdb/mnist), plain or in gzip.
#pragma once

#include <filesystem>

#include "sevenfold/autograd/array.hpp"
#include "sevenfold/data/elements.hpp"

namespace sevenfold {

/// Reads all six element types into T: float, double or std::int64_t. Whether the file is in gzip shows in its first
/// bytes, not in its name. Throws FileError for a file that is cut short, damaged, longer than its header says, or
/// (unfolded) larger than inflate_limit; and for numbers that T cannot hold.
template <class T = float>
Array<T> read_idx(const std::filesystem::path& path);

/// The header of an unpacked file; the reader then stands at the elements, which run row by row. Throws FileError.
ArrayHeader read_idx_header(ByteReader& reader);

}  // namespace sevenfold
