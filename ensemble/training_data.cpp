#include "sevenfold/ensemble/training_data.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "sevenfold/ensemble/stump_search.hpp"

namespace sevenfold {
namespace {

struct Item {
    std::uint32_t key, row;
};

// The upper half of a double's bits as a number in the same order; both zeros are one.
std::uint32_t ascending_bits(double v) {
    const auto bits = static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(v == 0 ? 0.0 : v) >> 32);
    return bits >> 31 ? ~bits : bits | 1u << 31;
}

// Radix sort by the keys, 8 bits at a time from the lowest; what they cannot tell apart is sorted by comparison.
void sort_items(const double* column, std::vector<Item>& items, std::vector<Item>& spare) {
    constexpr unsigned digit_bits = 8, digits = 4;
    constexpr std::uint32_t mask = (1u << digit_bits) - 1;
    std::array<std::array<std::uint32_t, mask + 1>, digits> next{};
    for (const Item& item : items)
        for (unsigned d = 0; d < digits; ++d) ++next[d][item.key >> d * digit_bits & mask];
    for (unsigned d = 0; d < digits; ++d) {
        std::uint32_t sum = 0;
        for (std::uint32_t& n : next[d]) sum += std::exchange(n, sum);
        for (const Item& item : items) spare[next[d][item.key >> d * digit_bits & mask]++] = item;
        items.swap(spare);
    }
    const auto by_value = [column](const Item& a, const Item& b) { return column[a.row] < column[b.row]; };
    for (std::size_t begin = 0, end = 1; end <= items.size(); ++end) {
        if (end < items.size() && items[end].key == items[begin].key) continue;
        if (end - begin > 1)
            std::stable_sort(items.begin() + static_cast<std::ptrdiff_t>(begin),
                             items.begin() + static_cast<std::ptrdiff_t>(end), by_value);
        begin = end;
    }
}

// Columns of X, one after the other, by rows that fit into the cache.
void transpose(const Array<double>& X, double* columns) {
    const std::size_t rows = X.shape(0), count = X.shape(1);
    constexpr std::size_t together = 32;
    for (std::size_t begin = 0; begin < rows; begin += together) {
        const std::size_t end = std::min(begin + together, rows);
        for (std::size_t f = 0; f < count; ++f)
            for (std::size_t i = begin; i < end; ++i) columns[f * rows + i] = X.data()[i * count + f];
    }
}

}  // namespace

SortedColumns::SortedColumns(const Array<double>& X)
    : rows_(X.shape(0)), columns_(X.shape(1)), order_(X.size()), values_(X.size()) {
    if (rows_ > std::numeric_limits<std::uint32_t>::max())
        fail<ValueError>("trees", text(rows_, " rows"), "there are fewer than 2^32");
    transpose(X, values_.data());
    std::vector<Item> items(rows_), spare(rows_);
    for (std::size_t f = 0; f < columns_; ++f) {
        const double* const column = values_.data() + f * rows_;
        for (std::size_t i = 0; i < rows_; ++i) items[i] = {ascending_bits(column[i]), static_cast<std::uint32_t>(i)};
        sort_items(column, items, spare);
        for (std::size_t i = 0; i < rows_; ++i) order_[f * rows_ + i] = items[i].row;
    }
}

struct TrainingData::Lazy {
    std::once_flag sort, cut;
    std::optional<SortedColumns> columns;
    std::optional<ColumnBlocks> blocks;
};

TrainingData::TrainingData(std::string_view estimator, Task task, Array<double> X, Array<double> y,
                           const Array<double>& weights, std::size_t least_classes)
    : X_(std::move(X)),
      y_(std::move(y)),
      task_(task),
      sizes_(check_fit_data(estimator, task, X_, y_, weights, least_classes)),
      lazy_(std::make_shared<Lazy>()) {}

const SortedColumns& TrainingData::sorted() const {
    std::call_once(lazy_->sort, [&] { lazy_->columns.emplace(X_); });
    return *lazy_->columns;
}

const ColumnBlocks& TrainingData::blocks() const {
    std::call_once(lazy_->cut, [&] { lazy_->blocks.emplace(sorted()); });
    return *lazy_->blocks;
}

}  // namespace sevenfold
