// The museum of wrong gradients: a page of exercises. Each shows a rule that is wrong, what gradient checking says of it,
// and a question; the right rule stays hidden until it is asked for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sevenfold/autograd/gradcheck.hpp"

namespace sevenfold::viz {

struct Exhibit {
    std::string name;                    ///< of the file that holds it
    std::string title, formula;          ///< "Mean for sum", "y = Σ x"
    std::string value, wrong, right;     ///< lines of code: what is computed, and the two rules
    std::string question, hint, answer;  ///< plain text
    GradcheckReport wrong_report, right_report;
};

/// Writes the page. Throws ValueError when there are no exhibits, when a wrong rule passed or a right one did not, and
/// FileError.
void museum(const std::vector<Exhibit>& exhibits, const std::filesystem::path& path);

}  // namespace sevenfold::viz
