#include "sevenfold/data/dataset.hpp"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "sevenfold/autograd/random.hpp"

namespace sevenfold {
namespace {

// Streams of our own: weights drawn from the same seed have nothing to do with the split or the order.
constexpr std::uint64_t split_stream = 0x73706c6974, shuffle_stream = 0x73687566;

Shape row_shape(Shape shape) {
    shape.erase(0);
    return shape;
}

std::vector<std::size_t> rows_per_class(const Labels& labels, std::size_t classes) {
    std::vector<std::size_t> counts(classes);
    for (std::int64_t label : labels.flat()) ++counts[static_cast<std::size_t>(label)];
    return counts;
}

template <class T>
Split<T> split_by(const Dataset<T>& data, const std::vector<bool>& is_test) {
    std::vector<std::size_t> train, test;
    for (std::size_t i = 0; i < is_test.size(); ++i) (is_test[i] ? test : train).push_back(i);
    return {data.rows(train), data.rows(test)};
}

}  // namespace

template <class T>
void Dataset<T>::check() const {
    const auto wrong_shape = [&](const std::string& arrived, std::string_view rule) {
        fail<ShapeError>("dataset", text(title, ": ", arrived), rule);
    };
    if (features.rank() == 0) wrong_shape("features without rows", "features have the shape (N, ...)");
    if (has_labels() && labels.shape() != Shape{size()})
        wrong_shape(text("labels ", labels.shape(), " for features ", features.shape()), "every row has one label");
    if (has_targets() && targets.shape()[0] != size())
        wrong_shape(text("targets ", targets.shape(), " for features ", features.shape()), "every row has one target");
    if (!class_names.empty() && class_names.size() != classes)
        wrong_shape(text(class_names.size(), " names for ", classes, " classes"), "every class has one name");
    if (!has_labels()) return;
    for (std::int64_t label : labels.flat())
        if (label < 0 || static_cast<std::size_t>(label) >= classes)
            fail<IndexError>("dataset", text(title, ": label ", label, " with ", classes, " classes"),
                             "labels run from 0 to classes - 1");
}

template <class T>
Dataset<T> Dataset<T>::rows(std::span<const std::size_t> indices) const {
    Dataset out = *this;
    out.features = features.rows(indices);
    if (has_labels()) out.labels = labels.rows(indices);
    if (has_targets()) out.targets = targets.rows(indices);
    return out;
}

template <class T>
Dataset<T> Dataset<T>::flattened() const {
    Dataset out = *this;
    out.features = features.reshape({size(), row_shape(features.shape()).elements()});
    return out;
}

template <class T>
std::string Dataset<T>::describe() const {
    check();
    std::string out = text(title, title.empty() ? "" : ": ", size(), " rows of ", row_shape(features.shape()));
    if (has_targets()) out += text(", targets of ", row_shape(targets.shape()));
    if (has_labels()) {
        const std::vector<std::size_t> counts = rows_per_class(labels, classes);
        const auto [fewest, most] = std::minmax_element(counts.begin(), counts.end());
        out += text(", ", classes, " classes of ", *fewest);
        if (*fewest != *most) out += text(" to ", *most);
        out += " rows";
    }
    return out;
}

template <class T>
std::string Dataset<T>::fingerprint() const {
    uLong sum = crc32_z(0, nullptr, 0);
    const auto add = [&](const auto& array) {
        sum = crc32_z(sum, reinterpret_cast<const Bytef*>(array.data()), array.size() * sizeof(*array.data()));
    };
    add(features);
    add(labels);
    add(targets);
    char digits[20];
    std::snprintf(digits, sizeof digits, "%08lx", sum);
    return text(features.shape(), ' ', digits);
}

template <class T>
Split<T> holdout(const Dataset<T>& data, double test_fraction, std::uint64_t seed, bool stratified) {
    data.check();
    const std::size_t n = data.size();
    if (!(test_fraction > 0 && test_fraction < 1))
        fail<ValueError>("holdout", text("test_fraction ", test_fraction), "it lies between 0 and 1");
    if (stratified && !data.has_labels())
        fail<ValueError>("holdout", text(data.title, ": no classes"), "only labelled rows can be stratified",
                         "Leave `stratified` out for regression.");
    const auto tests = static_cast<std::size_t>(std::llround(test_fraction * static_cast<double>(n)));
    if (tests == 0 || tests == n)
        fail<ValueError>("holdout", text("test_fraction ", test_fraction, " of ", n, " rows"),
                         text("it leaves ", tests, " rows to test and ", n - tests, " to train"),
                         "Choose a fraction that leaves rows in both parts.");

    // Spreading the test rows evenly over a random order that is sorted by class gives every class its share.
    std::vector<std::size_t> order = Random(seed, split_stream).permutation(n);
    if (stratified)
        std::stable_sort(order.begin(), order.end(),
                         [labels = data.labels.flat()](std::size_t a, std::size_t b) { return labels[a] < labels[b]; });
    std::vector<bool> is_test(n);
    for (std::size_t i = 0; i < n; ++i) is_test[order[i]] = (i + 1) * tests / n > i * tests / n;
    return split_by(data, is_test);
}

template <class T>
Split<T> every_fifth(const Dataset<T>& data) {
    data.check();
    std::vector<bool> is_test(data.size());
    for (std::size_t i = 4; i < is_test.size(); i += 5) is_test[i] = true;
    return split_by(data, is_test);
}

template <class T>
Dataset<T> shuffled(const Dataset<T>& data, std::uint64_t seed) {
    data.check();
    return data.rows(Random(seed, shuffle_stream).permutation(data.size()));
}

template <class T>
Standardizer<T> Standardizer<T>::fit(const Array<T>& features) {
    if (features.rank() == 0 || features.shape()[0] == 0)
        fail<ShapeError>("standardize", text("features ", features.shape()), "at least one row is needed");
    return fit(features.shape()[0], row_shape(features.shape()), [&](const Piece& look) { look(features.flat()); });
}

template <class T>
Standardizer<T> Standardizer<T>::fit(std::size_t n, const Shape& shape, const std::function<void(const Piece&)>& each) {
    const std::size_t width = shape.elements();

    // In double and around the mean: the sum of squares would lose the digits of features far from 0.
    std::vector<double> mean(width), squares(width);
    each([&](std::span<const T> x) {
        for (std::size_t row = 0; row < x.size(); row += width)
            for (std::size_t j = 0; j < width; ++j) mean[j] += static_cast<double>(x[row + j]);
    });
    for (double& sum : mean) sum /= static_cast<double>(n);
    each([&](std::span<const T> x) {
        for (std::size_t row = 0; row < x.size(); row += width)
            for (std::size_t j = 0; j < width; ++j) {
                const double away = static_cast<double>(x[row + j]) - mean[j];
                squares[j] += away * away;
            }
    });

    Standardizer out{Array<T>(shape), Array<T>(shape)};
    for (std::size_t j = 0; j < width; ++j) {
        const double deviation = std::sqrt(squares[j] / static_cast<double>(n));
        // The rounding of the mean leaves a constant feature a deviation of some 1e-16 of its size.
        const bool constant = deviation <= 1e-12 * std::abs(mean[j]);
        out.mean.data()[j] = static_cast<T>(mean[j]);
        out.deviation.data()[j] = constant ? T{1} : static_cast<T>(deviation);
    }
    return out;
}

template <class T>
Array<T> Standardizer<T>::apply(const Array<T>& features) const {
    if (features.rank() == 0 || row_shape(features.shape()) != mean.shape())
        fail<ShapeError>("standardize", text("features ", features.shape(), " for a mean ", mean.shape()),
                         "rows have the shape they had when the mean was taken");
    Array<T> out = features;
    const T *m = mean.data(), *d = deviation.data();
    T* x = out.data();
    for (std::size_t row = 0, width = mean.size(); row < out.size(); row += width)
        for (std::size_t j = 0; j < width; ++j) x[row + j] = (x[row + j] - m[j]) / d[j];
    return out;
}

template <class T>
Standardizer<T> standardize(Split<T>& split) {
    const auto standardizer = Standardizer<T>::fit(split.train.features);
    split.train.features = standardizer.apply(split.train.features);
    split.test.features = standardizer.apply(split.test.features);
    return standardizer;
}

#define SEVENFOLD_INSTANTIATE(T)                                               \
    template struct Dataset<T>;                                                \
    template struct Standardizer<T>;                                           \
    template Split<T> holdout(const Dataset<T>&, double, std::uint64_t, bool); \
    template Split<T> every_fifth(const Dataset<T>&);                          \
    template Dataset<T> shuffled(const Dataset<T>&, std::uint64_t);            \
    template Standardizer<T> standardize(Split<T>&);
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)

}  // namespace sevenfold
