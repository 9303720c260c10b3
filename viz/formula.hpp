// An op's formula and rule with the real numbers in them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sevenfold/autograd/op.hpp"

namespace sevenfold::viz {

/// What an op's text calls its inputs, from the left sides of its rule: "da = dy · b, db = dy · a" says a and b.
std::vector<std::string> letters(const OpText& text, std::size_t inputs);

/// `formula` with each name replaced by its number; negative ones in parentheses.
std::string substituted(std::string_view formula, const std::map<std::string, double>& numbers);

/// The parts of a rule: "da = dy · b, db = dy · a" gives {"a": "dy · b", "b": "dy · a"}.
std::map<std::string, std::string> right_sides(std::string_view rule);

/// Whether the op's text speaks of single entries, so that an entry's numbers can be put into it.
bool is_elementwise(std::string_view op);

}  // namespace sevenfold::viz
