// The museum of wrong gradients: rules that look right, are wrong, and are caught by gradient checking.
//
// Each exhibit is a file: what the op computes, a wrong rule, the right one, and a question. The page shows the files'
// own lines.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sevenfold/autograd/gradcheck.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/viz/museum.hpp"

namespace museum {

using namespace sevenfold;
using Matrix = Array<double>;
using D = Variable<double>;
using Inputs = std::vector<D>;
using Step = Pullback<double>;  ///< what a rule sees: dy, saved inputs, and add() for what it hands to them

struct Exhibit {
    std::string title, formula, question, hint, answer;
    Inputs inputs;  ///< leaves with names
    GradcheckFunction wrong, right;
    int order = 1;       ///< up to which gradients are checked
    std::string name{};  ///< of its file, without ".cpp"
};

/// An op made of two functions: its value, from constants, and its rule, which may read all inputs.
GradcheckFunction op(std::function<D(const Inputs&)> value, std::function<void(Step&)> rule);

/// All of them, simple ones first.
std::vector<Exhibit> exhibits();

/// The lines of an exhibit's file that stand between "// ---- PART" and the next such line, without the blank lines
/// around them: "value", "wrong" or "right".
std::string lines_of(const Exhibit& exhibit, std::string_view part);

/// Checks both rules, and adds the lines of the file: what the page shows.
viz::Exhibit checked(const Exhibit& exhibit);

// One function for each file.
Exhibit all_ties();
Exhibit batch_norm_mean();
Exhibit detached_gate();
Exhibit dropout_scale();
Exhibit first_row();
Exhibit mask_of_result();
Exhibit mean_for_sum();
Exhibit missing_division();
Exhibit missing_two();
Exhibit once_differentiable();
Exhibit overwritten();
Exhibit repeated_index();
Exhibit running_sum();
Exhibit softmax_axis();
Exhibit stale_value();
Exhibit transposed_weight();
Exhibit wrong_sign();
Exhibit x_for_y();

}  // namespace museum
