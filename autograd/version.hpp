// What runs: for bug reports, and beside every number that was measured.
#pragma once

#include <string>

namespace sevenfold {

/// "0.1.0"
std::string version();

/// The version, the loops that this machine gets, the BLAS with its kernels, and the compiler:
/// "sevenfold 0.1.0, AVX-512 loops, OpenBLAS 0.3.21 with SkylakeX kernels, g++ 12.2.0".
std::string build_info();

}  // namespace sevenfold
