// Files that a program carries along, put into it by viz/embed.py when it is built.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sevenfold::viz {

struct Asset {
    std::string_view name;
    std::span<const std::string_view> pieces;  ///< one after the other; compilers limit how long a literal may be
};
/// The files of viz/assets, and d3.
std::span<const Asset> assets();

/// The whole file of that name. Throws std::logic_error when there is none.
std::string contents(std::span<const Asset> files, std::string_view name);

}  // namespace sevenfold::viz
