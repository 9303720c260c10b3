// A solution of exercise 8.
// In C++, 0.0 / 0.0 is NaN already; saying so is clearer.
#include <algorithm>
#include <limits>

#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> out_of_bag_means(const Array<double>& answers, const std::vector<Rows>& bags) {
    const std::size_t rows = answers.shape(1);
    Array<double> means(Shape{rows});
    for (std::size_t i = 0; i < rows; ++i) {
        double total = 0, asked = 0;
        for (std::size_t b = 0; b < bags.size(); ++b) {
            if (std::ranges::find(bags[b], i) != bags[b].end()) continue;
            total += answers(b, i);
            ++asked;
        }
        means(i) = asked == 0 ? std::numeric_limits<double>::quiet_NaN() : total / asked;
    }
    return means;
}

}  // namespace exercise
