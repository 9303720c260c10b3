#include "sevenfold/data/loader.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sevenfold/autograd/random.hpp"

namespace sevenfold {
namespace {

// Epochs count their streams from here, far from those that draw weights and masks from the same seed.
constexpr std::uint64_t first_stream = 0x65706f6368 << 20;

std::size_t count_batches(std::size_t rows, const LoaderOptions& options) {
    const std::size_t partial = rows % options.batch_size != 0 && !options.drop_last;
    return rows / options.batch_size + partial;
}

}  // namespace

template <class T>
Epoch<T>::Epoch(Dataset<T> data, std::vector<std::size_t> order, const LoaderOptions& options)
    : data_(std::move(data)),
      order_(std::move(order)),
      batch_size_(options.batch_size),
      batches_(count_batches(order_.size(), options)) {}

template <class T>
std::size_t Epoch<T>::batch_size(std::size_t b) const {
    if (b >= batches_) fail<IndexError>("loader", text("batch ", b), text("this epoch has ", batches_, " batches"));
    return std::min(batch_size_, order_.size() - b * batch_size_);
}

template <class T>
Batch<T> Epoch<T>::part(std::size_t b, std::size_t first, std::size_t last) const {
    if (const std::size_t size = batch_size(b); first > last || last > size)
        fail<IndexError>("loader", text("rows ", first, " to ", last, " of batch ", b), text("it has ", size, " rows"));
    const auto rows = std::span(order_).subspan(b * batch_size_ + first, last - first);
    Batch<T> batch{data_.features.rows(rows), {}, {}, {rows.begin(), rows.end()}};
    if (data_.has_labels()) batch.labels = data_.labels.rows(rows);
    if (data_.has_targets()) batch.targets = data_.targets.rows(rows);
    return batch;
}

template <class T>
Loader<T>::Loader(Dataset<T> data, const LoaderOptions& options) : data_(std::move(data)), options_(options) {
    data_.check();
    if (options_.batch_size == 0) fail<ValueError>("loader", "batch_size 0", "a batch has at least one row");
    if (batches() == 0)
        fail<ValueError>("loader", text(data_.size(), " rows in batches of ", options_.batch_size),
                         "an epoch has at least one batch", "Make batch_size smaller or leave drop_last out.");
}

template <class T>
std::size_t Loader<T>::batches() const {
    return count_batches(data_.size(), options_);
}

template <class T>
Epoch<T> Loader<T>::epoch(std::uint64_t epoch) const {
    std::vector<std::size_t> order(data_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (options_.shuffle) Random(options_.seed, first_stream + epoch).shuffle(std::span(order));
    return Epoch<T>(data_, std::move(order), options_);
}

template class Epoch<float>;
template class Epoch<double>;
template class Loader<float>;
template class Loader<double>;

}  // namespace sevenfold
