// The floor of AdaBoost with stumps on two classes: every column sorted once, then one pass over each column and round.
#pragma once

#include <cstddef>
#include <vector>

namespace bench {

class BoostedStumps {
  public:
    /// X (rows, columns) row by row, y (rows): 0 or 1.
    void fit(const double* X, const double* y, std::size_t rows, std::size_t columns, std::size_t rounds);
    std::vector<double> predict(const double* X, std::size_t rows) const;

  private:
    struct Stump {
        std::size_t column;
        double threshold, vote;  // for class 1 above the threshold, against it below
    };
    std::size_t columns_ = 0;
    std::vector<Stump> stumps_;
};

}  // namespace bench
