#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

/// An IDX file: type, sizes and elements, numbers with their highest byte first.
inline std::string idx(int type, std::initializer_list<std::uint32_t> sizes, std::string_view elements) {
    std::string out{0, 0, static_cast<char>(type), static_cast<char>(sizes.size())};
    for (std::uint32_t size : sizes)
        for (int shift : {24, 16, 8, 0}) out += static_cast<char>(size >> shift);
    return out.append(elements);
}
