#include "sevenfold/ensemble/training_data.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

namespace sevenfold {
namespace {

struct Item {
    std::uint64_t key;
    std::uint32_t row;
};

// A double's bits as a number in the same order; both zeros are one.
std::uint64_t ascending_bits(double v) {
    const auto bits = std::bit_cast<std::uint64_t>(v == 0 ? 0.0 : v);
    return bits >> 63 ? ~bits : bits | std::uint64_t{1} << 63;
}

// Radix sort of the upper 33 bits, 11 at a time from the lowest; what they cannot tell apart is sorted by comparison.
void sort_items(std::vector<Item>& items, std::vector<Item>& spare) {
    constexpr unsigned first_bit = 31, digit_bits = 11;
    constexpr std::uint64_t mask = (1u << digit_bits) - 1;
    for (unsigned shift = first_bit; shift < 64; shift += digit_bits) {
        std::array<std::uint32_t, mask + 1> next{};
        for (const Item& item : items) ++next[item.key >> shift & mask];
        std::uint32_t sum = 0;
        for (std::uint32_t& n : next) sum += std::exchange(n, sum);
        for (const Item& item : items) spare[next[item.key >> shift & mask]++] = item;
        items.swap(spare);
    }
    for (auto begin = items.begin(); begin != items.end();) {
        const auto end = std::find_if(
            begin, items.end(), [&](const Item& item) { return item.key >> first_bit != begin->key >> first_bit; });
        const auto by_key = [](const Item& a, const Item& b) { return a.key < b.key; };
        if (!std::is_sorted(begin, end, by_key)) std::stable_sort(begin, end, by_key);
        begin = end;
    }
}

}  // namespace

SortedColumns::SortedColumns(const Array<double>& X)
    : rows_(X.shape(0)), columns_(X.shape(1)), order_(X.size()), values_(X.size()) {
    if (rows_ > std::numeric_limits<std::uint32_t>::max())
        fail<ValueError>("trees", text(rows_, " rows"), "there are fewer than 2^32");
    std::vector<Item> items(rows_), spare(rows_);
    for (std::size_t f = 0; f < columns_; ++f) {
        double* const column = values_.data() + f * rows_;
        for (std::size_t i = 0; i < rows_; ++i) {
            column[i] = X.data()[i * columns_ + f];
            items[i] = {ascending_bits(column[i]), static_cast<std::uint32_t>(i)};
        }
        sort_items(items, spare);
        for (std::size_t i = 0; i < rows_; ++i) order_[f * rows_ + i] = items[i].row;
    }
}

struct TrainingData::Lazy {
    std::once_flag once;
    std::optional<SortedColumns> columns;
};

TrainingData::TrainingData(std::string_view estimator, Task task, Array<double> X, Array<double> y,
                           const Array<double>& weights, std::size_t least_classes)
    : X_(std::move(X)),
      y_(std::move(y)),
      task_(task),
      sizes_(check_fit_data(estimator, task, X_, y_, weights, least_classes)),
      sorted_(std::make_shared<Lazy>()) {}

const SortedColumns& TrainingData::sorted() const {
    std::call_once(sorted_->once, [&] { sorted_->columns.emplace(X_); });
    return *sorted_->columns;
}

}  // namespace sevenfold
