#!/usr/bin/env python3
"""embed.py OUTPUT NAME=FILE...: writes a C++ source that holds the files, for viz/assets.hpp."""
import sys

PIECE = 8000  # bytes in a literal: well under what compilers promise to take


def literal(data):
    out = []
    for byte in data:
        char = chr(byte)
        if char in '"\\?':
            out.append("\\" + char)
        elif 32 <= byte < 127:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


output, files = sys.argv[1], [argument.split("=", 1) for argument in sys.argv[2:]]
with open(output, "w", encoding="ascii") as out:
    out.write('#include "sevenfold/viz/assets.hpp"\n\nnamespace sevenfold::viz {\nnamespace {\n\n')
    for i, (name, path) in enumerate(files):
        with open(path, "rb") as file:
            data = file.read()
        pieces = ",\n    ".join(literal(data[at:at + PIECE]) for at in range(0, len(data), PIECE))
        out.write(f"constexpr std::string_view pieces_{i}[] = {{\n    {pieces}}};\n")
    out.write("constexpr Asset all[] = {\n")
    for i, (name, path) in enumerate(files):
        out.write(f'    {{"{name}", pieces_{i}}},\n')
    out.write("};\n\n}  // namespace\n\nstd::span<const Asset> assets() { return all; }\n\n}  // namespace sevenfold::viz\n")
