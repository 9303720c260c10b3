#include "sevenfold/validation/split.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/dataset.hpp"

namespace sevenfold {
namespace {

// A stream of our own: weights drawn from the same seed have nothing to do with the folds.
constexpr std::uint64_t fold_stream = 0x666f6c64;

void check_folds(std::string_view where, std::size_t n, std::size_t k) {
    if (k < 2)
        fail<ValueError>(where, text(k, k == 1 ? " fold" : " folds"),
                         "there are at least 2: one is tested, the others train", "For a single split use hold_out.");
    if (k > n)
        fail<ValueError>(where, text(k, " folds of ", n, n == 1 ? " row" : " rows"),
                         "every fold tests at least one row", "Choose fewer folds.");
}

Rows in_order(std::size_t n) {
    Rows rows(n);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return rows;
}

// Folds from each row's fold number, through the rows in the order given.
Folds by_number(const Rows& order, const std::vector<std::size_t>& fold_of, std::size_t k) {
    Folds folds(k);
    for (const std::size_t row : order)
        for (std::size_t i = 0; i < k; ++i) (fold_of[row] == i ? folds[i].test : folds[i].train).push_back(row);
    return folds;
}

constexpr double largest_whole = 9'007'199'254'740'992;  // up to which doubles hold every whole number

std::vector<std::int64_t> classes_of(std::string_view where, const Array<double>& y) {
    if (y.rank() != 1) fail<ShapeError>(where, text("y ", y.shape()), "y is (N,): one class for each row");
    std::vector<std::int64_t> classes;
    for (const double c : y) {
        if (!(c >= 0 && c <= largest_whole) || c != std::floor(c))
            fail<ValueError>(where, text("class ", c), "classes are numbered 0, 1, ..", "For regression use k_fold.");
        classes.push_back(static_cast<std::int64_t>(c));
    }
    return classes;
}

Folds stratified(const Array<double>& y, std::size_t k, const Rows& order) {
    const std::vector<std::int64_t> classes = classes_of("stratified_k_fold", y);
    check_folds("stratified_k_fold", y.size(), k);
    std::map<std::int64_t, std::size_t> code_of;  // by first appearance
    std::vector<Rows> rows_of;                    // by code
    for (const std::size_t row : order) {
        const auto [at, is_new] = code_of.try_emplace(classes[row], rows_of.size());
        if (is_new) rows_of.emplace_back();
        rows_of[at->second].push_back(row);
    }
    if (rows_of.size() < 2)
        fail<ValueError>("stratified_k_fold", "a single class", "there are at least 2 to share out", "Use k_fold.");
    for (const auto& [c, code] : code_of)
        if (rows_of[code].size() < k)
            fail<ValueError>("stratified_k_fold",
                             text("class ", c, " with ", rows_of[code].size(), " rows in ", k, " folds"),
                             "every fold tests at least one row of every class", "Choose fewer folds, or k_fold.");

    // A class's sorted codes are one run of places; fold i gets as many of its rows as the run has places i, i + k, ..
    std::vector<std::size_t> fold_of(y.size());
    std::size_t first = 0;
    for (const Rows& rows : rows_of) {
        auto row = rows.begin();
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t place = first; place < first + rows.size(); ++place)
                if (place % k == i) fold_of[*row++] = i;
        first += rows.size();
    }
    return by_number(in_order(y.size()), fold_of, k);
}

// holdout on a data set whose only feature is the number of the row.
Folds held_out(std::size_t n, const std::vector<std::int64_t>& classes, double test_fraction, std::uint64_t seed) {
    Dataset<double> rows;
    rows.title = "hold_out";
    rows.features = Array<double>::arange(n).reshape({n, 1});
    if (!classes.empty()) {
        rows.labels = Labels(classes);
        rows.classes = static_cast<std::size_t>(*std::max_element(classes.begin(), classes.end())) + 1;
    }
    const auto numbers = [](const Dataset<double>& part) {
        Rows out;
        for (const double row : part.features) out.push_back(static_cast<std::size_t>(row));
        return out;
    };
    const Split<double> split = holdout(rows, test_fraction, seed, rows.has_labels());
    return {{numbers(split.train), numbers(split.test)}};
}

}  // namespace

Folds k_fold(const Rows& order, std::size_t k) {
    const std::size_t n = order.size();
    check_folds("k_fold", n, k);
    Rows sorted = order;
    std::sort(sorted.begin(), sorted.end());
    if (sorted != in_order(n))
        fail<ValueError>("k_fold", text("an order of ", n, " rows"), text("it holds each of 0..", n - 1, " once"));
    std::vector<std::size_t> fold_of(n);
    for (std::size_t i = 0, place = 0; i < k; ++i)
        for (std::size_t left = n / k + (i < n % k ? 1 : 0); left > 0; --left) fold_of[order[place++]] = i;
    return by_number(order, fold_of, k);
}

Folds k_fold(std::size_t n, std::size_t k) { return k_fold(in_order(n), k); }

Folds shuffled_k_fold(std::size_t n, std::size_t k, std::uint64_t seed) {
    return k_fold(Random(seed, fold_stream).permutation(n), k);
}

Folds repeated_k_fold(std::size_t n, std::size_t k, std::size_t repeats, std::uint64_t seed) {
    if (repeats == 0) fail<ValueError>("repeated_k_fold", "0 repeats", "there is at least one");
    Random random(seed, fold_stream);
    Folds all;
    for (std::size_t i = 0; i < repeats; ++i)
        for (Fold& fold : k_fold(random.permutation(n), k)) all.push_back(std::move(fold));
    return all;
}

Folds stratified_k_fold(const Array<double>& y, std::size_t k) { return stratified(y, k, in_order(y.size())); }

Folds stratified_k_fold(const Array<double>& y, std::size_t k, std::uint64_t seed) {
    return stratified(y, k, Random(seed, fold_stream).permutation(y.size()));
}

Folds leave_one_out(std::size_t n) { return k_fold(n, n); }

Folds hold_out(std::size_t n, double test_fraction, std::uint64_t seed) { return held_out(n, {}, test_fraction, seed); }

Folds hold_out(const Array<double>& y, double test_fraction, std::uint64_t seed) {
    const std::vector<std::int64_t> classes = classes_of("hold_out", y);
    if (classes.empty()) fail<ValueError>("hold_out", "no rows", "there is nothing to split");
    return held_out(y.size(), classes, test_fraction, seed);
}

}  // namespace sevenfold
