#include <doctest/doctest.h>

#include <string>

#include "sevenfold/autograd/kernels/simd.hpp"
#include "sevenfold/autograd/version.hpp"

using namespace sevenfold;

TEST_CASE("the version is three numbers, as in the name of the shared library") {
    int dots = 0;
    for (const char c : version()) {
        CHECK((c == '.' || (c >= '0' && c <= '9')));
        dots += c == '.';
    }
    CHECK(dots == 2);
}

TEST_CASE("build_info names the version, the loops in use and the BLAS") {
    const std::string info = build_info();
    CHECK(info.starts_with("sevenfold " + version() + ", "));
    CHECK(info.find(std::string(simd::name(simd::level())) + " loops") != std::string::npos);
    CHECK(info.find("OpenBLAS ") != std::string::npos);

    const simd::Level level = simd::level();
    simd::set_level(simd::Level::baseline);
    CHECK(build_info().find("baseline loops") != std::string::npos);
    simd::set_level(level);
}
