#!/bin/sh
# test_install.sh SOURCE BUILD LIBDIR: installs into a folder of its own, then builds and runs small programs against it
# as a user would: with pkg-config and with CMake, with the shared library and with the static one.
set -eu
source=$1 build=$2 libdir=$3
here=$source/tests/install
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }
unset CPATH CPLUS_INCLUDE_PATH LIBRARY_PATH CXXFLAGS LDFLAGS

meson install -C "$build" --no-rebuild --destdir "$place" --quiet >/dev/null
prefix=$(dirname "$(find "$place" -type d -path '*/include/sevenfold' | sed 's,/sevenfold$,,')")
export PKG_CONFIG_PATH="$prefix/$libdir/pkgconfig"
cd "$place"

# Every installed header is in the umbrella (but for what not everyone has, xtensor and MPI), and compiles alone.
cd "$prefix/include"
find sevenfold -name '*.hpp' ! -name sevenfold.hpp | sort >"$place/headers"
while read -r header; do
    [ "$header" = sevenfold/autograd/xtensor.hpp ] || [ "$header" = sevenfold/distributed/session.hpp ] || grep -qF "#include \"$header\"" sevenfold/sevenfold.hpp ||
        fail "sevenfold.hpp does not include $header"
done <"$place/headers"
cd "$place"
xargs -P "$(nproc)" -I {} sh -c 'echo "#include <{}>" | g++ -std=c++20 -fsyntax-only -x c++ $(pkg-config --cflags sevenfold) -' \
    <headers || fail 'a header does not compile alone'

# The README's program, word for word.
awk '/^```cpp/ {on = 1; next} /^```/ {if (on) exit} on' "$source/README.md" >readme.cpp

with_pkg_config() {  # with_pkg_config SOURCE [--static]
    g++ -std=c++20 "$1" $(pkg-config ${2:-} --cflags --libs sevenfold) -o program
    LD_LIBRARY_PATH="$prefix/$libdir" ./program || fail "$1, built with pkg-config ${2:-}"
}
with_mpi() {
    g++ -std=c++20 "$here/ranks.cpp" $(pkg-config --cflags --libs sevenfold-distributed) -o program
    LD_LIBRARY_PATH="$prefix/$libdir" ./program | grep -x 'rank 0 of 1' >/dev/null || fail 'ranks.cpp, alone'
    LD_LIBRARY_PATH="$prefix/$libdir" OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
        mpirun --oversubscribe -n 2 ./program | grep -x 'rank 1 of 2' >/dev/null || fail 'ranks.cpp, under mpirun'
}
with_cmake() {
    rm -rf cmake-build
    cmake -G Ninja -S "$here" -B cmake-build -DCMAKE_PREFIX_PATH="$prefix" >cmake.log 2>&1 &&
        cmake --build cmake-build >>cmake.log 2>&1 || { cat cmake.log; fail 'the build with CMake'; }
    cmake-build/program || fail 'main.cpp, built with CMake'
}

if [ -e "$prefix/$libdir/libsevenfold.so" ]; then
    with_pkg_config "$here/main.cpp"
    with_pkg_config readme.cpp
    with_cmake
    [ ! -e "$prefix/$libdir/libsevenfold-distributed.so" ] || with_mpi
    rm "$prefix/$libdir"/libsevenfold.so*
fi
if [ -e "$prefix/$libdir/libsevenfold.a" ]; then
    with_pkg_config "$here/main.cpp" --static
    with_cmake
fi
