#include "stumps.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace bench {
namespace {

struct Column {
    std::vector<double> values;
    std::vector<std::uint32_t> order;  // of the rows, by value
    std::vector<char> cut;             // 1 where the value changes behind this place
};

Column sorted_column(const double* X, std::size_t rows, std::size_t columns, std::size_t j) {
    Column c{std::vector<double>(rows), std::vector<std::uint32_t>(rows), std::vector<char>(rows)};
    for (std::size_t i = 0; i < rows; ++i) c.values[i] = X[i * columns + j];
    std::iota(c.order.begin(), c.order.end(), 0u);
    std::sort(c.order.begin(), c.order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return c.values[a] < c.values[b]; });
    for (std::size_t i = 0; i + 1 < rows; ++i) c.cut[i] = c.values[c.order[i]] != c.values[c.order[i + 1]];
    return c;
}

}  // namespace

void BoostedStumps::fit(const double* X, const double* y, std::size_t rows, std::size_t columns, std::size_t rounds) {
    columns_ = columns;
    stumps_.clear();
    std::vector<Column> table;
    for (std::size_t j = 0; j < columns; ++j) table.push_back(sorted_column(X, rows, columns, j));
    std::vector<double> weights(rows, 1.0 / static_cast<double>(rows)), by_class(rows);
    for (std::size_t t = 0; t < rounds; ++t) {
        double all = 0;
        for (std::size_t i = 0; i < rows; ++i) all += by_class[i] = y[i] > 0 ? weights[i] : -weights[i];
        // With s = Σ over rows above the threshold, the stump's error is (1 − |2 s − all|) / 2.
        double edge = -1, above_edge = 0;
        std::size_t column = 0, place = 0;
        for (std::size_t j = 0; j < columns; ++j) {
            double below = 0;
            for (std::size_t i = 0; i + 1 < rows; ++i) {
                below += by_class[table[j].order[i]];
                const double above = all - 2 * below;
                if (table[j].cut[i] && std::fabs(above) > edge) {
                    edge = std::fabs(above);
                    above_edge = above;
                    column = j;
                    place = i;
                }
            }
        }
        const Column& c = table[column];
        const double threshold = 0.5 * (c.values[c.order[place]] + c.values[c.order[place + 1]]);
        const double error = 0.5 * (1 - edge), vote = std::log((1 - error) / error), raise = (1 - error) / error;
        double sum = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            const bool says_one = (c.values[i] > threshold) == (above_edge > 0);
            if (says_one != (y[i] > 0)) weights[i] *= raise;
            sum += weights[i];
        }
        for (double& w : weights) w /= sum;
        stumps_.push_back({column, threshold, above_edge > 0 ? vote : -vote});
    }
}

std::vector<double> BoostedStumps::predict(const double* X, std::size_t rows) const {
    std::vector<double> answers(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        double votes = 0;
        for (const Stump& s : stumps_) votes += X[i * columns_ + s.column] > s.threshold ? s.vote : -s.vote;
        answers[i] = votes > 0;
    }
    return answers;
}

}  // namespace bench
