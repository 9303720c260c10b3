// A data set: rows of features with a label (classification) or a target (regression) each, and what is done to it
// before training: shuffle, split, standardize.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sevenfold/autograd/archive.hpp"

namespace sevenfold {

/// Plain values; rows run along axis 0 of every array. T is float or double.
template <class T = float>
struct Dataset {
    std::string title;
    Array<T> features;                       ///< (N, ...)
    Labels labels;                           ///< (N,), each in 0..classes-1; only when classes > 0
    Array<T> targets;                        ///< (N, ...); only when classes == 0, and not needed even then
    std::size_t classes = 0;                 ///< 0: regression
    std::vector<std::string> class_names;    ///< none or one for each class
    std::vector<std::string> feature_names;  ///< none or one for each column of (N, columns)

    std::size_t size() const { return features.rank() == 0 ? 0 : features.shape()[0]; }
    bool has_labels() const { return classes > 0; }
    bool has_targets() const { return !has_labels() && targets.rank() > 0; }

    /// Throws ShapeError or IndexError, with the title in its text, when the parts do not fit each other.
    void check() const;
    /// The rows named, in that order; one may be named many times. Throws IndexError.
    Dataset rows(std::span<const std::size_t> indices) const;
    /// One row of features flat: (N, 8, 8) becomes (N, 64).
    Dataset flattened() const;
    /// "digits: 1797 rows of (8, 8), 10 classes of 174 to 183 rows"
    std::string describe() const;
    /// Tells the set from another one: the shape, and a checksum of all numbers.
    std::string fingerprint() const;
};

template <class T = float>
struct Split {
    Dataset<T> train, test;
};

/// Puts round(test_fraction * N) rows, chosen at random, into the test part; both parts keep the order of the rows.
/// `stratified`: every class has the same share in both parts, up to less than one row. Throws ValueError when the
/// fraction is not between 0 and 1, leaves a part empty, or when a stratified set has no classes.
template <class T>
Split<T> holdout(const Dataset<T>& data, double test_fraction, std::uint64_t seed, bool stratified = false);

/// The split that is easy to reproduce anywhere: row i is a test row if i % 5 == 4.
template <class T>
Split<T> every_fifth(const Dataset<T>& data);

/// The same rows in a random order.
template <class T>
Dataset<T> shuffled(const Dataset<T>& data, std::uint64_t seed);

/// Mean 0 and deviation 1 for every feature: (x - mean) / deviation.
template <class T = float>
struct Standardizer {
    Array<T> mean;       ///< the shape of one row
    Array<T> deviation;  ///< the same; over N, not N - 1. 1 where a feature is constant, which then becomes 0

    void carry(Archive& archive) { archive(mean, deviation); }

    /// Measures features (N, ...). Throws ShapeError when there are no rows.
    static Standardizer fit(const Array<T>& features);
    /// The same for `rows` rows of a shape that come in pieces of whole rows: `each` hands all of them to what it is given,
    /// in order. It is called twice.
    using Piece = std::function<void(std::span<const T>)>;
    static Standardizer fit(std::size_t rows, const Shape& row, const std::function<void(const Piece&)>& each);
    /// Features (N, ...) standardized; any N. Throws ShapeError.
    Array<T> apply(const Array<T>& features) const;
};

/// Measures the training part only, and standardizes both by it: the test part must not be looked at beforehand.
template <class T>
Standardizer<T> standardize(Split<T>& split);

}  // namespace sevenfold
