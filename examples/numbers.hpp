// Numbers on the command line: decimal, in range, and nothing else. CLI11 alone would read 010 as 8, and a number that
// does not fit as the largest one. Give these to Option::transform.
#pragma once

#include <CLI/CLI.hpp>

namespace examples {

extern const CLI::Validator positive;  ///< a number above 0 and below 10^18
extern const CLI::Validator count;     ///< a whole number from 1 to 1000000
extern const CLI::Validator whole;     ///< a whole number below 2^64

}  // namespace examples
