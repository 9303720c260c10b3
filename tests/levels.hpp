// Tests of kernels run at every level of vector instructions that the machine has.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold {

/// test() at each level; the level that was on is on again afterwards, also when the test throws.
template <class F>
void at_every_level(const F& test) {
    struct Restore {
        simd::Level before = simd::level();
        ~Restore() { simd::set_level(before); }
    } restore;
    for (simd::Level level : {simd::Level::baseline, simd::Level::avx2, simd::Level::avx512}) {
        simd::set_level(level);
        if (simd::level() != level) continue;
        INFO("level ", std::string(simd::name(level)));
        test();
    }
}

}  // namespace sevenfold
