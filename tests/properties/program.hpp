// Random programs: a list of numbers (genes) is read as ops on inputs of any shape, each on what came before. Every list
// is a program, so a failing one can be cut down to the few ops that matter.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sevenfold/autograd/tape.hpp"

namespace properties {

using namespace sevenfold;

/// Which op, on which earlier value, with which other value or setting.
using Gene = std::array<std::uint16_t, 3>;

struct Program {
    std::vector<Shape> inputs;  ///< one to three
    std::vector<Gene> genes;
    std::uint64_t seed = 0;  ///< of the inputs' numbers and of constants

    /// Numbers for the inputs, away from 0.
    std::vector<Array<double>> numbers() const;
    /// One number that depends on what the ops made. Their names go into `ran`, if it is there.
    Variable<double> operator()(const std::vector<Variable<double>>& x, std::set<std::string>* ran = nullptr) const;
};

/// How many ops there are to choose from.
std::size_t op_count();

/// The shapes of the inputs and the ops, in the order in which they ran.
std::string describe(const Program& program);

}  // namespace properties
