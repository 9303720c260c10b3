// Exercise 8: out-of-bag answers
//
// Each member of a bagged ensemble was trained on a bag: n rows drawn from n with replacement, so that some are drawn twice and
// about 37 % not at all. For the rows that a bag lacks, its member is an honest judge: it has never seen them.
//
// The out-of-bag answer for a row is the mean of the answers of those members whose bag does not hold the row:
//
//     answer[i] = mean of answers[b, i] over all b with i not in bags[b]
//
// A row that is in every bag has no honest answer: give NaN for it (std::numeric_limits<double>::quiet_NaN()), never a
// number that could be taken for an answer.
//
// You have answers (B, N), the answer of member b for row i in answers(b, i), and B bags, each a list of row numbers. You give
// an array (N). std::ranges::find(bag, i) == bag.end() says that i is not in a bag.
//
// Source: Breiman 1996, "Out-of-bag estimation". In the library: ensemble/bagging.cpp.
#include <algorithm>
#include <limits>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> out_of_bag_means(const Array<double>& answers, const std::vector<Rows>& bags) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
