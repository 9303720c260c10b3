#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold::simd {

Level best() {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl");
    return avx512 ? Level::avx512 : avx2 ? Level::avx2 : Level::baseline;
#else
    return Level::baseline;
#endif
}

Level detail::active = best();

Level level() { return detail::active; }
void set_level(Level level) { detail::active = level < best() ? level : best(); }

const char* name(Level level) {
    switch (level) {
        // clang-format off
        case Level::avx512: return "AVX-512";
        case Level::avx2: return "AVX2";
        default: return "baseline";
            // clang-format on
    }
}

}  // namespace sevenfold::simd
