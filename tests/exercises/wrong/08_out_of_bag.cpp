// A wrong answer that many would give first: the check must name the mistake.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Array<double> out_of_bag_means(const Array<double>& answers, const std::vector<Rows>& bags) {
    return mean(Variable<double>(answers), {0}).value();
}

}  // namespace exercise
