// The numbers inside IDX and NPY files: of many types there, of ours afterwards.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "sevenfold/autograd/array.hpp"
#include "sevenfold/data/file.hpp"

namespace sevenfold {

struct ElementType {
    char kind;         ///< 'i' signed, 'u' unsigned, 'f' floating, 'b' bool, as NumPy abbreviates them
    std::size_t size;  ///< bytes of one element
    std::endian order = std::endian::native;
};

/// The bytes that an array of these sizes takes. Throws FileError when it has more than 8 axes or cannot fit in memory.
std::uint64_t claimed_bytes(const ByteReader& reader, std::span<const std::uint64_t> sizes, std::size_t element);

/// The rest of the reader's bytes, row-major, as an array of these sizes. Throws FileError when it has not exactly as
/// many bytes as they take, before anything is allocated; and for a number that T cannot hold: an integer that would be
/// rounded, a fraction for an integer T, a finite number beyond T's range. Rounding a double to a float is fine.
template <class T>
Array<T> read_elements(ByteReader& reader, std::span<const std::uint64_t> sizes, ElementType type);

}  // namespace sevenfold
