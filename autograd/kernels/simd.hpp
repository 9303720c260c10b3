// One binary, three speeds: a loop is compiled for plain x86-64, for AVX2 and for AVX-512, and the best one the machine
// has is taken at run time. Write the loop once, as a lambda over plain contiguous memory:
//
//     simd::run([=]() SEVENFOLD_INLINE { for (std::size_t i = 0; i < n; ++i) y[i] = a * x[i]; });
//
// What the lambda calls must be SEVENFOLD_INLINE too, or it stays at the baseline.
#pragma once

#include <cstddef>

#define SEVENFOLD_INLINE __attribute__((always_inline))

namespace sevenfold::simd {

enum class Level { baseline, avx2, avx512 };

/// The best level of this machine.
Level best();
/// The level in use: the best one, or the one set.
Level level();
/// For tests and measurements; a level above the machine's is lowered to it.
void set_level(Level level);
const char* name(Level level);

namespace detail {
extern Level active;

// Each takes the loop's variables by value: what nobody else can reach stays in registers, where a reference would have
// to be read again after every write to memory. Hidden: a loop is nobody's interface.

template <class F>
__attribute__((noinline, flatten, visibility("hidden"))) void run_baseline(const F f) {
    f();
}
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
template <class F>
__attribute__((noinline, flatten, visibility("hidden"), target("arch=x86-64-v3"))) void run_avx2(const F f) {
    f();
}
template <class F>
__attribute__((noinline, flatten, visibility("hidden"), target("arch=x86-64-v4,prefer-vector-width=512"))) void
run_avx512(const F f) {
    f();
}
#else  // other compilers refuse to inline across targets
template <class F>
void run_avx2(const F f) {
    run_baseline(f);
}
template <class F>
void run_avx512(const F f) {
    run_baseline(f);
}
#endif
}  // namespace detail

template <class F>
inline void run(const F& f) {
    switch (detail::active) {
        // clang-format off
        case Level::avx512: return detail::run_avx512(f);
        case Level::avx2: return detail::run_avx2(f);
        default: return detail::run_baseline(f);
            // clang-format on
    }
}

}  // namespace sevenfold::simd
