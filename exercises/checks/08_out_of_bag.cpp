#include <algorithm>
#include <limits>

#include "sevenfold/exercises/check.hpp"

namespace exercise {
namespace {

// Σ answers / count over the members that `counts` for a row.
template <class Counts>
Array<double> means(const Array<double>& answers, double nobody, const Counts& counts) {
    const std::size_t members = answers.shape(0), rows = answers.shape(1);
    Array<double> out(Shape{rows});
    for (std::size_t row = 0; row < rows; ++row) {
        double total = 0, count = 0;
        for (std::size_t b = 0; b < members; ++b) {
            const double weight = counts(b, row);
            total += weight * answers(b, row);
            count += weight;
        }
        out(row) = count == 0 ? nobody : total / count;
    }
    return out;
}

}  // namespace

const Exercise this_exercise{8, "08_out_of_bag.cpp", "out-of-bag answers"};

void run(Check& check) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    const auto compare = [&](const std::string& name, std::size_t rows, const std::vector<Rows>& bags) {
        Array<double> answers(Shape{bags.size(), rows});
        for (std::size_t i = 0; i < answers.size(); ++i) answers.data()[i] = static_cast<double>(i * i % 17) + 1;
        const auto drawn = [&](std::size_t b, std::size_t row) {
            return static_cast<double>(std::ranges::count(bags[b], row));
        };
        const auto outside = [&](std::size_t b, std::size_t row) { return drawn(b, row) == 0 ? 1.0 : 0.0; };
        const Array<double> expected = means(answers, none, outside);
        Array<double> by_all = expected;
        for (std::size_t row = 0; row < rows; ++row) {
            double total = 0;
            for (std::size_t b = 0; b < bags.size(); ++b) total += outside(b, row) * answers(b, row);
            by_all(row) = total / static_cast<double>(bags.size());
        }
        check.equal(name, out_of_bag_means(answers, bags), expected,
                    {{"all members were asked, also those that have learned the row by heart",
                      means(answers, none, [](std::size_t, std::size_t) { return 1.0; })},
                     {"the members that have seen the row were asked; ask the others",
                      means(answers, none, [&](std::size_t b, std::size_t row) { return 1 - outside(b, row); })},
                     {"the sum is divided by the number of all members; divide by that of those asked", by_all},
                     {"a row in every bag has no honest answer: NaN, not 0", means(answers, 0, outside)}});
    };
    compare("3 members, 4 rows", 4, {{0, 0, 1, 2}, {1, 1, 3, 3}, {2, 3, 0, 2}});
    compare("a row that is in every bag", 3, {{0, 1, 1}, {0, 2, 2}});
    compare("20 members, 12 rows, bags drawn at random", 12, bootstrap_bags(12, 20, 1));
}

}  // namespace exercise
