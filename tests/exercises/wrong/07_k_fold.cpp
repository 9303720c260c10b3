// A wrong answer that many would give first: the check must name the mistake.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Folds blocks_of_rows(std::size_t n, std::size_t k) {
    Folds folds(k);
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t row = 0; row < n; ++row) {
            const bool tested = row / (n / k) == i;
            (tested ? folds[i].test : folds[i].train).push_back(row);
        }
    return folds;
}

}  // namespace exercise
