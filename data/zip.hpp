// Zip archives (PKWARE's APPNOTE 6.3), as far as NPZ needs them: members stored or deflated, below 4 GiB.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sevenfold {

struct ZipMember {
    std::string name, bytes;
};

/// All members, in the order of the archive's directory. Throws FileError when the archive is cut short, damaged,
/// encrypted, in ZIP64, lies about sizes, names a member twice, or unfolds to more than inflate_limit.
std::vector<ZipMember> read_zip(const std::filesystem::path& path);

/// The archive's bytes: the same members always give the same bytes. Throws FileError at 4 GiB; `path` is for its text.
std::string to_zip(const std::vector<ZipMember>& members, bool compress, const std::filesystem::path& path);

}  // namespace sevenfold
