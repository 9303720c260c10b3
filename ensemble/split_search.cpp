#include "sevenfold/ensemble/split_search.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold {
namespace {

std::size_t total_repeats(const NodeLists& node, const std::uint32_t* first, const std::uint32_t* last) {
    std::size_t sum = 0;
    for (; first != last; ++first) sum += node.repeats[*first];
    return sum;
}

struct Fraction {
    double num, den;
};

// A side of less than this share of the weight is rounding: W₀ − W of running sums may come out as 0, or below.
constexpr double lightest = 1e-14;

// (A − W A₀ / W₀)² / (W (W₀ − W))
struct MeanGain {
    double weight, mean;  // W₀, A₀ / W₀
    SEVENFOLD_INLINE Fraction operator()(double w, double a) const {
        const double d = a - w * mean;
        const double sides = w * (weight - w), least = lightest * weight * weight;
        return {d * d, sides > least ? sides : least};
    }
};

// |A − A₀ / 2|
struct Distance {
    double half;
    SEVENFOLD_INLINE Fraction operator()(double, double a) const { return {std::abs(a - half), 1}; }
};

// A column goes by in blocks of rows: first the running sums, then all gains of the block at once, in vectors.
constexpr std::size_t block = 256;

struct Sums {
    double weight[block], target[block];
};

template <class Gain>
bool any_better(const Sums& sums, std::size_t n, const Gain& gain, double num, double den) {
    std::size_t better = 0;
    const auto look = [&sums, &better, n, gain, num, den]() SEVENFOLD_INLINE {
        std::size_t count = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const Fraction f = gain(sums.weight[i], sums.target[i]);
            count += f.num * den > num * f.den;
        }
        better = count;
    };
    simd::run(look);
    return better > 0;
}

// Best split by a fraction num / den of running sums. Fractions are compared crosswise, without a division. Few blocks hold
// a new best; only these are gone through row by row, and what is costly to look up is looked up there.
template <class Read, class Gain>
NodeSplit search(const NodeLists& node, std::span<const std::size_t> features, const Read& read, const Gain& gain) {
    NodeSplit best;
    Sums sums;
    for (const std::size_t feature : features) {
        const std::uint32_t* const list = node.list(feature);
        Fraction most{best.gain, 1};  // what other columns have found is to be beaten
        std::size_t at = NodeSplit::none;
        WeightedTarget sum{};
        for (std::size_t begin = 0; begin + 1 < node.count; begin += block) {
            const std::size_t n = std::min(block, node.count - 1 - begin);
            for (std::size_t i = 0; i < n; ++i) {
                const WeightedTarget row = read(list[begin + i]);
                sums.weight[i] = sum.weight += row.weight;
                sums.target[i] = sum.target += row.target;
            }
            if (!any_better(sums, n, gain, most.num, most.den)) continue;
            for (std::size_t i = 0; i < n; ++i) {
                const Fraction f = gain(sums.weight[i], sums.target[i]);
                if (f.num * most.den > most.num * f.den && node.can_split(feature, begin + i)) most = f, at = begin + i;
            }
        }
        if (at != NodeSplit::none) best = node.split(feature, at, most.num / most.den);
    }
    return best;
}

struct ReadSigned {
    const double* rows;
    SEVENFOLD_INLINE WeightedTarget operator()(std::uint32_t i) const { return {std::abs(rows[i]), rows[i]}; }
};

struct ReadPair {
    const WeightedTarget* rows;
    SEVENFOLD_INLINE WeightedTarget operator()(std::uint32_t i) const { return rows[i]; }
};

template <class Read>
WeightedTarget total(const NodeLists& node, const Read& read) {
    WeightedTarget sums{};
    for (std::size_t i = 0; i < node.count; ++i) {
        const WeightedTarget row = read(node.rows[i]);
        sums.weight += row.weight;
        sums.target += row.target;
    }
    return sums;
}

// Σ_k f(w_k) of a side, kept up to date as rows enter and leave; the purity of the side is made of it.
struct Gini {
    static double f(double w) { return w * w; }
    static double purity(double sum, double weight) { return sum / weight; }
};
struct Entropy {
    static double f(double w) { return w > 0 ? w * std::log(w) : 0; }
    static double purity(double sum, double weight) { return sum - f(weight); }
};

