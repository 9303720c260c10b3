// tape_diff A B [TOLERANCE]: names the first op where two tapes part that --record has written. Ends with 0 if none does.
#include <charconv>
#include <cstring>
#include <iostream>

#include "sevenfold/viz/tape_record.hpp"

using namespace sevenfold;

int main(int argc, char** argv) {
    double tolerance = 0;
    const bool read = argc < 4 || std::from_chars(argv[3], argv[3] + std::strlen(argv[3]), tolerance).ec == std::errc();
    const bool help = argc == 2 && std::string_view(argv[1]) == "--help";
    if (argc < 3 || argc > 4 || !read || !(tolerance >= 0)) {
        (help ? std::cout : std::cerr)
            << "usage: tape_diff A B [TOLERANCE]\nTOLERANCE 0, the default: any other bit is a difference.\n";
        return help ? 0 : 2;
    }
    try {
        const viz::TapeRecord a = viz::load_tape(argv[1]), b = viz::load_tape(argv[2]);
        const auto found = viz::diff(a, b, tolerance);
        std::cout << (found ? found->text : text("The tapes do not part in any of their ", a.size(), " steps"))
                  << ".\n";
        return found ? 1 : 0;
    } catch (const Error& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
