// A solution of exercise 7.
// The sizes add up to k · (n / k) + n mod k, which is n.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Folds blocks_of_rows(std::size_t n, std::size_t k) {
    Folds folds(k);
    std::size_t first = 0;
    for (std::size_t i = 0; i < k; ++i) {
        const std::size_t end = first + n / k + (i < n % k ? 1 : 0);
        for (std::size_t row = 0; row < n; ++row)
            (row >= first && row < end ? folds[i].test : folds[i].train).push_back(row);
        first = end;
    }
    return folds;
}

}  // namespace exercise