template <class C>
NodeSplit search_classes(const NodeLists& node, std::span<const std::size_t> features, const WeightedClass* rows,
                         std::size_t classes) {
    struct Side {
        std::vector<double> weight, f;  // by class
        double total = 0, sum = 0;
        explicit Side(std::size_t n) : weight(n), f(n) {}
        void add(std::size_t k, double w) {
            weight[k] = std::max(0.0, weight[k] + w);
            const double now = C::f(weight[k]);
            sum += now - f[k];
            f[k] = now;
            total += w;
        }
    };
    Side all(classes);
    for (std::size_t i = 0; i < node.count; ++i) all.add(rows[node.rows[i]].label, rows[node.rows[i]].weight);
    const auto purity = [least = lightest * all.total](const Side& side) {
        return side.total > least ? C::purity(side.sum, side.total) : 0;
    };
    const double before = purity(all);
    NodeSplit best;
    for (const std::size_t f : features) {
        Side left(classes), right = all;
        const std::uint32_t* const list = node.list(f);
        for (std::size_t i = 0; i + 1 < node.count; ++i) {
            const WeightedClass& row = rows[list[i]];
            left.add(row.label, row.weight);
            right.add(row.label, -row.weight);
            const double gain = std::max(0.0, purity(left) + purity(right) - before);
            if (gain > best.gain && node.can_split(f, i)) best = node.split(f, i, gain);
        }
    }
    return best;
}

}  // namespace

bool NodeLists::can_split(std::size_t f, std::size_t i) const {
    const std::uint32_t* const at = list(f);
    if (columns->values(f)[at[i]] == columns->values(f)[at[i + 1]]) return false;
    // Every row counts at least once, so only a short side has to be counted.
    if (i + 1 < min_leaf && total_repeats(*this, at, at + i + 1) < min_leaf) return false;
    return count - i - 1 >= min_leaf || total_repeats(*this, at + i + 1, at + count) >= min_leaf;
}

NodeSplit NodeLists::split(std::size_t f, std::size_t i, double gain) const {
    const double below = columns->values(f)[list(f)[i]], above = columns->values(f)[list(f)[i + 1]];
    const double middle = below / 2 + above / 2;
    // Between neighbouring doubles there is no midpoint: it would be rounded up to the upper one.
    return {f, i + 1, middle < above && middle >= below ? middle : below, gain};
}

NodeLists root_lists(const SortedColumns& columns, const BagRows& bag, std::size_t min_leaf,
                     std::vector<std::uint32_t>& buffer) {
    const std::size_t n = columns.rows();
    if (bag.all) return {&columns, columns.order(0).data(), n, n, bag.repeats.data(), min_leaf};
    buffer.resize(n * columns.columns());
    std::size_t count = 0;
    for (std::size_t f = 0; f < columns.columns(); ++f) {
        std::uint32_t* const list = buffer.data() + f * n;
        count = 0;
        for (const std::uint32_t row : columns.order(f))
            if (bag.weights[row] > 0) list[count++] = row;
    }
    return {&columns, buffer.data(), n, count, bag.repeats.data(), min_leaf};
}

NodeSplit best_mean_split(const NodeLists& node, std::span<const std::size_t> features, const WeightedTarget* rows) {
    const WeightedTarget all = total(node, ReadPair{rows});
    return search(node, features, ReadPair{rows}, MeanGain{all.weight, all.target / all.weight});
}

NodeSplit best_signed_split(const NodeLists& node, std::span<const std::size_t> features,
                            const double* signed_weights) {
    const WeightedTarget all = total(node, ReadSigned{signed_weights});
    return search(node, features, ReadSigned{signed_weights}, MeanGain{all.weight, all.target / all.weight});
}

NodeSplit best_error_split(const NodeLists& node, std::span<const std::size_t> features, const double* signed_weights) {
    const WeightedTarget all = total(node, ReadSigned{signed_weights});
    return search(node, features, ReadSigned{signed_weights}, Distance{all.target / 2});
}

NodeSplit best_gini_split(const NodeLists& node, std::span<const std::size_t> features, const WeightedClass* rows,
                          std::size_t classes) {
    return search_classes<Gini>(node, features, rows, classes);
}

NodeSplit best_entropy_split(const NodeLists& node, std::span<const std::size_t> features, const WeightedClass* rows,
                             std::size_t classes) {
    return search_classes<Entropy>(node, features, rows, classes);
}

void partition_lists(const NodeLists& node, const std::uint8_t* goes_left, std::size_t left, std::uint32_t* to) {
    for (std::size_t f = 0; f < node.columns->columns(); ++f) {
        const std::uint32_t* const from = node.list(f);
        std::uint32_t* const list = to + f * node.stride;
        std::size_t lefts = 0;
        for (std::size_t i = 0; i < node.count; ++i) {
            const std::uint32_t row = from[i];
            const std::size_t is_left = goes_left[row], if_right = left + i - lefts;
            // A mask, for a compiler makes a branch of ?: here, and which way a row goes cannot be foretold.
            list[if_right ^ ((if_right ^ lefts) & (0 - is_left))] = row;
            lefts += is_left;
        }
    }
}

}  // namespace sevenfold
