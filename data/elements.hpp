// The numbers inside IDX and NPY files: of many types there, of ours afterwards.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "sevenfold/autograd/array.hpp"
#include "sevenfold/data/file.hpp"

namespace sevenfold {

struct ElementType {
    char kind;         ///< 'i' signed, 'u' unsigned, 'f' floating, 'b' bool, as NumPy abbreviates them
    std::size_t size;  ///< bytes of one element
    std::endian order = std::endian::native;
};

/// What the header of an array file says.
struct ArrayHeader {
    ElementType type{};
    std::vector<std::uint64_t> sizes{};
    bool fortran_order = false;  ///< the first axis runs fastest
};

/// The bytes that an array of these sizes takes. Throws FileError when it has more than 8 axes or cannot fit in memory.
std::uint64_t claimed_bytes(const ByteReader& reader, std::span<const std::uint64_t> sizes, std::size_t element);

/// The same; throws FileError when it is not exactly what follows the header.
std::uint64_t claimed_bytes(const ByteReader& reader, const ArrayHeader& header, std::uint64_t following);

/// Elements as they lie in a file into `to`; `from` has as many bytes as those take. Throws FileError, through the reader,
/// for a number that T cannot hold: an integer that would be rounded, a fraction for an integer T, a finite number
/// beyond T's range. Rounding a double to a float is fine. `first` is the number of the first element in the file.
template <class T>
void convert_elements(std::string_view from, ElementType type, std::span<T> to, const ByteReader& reader,
                      std::uint64_t first = 0);

/// The rest of the reader's bytes, row-major, as an array of these sizes. Throws FileError when it has not exactly as
/// many bytes as they take, before anything is allocated; and what convert_elements throws.
template <class T>
Array<T> read_elements(ByteReader& reader, const ArrayHeader& header);

}  // namespace sevenfold
