#!/usr/bin/env python3
"""embed.py OUTPUT NAMESPACE::FUNCTION NAME=FILE...: writes a C++ source whose function gives the files; see viz/assets.hpp."""
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


output, (namespace, function) = sys.argv[1], sys.argv[2].rsplit("::", 1)
files = [argument.split("=", 1) for argument in sys.argv[3:]]
with open(output, "w", encoding="ascii") as out:
    out.write('#include "sevenfold/viz/assets.hpp"\n\n'
              f"namespace {namespace} {{\n\nstd::span<const sevenfold::viz::Asset> {function}();\n\nnamespace {{\n\n")
    for i, (name, path) in enumerate(files):
        with open(path, "rb") as file:
            data = file.read()
        pieces = ",\n    ".join(literal(data[at:at + PIECE]) for at in range(0, len(data), PIECE))
        out.write(f"constexpr std::string_view pieces_{i}[] = {{\n    {pieces}}};\n")
    out.write("constexpr sevenfold::viz::Asset all[] = {\n")
    for i, (name, path) in enumerate(files):
        out.write(f'    {{"{name}", pieces_{i}}},\n')
    out.write(f"}};\n\n}}  // namespace\n\nstd::span<const sevenfold::viz::Asset> {function}() {{ return all; }}\n\n"
              f"}}  // namespace {namespace}\n")
