// op_reference              prints the reference of all ops, as Markdown
// op_reference --check FILE fails if FILE is not that
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/ops/register.hpp"

namespace {

using sevenfold::text;

/// Fit for a table's cell: a bar would end it.
std::string cell(std::string_view words, bool code) {
    std::string out;
    for (char c : words) out += c == '|' ? std::string("\\|") : std::string(1, c);
    return code && !out.empty() ? text('`', out, '`') : out;
}

std::string reference() {
    std::string out =
        "# The ops\n\n"
        "Made from the ops' own declarations by `build/tools/op_reference`; the same texts stand in `print(tape)`.\n\n"
        "`y` is the op's result; `dy` is the gradient of the loss with respect to it, `dx` the one with respect to the "
        "input\n"
        "`x` (`da` to `a`, and so on). `[condition]` is 1 where the condition holds and 0 elsewhere, `σ` the sigmoid. "
        "Where an\n"
        "input was broadcast, its gradient is summed back to its shape. How each op is called stands in "
        "`autograd/ops.hpp`.\n";
    for (const sevenfold::ops::OpGroup& group : sevenfold::ops::op_register()) {
        out += text("\n## ", group.title, "\n\n| op | value | gradient | note |\n| --- | --- | --- | --- |\n");
        for (const sevenfold::OpText& op : group.ops)
            out += text("| ", cell(op.name, true), " | ", cell(op.formula, true), " | ", cell(op.rule, true), " | ",
                        cell(op.note, false), op.note.empty() ? "|\n" : " |\n");
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) {
        std::cout << reference();
        return 0;
    }
    if (argc != 3 || std::string_view(argv[1]) != "--check") {
        std::fprintf(stderr, "usage: op_reference [--check FILE]\n");
        return 2;
    }
    std::stringstream file;
    file << std::ifstream(argv[2]).rdbuf();
    if (file.str() == reference()) return 0;
    std::fprintf(stderr, "%s is not what the ops say now. Renew it:\n    build/tools/op_reference > docs/ops.md\n",
                 argv[2]);
    return 1;
}
