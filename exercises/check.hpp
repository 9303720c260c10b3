// What the checks of all exercises share: comparing entry by entry, and saying what is wrong as gradient checking does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

/// What comes out if a well-known mistake is made.
struct Mistake {
    std::string words;  ///< "the mean was taken in place of the sum"
    Array<double> gives;
};

class Check {
  public:
    /// Both arrays have one shape and equal entries, to within 1e-9 (absolute and relative). Else it prints the entries that
    /// differ and the likely mistake, and ends the check: an error further on mostly follows from the first one.
    void equal(const std::string& what, const Array<double>& arrived, const Array<double>& expected,
               const std::vector<Mistake>& mistakes = {});
    /// The same for what cannot be shown as numbers side by side; `words` say what is wrong.
    void holds(const std::string& what, bool right, const std::string& words, const std::string& mistake = {});
    std::size_t passed() const { return passed_; }

  private:
    std::size_t passed_ = 0;
};

/// A list of numbers to compare.
template <class Numbers>
Array<double> as_array(const Numbers& numbers) {
    return Array<double>(std::vector<double>(numbers.begin(), numbers.end()));
}

// Each file of checks/ defines these two.

struct Exercise {
    std::size_t number;
    std::string_view file, title;
};
extern const Exercise this_exercise;
void run(Check& check);

}  // namespace exercise
