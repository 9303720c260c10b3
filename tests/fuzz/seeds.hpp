// Small files to begin from: right ones, written by the library, and lies, each of one kind.
#pragma once

#include <string>
#include <vector>

namespace fuzz {

struct Seed {
    std::string target;  ///< the reader it is for
    std::string name;
    std::string bytes;
    bool valid;  ///< must be read; a lie must be refused
};

std::vector<Seed> seeds();

}  // namespace fuzz
