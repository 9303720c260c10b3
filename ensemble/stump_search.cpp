#include "sevenfold/ensemble/stump_search.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/autograd/pool.hpp"

namespace sevenfold {
namespace {

constexpr double rounding = 1e-9;  // of sums, which come out a little different when added in another order

// By column and block: the sums of the negative and of the positive weights, both as amounts.
struct BlockSums {
    pool::Vector<double> negative, positive;
};

BlockSums sum_blocks(const NodeLists& node, const ColumnBlocks& blocks, const double* signed_weights) {
    const std::size_t columns = node.columns->columns();
    constexpr std::size_t most = ColumnBlocks::most;
    pool::Vector<double> negative(columns * most), positive(negative);
    for (std::size_t row = 0; row < node.count; ++row) {
        const double weight = std::abs(signed_weights[row]);
        double* to = (signed_weights[row] > 0 ? positive : negative).data();
        const std::uint8_t* block = blocks.of_row(row);
        const std::uint8_t* const end = block + columns;
        for (; end - block >= 4; block += 4, to += 4 * most) {
            to[block[0]] += weight;
            to[most + block[1]] += weight;
            to[2 * most + block[2]] += weight;
            to[3 * most + block[3]] += weight;
        }
        for (; block != end; ++block, to += most) to[*block] += weight;
    }
    return {std::move(negative), std::move(positive)};
}

}  // namespace

ColumnBlocks::ColumnBlocks(const SortedColumns& columns)
    : columns_(columns.columns()),
      length_((columns.rows() + most - 1) / most),
      count_((columns.rows() + length_ - 1) / length_),
      block_(columns.rows() * columns.columns()) {
    for (std::size_t f = 0; f < columns_; ++f)
        for (std::size_t i = 0; i < columns.rows(); ++i)
            block_[columns.order(f)[i] * columns_ + f] = static_cast<std::uint8_t>(i / length_);
}

NodeSplit best_error_split(const NodeLists& node, const ColumnBlocks& blocks, const double* signed_weights) {
    const std::size_t columns = node.columns->columns();
    const auto [negative, positive] = sum_blocks(node, blocks, signed_weights);
    double total = 0;
    for (std::size_t b = 0; b < blocks.count(); ++b) total += positive[b] - negative[b];

    // What is found between blocks is what those gone through have to reach.
    double reached = 0;
    for (std::size_t f = 0; f < columns; ++f) {
        double sum = -total / 2;
        for (std::size_t b = 0; b + 1 < blocks.count(); ++b) {
            const std::size_t at = f * ColumnBlocks::most + b;
            sum += positive[at] - negative[at];
            if (std::abs(sum) > reached && node.can_split(f, (b + 1) * blocks.length() - 1)) reached = std::abs(sum);
        }
    }
    reached *= 1 - rounding;

    NodeSplit best;
    for (std::size_t f = 0; f < columns; ++f) {
        double sum = -total / 2;
        for (std::size_t b = 0; b < blocks.count(); ++b) {
            const std::size_t at = f * ColumnBlocks::most + b;
            const double most = std::max(sum + positive[at], negative[at] - sum) * (1 + rounding);
            if (most >= std::max(reached, best.gain)) {
                double inside = sum;
                const std::size_t begin = b * blocks.length(), end = std::min(begin + blocks.length(), node.count - 1);
                for (std::size_t i = begin; i < end; ++i) {
                    inside += signed_weights[node.list(f)[i]];
                    if (std::abs(inside) > best.gain && node.can_split(f, i)) best = node.split(f, i, std::abs(inside));
                }
            }
            sum += positive[at] - negative[at];
        }
    }
    return best;
}

}  // namespace sevenfold
