// Data of the workloads.
#pragma once

#include "sevenfold/data/dataset.hpp"

namespace bench {

/// Fashion-MNIST as (N, 1, 28, 28), the first `rows` of each part; noise of that shape where it is not installed.
sevenfold::Split<float> fashion_or_noise(std::size_t rows = 60000);

/// A table of two classes that no single column tells apart.
struct Table {
    sevenfold::Array<double> X;  ///< (N, 30)
    sevenfold::Array<double> y;  ///< (N,): 0 or 1
};
/// As scikit-learn's make_classification(n_features=30, n_informative=12, n_redundant=6, n_clusters_per_class=4,
/// class_sep=0.8, flip_y=0.03) describes it, after Guyon 2003: each class is four normal clouds of random covariance around
/// corners of a cube in twelve columns; six more columns mix these, twelve are noise; 3 % of the labels are drawn anew.
Table make_table(std::size_t rows, std::uint64_t seed = 42);

}  // namespace bench
