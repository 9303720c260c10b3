// The entry of one fuzzer: TARGET is its name.
#include <cstddef>
#include <cstdint>

#include "fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const fuzz::Target& target = fuzz::target(TARGET);
    target.accepts({reinterpret_cast<const char*>(bytes), size});  // what escapes ends the program: a find
    return 0;
}
