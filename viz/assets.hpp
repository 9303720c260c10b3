// The files of viz/assets and d3, put into the library by viz/embed.py.
#pragma once

#include <span>
#include <string_view>

namespace sevenfold::viz {

struct Asset {
    std::string_view name;
    std::span<const std::string_view> pieces;  ///< one after the other; compilers limit how long a literal may be
};
std::span<const Asset> assets();

}  // namespace sevenfold::viz
