#include "sevenfold/data/stream.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "sevenfold/autograd/random.hpp"

namespace sevenfold {
namespace {

constexpr std::uint64_t pool_order_stream = 0x706f6f6c73 << 20;

// A pool of fewer blocks mixes badly; with more, blocks are small, and reading them costs more than it needs to.
constexpr std::uint64_t fewest_blocks = 16, most_blocks = 256, good_block = 64 << 10,
                        least_block = 16 << 10;  // the pages that it begins and ends in come on top

constexpr std::uint64_t most_pool_rows = UINT32_MAX;  // the order of a pool's rows has 4 bytes for each

}  // namespace

template <class T>
struct RowStream<T>::Pool {
    std::uint64_t epoch;
    std::size_t number, first, last;                         // its rows in the epoch's order
    std::vector<std::size_t> blocks;                         // its blocks in the file
    std::vector<RowFile::Window> features, labels, targets;  // of each block
    std::vector<std::uint32_t> order;                        // block_rows · (place of the block) + row in the block
};

template <class T>
RowStream<T>::RowStream(MappedDataset<T> data, const LoaderOptions& options)
    : data_(std::move(data)), shuffle_(options.shuffle), seed_(options.seed) {
    data_.check();
    const std::size_t rows = data_.size();
    if (rows == 0) return;  // the loader has no batch then, and says so
    if (rows <= most_pool_rows && block_bytes(rows) <= options.budget) {
        block_rows_ = rows;
        pools_ = 1;
        return;
    }
    const std::uint64_t half = options.budget / 2;
    std::uint64_t row_bytes = data_.features.row_bytes() + sizeof(std::uint32_t);
    for (const auto* part : {&data_.labels, &data_.targets})
        if (*part) row_bytes += (*part)->row_bytes();
    const std::uint64_t block = std::max({half / most_blocks, std::min(good_block, half / fewest_blocks), least_block});
    block_rows_ = static_cast<std::size_t>(std::clamp<std::uint64_t>(
        options.block_rows ? options.block_rows : block / row_bytes, 1, std::min<std::uint64_t>(rows, most_pool_rows)));
    const std::uint64_t order_bytes = blocks() * sizeof(std::size_t);
    const std::uint64_t pool = (options.budget - std::min<std::uint64_t>(order_bytes, options.budget)) / 2;
    const auto pool_blocks = static_cast<std::size_t>(
        std::min<std::uint64_t>(pool / block_bytes(block_rows_), most_pool_rows / block_rows_));
    const std::size_t needed = (std::min(options.batch_size, rows) + block_rows_ - 1) / block_rows_;
    if (pool_blocks < std::max<std::size_t>(needed, 1))
        fail<ValueError>(
            "loader",
            text("budget ", options.budget, " for blocks of ", block_rows_, " rows and batches of ",
                 options.batch_size),
            "two pools of rows are mapped at a time, each of a block and a batch or more",
            text("Give a budget of ", 2 * std::max<std::uint64_t>(needed, 1) * block_bytes(block_rows_) + order_bytes,
                 " bytes or more, or smaller batches."));
    pools_ = (blocks() + pool_blocks - 1) / pool_blocks;
}

template <class T>
std::size_t RowStream<T>::blocks() const {
    return block_rows_ == 0 ? 0 : (data_.size() + block_rows_ - 1) / block_rows_;
}

template <class T>
std::uint64_t RowStream<T>::block_bytes(std::size_t rows) const {
    std::uint64_t bytes = data_.features.mapped_bytes(rows) + rows * sizeof(std::uint32_t);
    for (const auto* part : {&data_.labels, &data_.targets})
        if (*part) bytes += (*part)->mapped_bytes(rows);
    return bytes;
}

// Where a pool begins in the epoch's order. The last block of the file has fewer rows, and so has the pool that it is in.
template <class T>
std::size_t RowStream<T>::first_row(const BlockOrder& order, std::size_t pool) const {
    const std::size_t before = first_block(pool);
    return before * block_rows_ - (before > order.short_at ? blocks() * block_rows_ - data_.size() : 0);
}

template <class T>
std::size_t RowStream<T>::pool_of(const BlockOrder& order, std::size_t row) const {
    std::size_t pool = std::min(row / block_rows_ * pools_ / blocks(), pools_ - 1);  // or a neighbour
    while (first_row(order, pool) > row) --pool;
    while (first_row(order, pool + 1) <= row) ++pool;
    return pool;
}

template <class T>
BlockOrder RowStream<T>::order(std::uint64_t epoch) const {
    BlockOrder out{epoch, std::vector<std::size_t>(blocks())};
    std::vector<std::size_t>& order = out.blocks;
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (shuffle_ && pools_ > 1) {
        // Every pool takes one block of each stretch of `pools_` neighbours, so that it has a part of everything that is in the
        // file, however that is sorted. Some blocks, drawn beforehand, make the stretches come out even: they go
        // to the pools that have one block more.
        Random random(seed_, row_order_stream + epoch);
        std::vector<std::size_t> drawn = random.permutation(blocks());
        const std::size_t left_over = blocks() % pools_;
        std::sort(drawn.begin() + static_cast<std::ptrdiff_t>(left_over), drawn.end());
        const std::size_t stretches = blocks() / pools_;
        for (std::size_t s = 0; s < stretches; ++s) {
            const auto stretch = std::span(drawn).subspan(left_over + s * pools_, pools_);
            random.shuffle(stretch);
            for (std::size_t pool = 0; pool < pools_; ++pool) order[first_block(pool) + s] = stretch[pool];
        }
        for (std::size_t pool = 0, extra = 0; pool < pools_; ++pool)
            if (first_block(pool + 1) - first_block(pool) > stretches)
                order[first_block(pool + 1) - 1] = drawn[extra++];
    }
    out.short_at = static_cast<std::size_t>(std::ranges::find(order, blocks() - 1) - order.begin());
    return out;
}

template <class T>
std::shared_ptr<const typename RowStream<T>::Pool> RowStream<T>::make_pool(const BlockOrder& order,
                                                                           std::size_t number) const {
    auto out = std::make_shared<Pool>();
    out->epoch = order.epoch;
    out->number = number;
    out->first = first_row(order, number);
    out->last = first_row(order, number + 1);
    const auto place_of = [&](std::size_t pool) {
        return order.blocks.begin() + static_cast<std::ptrdiff_t>(first_block(pool));
    };
    out->blocks.assign(place_of(number), place_of(number + 1));
    out->order.reserve(out->last - out->first);
    for (std::size_t place = 0; place < out->blocks.size(); ++place) {
        const std::size_t first = out->blocks[place] * block_rows_, last = std::min(first + block_rows_, data_.size());
        out->features.push_back(data_.features.map(first, last));
        if (data_.labels) out->labels.push_back(data_.labels->map(first, last));
        if (data_.targets) out->targets.push_back(data_.targets->map(first, last));
        for (std::size_t row = 0; row < last - first; ++row)
            out->order.push_back(static_cast<std::uint32_t>(place * block_rows_ + row));
    }
    if (!shuffle_) return out;
    if (pools_ == 1)
        Random(seed_, row_order_stream + order.epoch).shuffle(std::span(out->order));
    else
        Random(Random(seed_, pool_order_stream + order.epoch).bits(), number).shuffle(std::span(out->order));
    return out;
}

template <class T>
std::shared_ptr<const typename RowStream<T>::Pool> RowStream<T>::pool(const BlockOrder& order,
                                                                      std::size_t number) const {
    const auto is_it = [&](const auto& p) { return p && p->epoch == order.epoch && p->number == number; };
    const std::lock_guard lock(mutex_);
    if (!is_it(latest_[0])) std::swap(latest_[0], latest_[1]);
    if (!is_it(latest_[0])) {
        latest_[0].reset();  // before the new one takes memory
        if (pools_ == 1) latest_[1].reset();
        latest_[0] = make_pool(order, number);
        if (number + 1 < pools_) read_ahead(order, number + 1);
    }
    return latest_[0];
}

// The system reads the next pool into its cache while the program learns from this one.
template <class T>
void RowStream<T>::read_ahead(const BlockOrder& order, std::size_t pool) const {
    for (std::size_t i = first_block(pool); i < first_block(pool + 1); ++i) {
        const std::size_t first = order.blocks[i] * block_rows_, last = std::min(first + block_rows_, data_.size());
        data_.features.read_ahead(first, last);
        if (data_.labels) data_.labels->read_ahead(first, last);
        if (data_.targets) data_.targets->read_ahead(first, last);
    }
}

template <class T>
Batch<T> RowStream<T>::read(const BlockOrder& order, std::size_t first, std::size_t last) const {
    const auto with_rows = [&](Shape row) {
        row.insert(0, last - first);
        return row;
    };
    Batch<T> out;
    out.rows.reserve(last - first);
    out.features = Array<T>(with_rows(data_.features.row_shape()));
    if (data_.labels) out.labels = Labels(with_rows({}));
    if (data_.targets) out.targets = Array<T>(with_rows(data_.targets->row_shape()));
    const std::span<T> features = out.features.flat(), targets = out.targets.flat();
    const std::span<std::int64_t> labels = out.labels.flat();
    const std::size_t width = data_.features.row_shape().elements();
    const std::size_t target_width = data_.targets ? data_.targets->row_shape().elements() : 0;

    for (std::size_t at = first; at < last;) {
        const std::size_t number = pool_of(order, at);
        const std::shared_ptr<const Pool> p = pool(order, number);
        data_.features.check_size();
        if (data_.labels) data_.labels->check_size();
        if (data_.targets) data_.targets->check_size();
        for (; at < std::min(last, p->last); ++at) {
            const std::size_t place = p->order[at - p->first] / block_rows_, i = at - first;
            const std::size_t row = p->blocks[place] * block_rows_ + p->order[at - p->first] % block_rows_;
            p->features[place].template read<T>(row, features.subspan(i * width, width));
            if (data_.labels) {
                p->labels[place].template read<std::int64_t>(row, labels.subspan(i, 1));
                data_.check_label(labels[i], row);
            }
            if (data_.targets) p->targets[place].template read<T>(row, targets.subspan(i * target_width, target_width));
            out.rows.push_back(row);
        }
    }
    out.features = data_.prepared(std::move(out.features));
    return out;
}

template class RowStream<float>;
template class RowStream<double>;

}  // namespace sevenfold
