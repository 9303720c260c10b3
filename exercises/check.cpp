#include "sevenfold/exercises/check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "sevenfold/autograd/diagnosis.hpp"

namespace exercise {
namespace {

constexpr double tolerance = 1e-9;
constexpr std::size_t shown = 6;  // entries of an array that is wrong

struct Unfilled {
    std::string file;
    int line;
};
struct Wrong {};

bool close(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance * (1 + std::abs(b));
}

bool close(const Array<double>& a, const Array<double>& b) {
    return a.shape() == b.shape() &&
           std::equal(a.begin(), a.end(), b.begin(), [](double u, double v) { return close(u, v); });
}

std::string position(std::size_t flat, const Shape& shape) {
    std::string out;
    for (std::size_t axis = shape.rank(); axis-- > 0; flat /= shape[axis])
        out = std::to_string(flat % shape[axis]) + (out.empty() ? "" : ", ") + out;
    return "(" + out + ")";
}

// What the numbers alone tell, where no mistake is known that leads to them.
std::string pattern(const Array<double>& arrived, const Array<double>& expected) {
    const bool finite = std::ranges::all_of(expected, [](double x) { return std::isfinite(x); });
    if (arrived.size() != expected.size() || !finite) return "";
    const Array<double> numbers = arrived.reshape(expected.shape());
    if (close(numbers, expected)) return "the numbers are right, their shape is not";
    return diagnose(numbers, expected, {tolerance, tolerance});
}

void show_differences(const Array<double>& arrived, const Array<double>& expected) {
    if (arrived.shape() != expected.shape()) {
        std::cout << "          expected: shape " << expected.shape().str() << "; arrived: shape "
                  << arrived.shape().str() << '\n';
        if (arrived.size() != expected.size()) return;
    }
    std::printf("          %-12s %14s %14s\n", "entry", "expected", "arrived");
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double e = expected.data()[i], a = arrived.data()[i];
        if (close(a, e)) continue;
        if (++wrong <= shown)
            std::printf("          %-12s %14.8g %14.8g\n", position(i, expected.shape()).c_str(), e, a);
    }
    std::printf("          %zu of %zu entries differ\n", wrong, expected.size());
    std::fflush(stdout);
}

[[noreturn]] void end_wrong(const std::string& mistake, std::string_view title = "Likely mistake") {
    const bool question = mistake.ends_with('?');
    if (!mistake.empty()) std::cout << "\n  " << title << ": " << mistake << (question ? "\n" : ".\n");
    throw Wrong();
}

}  // namespace

void not_filled_in(const char* file, int line) { throw Unfilled{file, line}; }

void Check::equal(const std::string& what, const Array<double>& arrived, const Array<double>& expected,
                  const std::vector<Mistake>& mistakes) {
    if (close(arrived, expected)) return holds(what, true, "");
    std::cout << "  WRONG   " << what << '\n';
    show_differences(arrived, expected);
    for (const Mistake& mistake : mistakes)
        if (close(arrived, mistake.gives)) end_wrong(mistake.words);
    end_wrong(pattern(arrived, expected), "What the numbers tell");
}

void Check::holds(const std::string& what, bool right, const std::string& words, const std::string& mistake) {
    if (!right) {
        std::cout << "  WRONG   " << what << "\n          " << words << '\n';
        end_wrong(mistake);
    }
    std::cout << "  right   " << what << '\n';
    ++passed_;
}

}  // namespace exercise

int main() {
    using namespace exercise;
    std::cout << "Exercise " << this_exercise.number << ": " << this_exercise.title << "\n\n";
    Check check;
    try {
        run(check);
        std::cout << "\nAll " << check.passed() << " checks hold. Well done!\n";
        if (this_exercise.number < 10) std::cout << "Next: exercises/try " << this_exercise.number + 1 << '\n';
        return 0;
    } catch (const Unfilled& hole) {
        std::cout << "  Not filled in yet: line " << hole.line << " of exercises/"
                  << hole.file.substr(hole.file.rfind('/') + 1)
                  << " waits for you.\n  Write your lines there, and try again: exercises/try " << this_exercise.number
                  << '\n';
    } catch (const Wrong&) {
        std::cout << "\n"
                  << check.passed() << " checks held before this one. Change exercises/" << this_exercise.file
                  << " and try again: exercises/try " << this_exercise.number << '\n';
    } catch (const std::exception& error) {
        std::cout << "  WRONG   your code was stopped by this message:\n          " << error.what() << '\n';
    }
    return 1;
}
