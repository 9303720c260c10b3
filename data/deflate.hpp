// The compression of gzip and zip, by zlib.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sevenfold {

/// To more than this no reader unfolds a file: some kilobytes could otherwise fill the memory.
inline constexpr std::uint64_t inflate_limit = std::uint64_t{1} << 30;

enum class Wrapping {
    raw,  ///< bare deflate, as inside zip
    gzip  ///< with gzip's header and checksum
};

struct Inflated {
    enum class End {
        clean,      ///< nothing follows, and the checksum, if there is one, is right
        followed,   ///< other bytes follow
        limit,      ///< there is more than `limit` bytes
        cut_short,  ///< the input ends too early
        damaged     ///< no deflate stream, or its checksum is wrong
    };
    std::string bytes;
    End end;

    /// What is wrong, in words; "" when the end is clean.
    std::string_view problem() const;
};

/// At most `limit` bytes; memory grows with what arrives, not with what is promised.
Inflated inflate(std::string_view compressed, Wrapping wrapping, std::uint64_t limit);

/// The raw deflate stream of the bytes.
std::string deflate(std::string_view bytes);

}  // namespace sevenfold
