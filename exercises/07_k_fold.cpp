// Exercise 7: k folds
//
// Cross-validation cuts n rows into k blocks. Each block is tested once, by a model that was trained on all other rows. So
// every row is tested exactly once, and never by a model that has seen it.
//
// If k does not divide n, some blocks have one row more: the first n mod k of them. The blocks are in the order of the rows:
//
//     n = 10, k = 3:   test 0 1 2 3 | 4 5 6 | 7 8 9
//
// You have n and k (2 ≤ k ≤ n) and give a list of k folds. A Fold has two lists of row numbers, fold.train and fold.test;
// push_back adds to a list.
//
// Source: Stone 1974, "Cross-validatory choice and assessment of statistical predictions". In the library:
// validation/split.cpp.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Folds blocks_of_rows(std::size_t n, std::size_t k) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
