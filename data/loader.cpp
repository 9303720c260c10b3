#include "sevenfold/data/loader.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sevenfold/autograd/random.hpp"
#include "sevenfold/data/stream.hpp"

namespace sevenfold {
namespace {

std::size_t count_batches(std::size_t rows, const LoaderOptions& options) {
    const std::size_t partial = rows % options.batch_size != 0 && !options.drop_last;
    return rows / options.batch_size + partial;
}

}  // namespace

template <class T>
Epoch<T>::Epoch(Dataset<T> data, std::vector<std::size_t> order, const LoaderOptions& options)
    : data_(std::move(data)),
      order_(std::move(order)),
      rows_(order_.size()),
      batch_size_(options.batch_size),
      batches_(count_batches(rows_, options)) {}

template <class T>
Epoch<T>::Epoch(std::shared_ptr<const RowStream<T>> stream, BlockOrder order, const LoaderOptions& options)
    : stream_(std::move(stream)),
      blocks_(std::move(order)),
      rows_(stream_->data().size()),
      batch_size_(options.batch_size),
      batches_(count_batches(rows_, options)) {}

template <class T>
std::size_t Epoch<T>::batch_size(std::size_t b) const {
    if (b >= batches_) fail<IndexError>("loader", text("batch ", b), text("this epoch has ", batches_, " batches"));
    return std::min(batch_size_, rows_ - b * batch_size_);
}

template <class T>
Batch<T> Epoch<T>::part(std::size_t b, std::size_t first, std::size_t last) const {
    if (const std::size_t size = batch_size(b); first > last || last > size)
        fail<IndexError>("loader", text("rows ", first, " to ", last, " of batch ", b), text("it has ", size, " rows"));
    if (stream_) return stream_->read(blocks_, b * batch_size_ + first, b * batch_size_ + last);
    const auto rows = std::span(order_).subspan(b * batch_size_ + first, last - first);
    Batch<T> batch{data_.features.rows(rows), {}, {}, {rows.begin(), rows.end()}};
    if (data_.has_labels()) batch.labels = data_.labels.rows(rows);
    if (data_.has_targets()) batch.targets = data_.targets.rows(rows);
    return batch;
}

template <class T>
Loader<T>::Loader(Dataset<T> data, const LoaderOptions& options) : data_(std::move(data)), options_(options) {
    data_.check();
    check();
}

template <class T>
Loader<T>::Loader(MappedDataset<T> data, const LoaderOptions& options)
    : stream_(std::make_shared<const RowStream<T>>(std::move(data), options)), options_(options) {
    check();
}

template <class T>
void Loader<T>::check() const {
    if (options_.batch_size == 0) fail<ValueError>("loader", "batch_size 0", "a batch has at least one row");
    if (batches() == 0)
        fail<ValueError>("loader", text(rows(), " rows in batches of ", options_.batch_size),
                         "an epoch has at least one batch", "Make batch_size smaller or leave drop_last out.");
}

template <class T>
std::size_t Loader<T>::batches() const {
    return count_batches(rows(), options_);
}

template <class T>
Epoch<T> Loader<T>::epoch(std::uint64_t epoch) const {
    if (stream_) return Epoch<T>(stream_, stream_->order(epoch), options_);
    std::vector<std::size_t> order(data_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (options_.shuffle) Random(options_.seed, row_order_stream + epoch).shuffle(std::span(order));
    return Epoch<T>(data_, std::move(order), options_);
}

template <class T>
std::size_t Loader<T>::rows() const {
    return stream_ ? stream_->data().size() : data_.size();
}

template <class T>
bool Loader<T>::has_labels() const {
    return stream_ ? stream_->data().has_labels() : data_.has_labels();
}

template <class T>
bool Loader<T>::has_targets() const {
    return stream_ ? stream_->data().has_targets() : data_.has_targets();
}

template <class T>
std::size_t Loader<T>::classes() const {
    return stream_ ? stream_->data().classes : data_.classes;
}

template <class T>
std::string Loader<T>::fingerprint() const {
    return stream_ ? stream_->data().fingerprint() : data_.fingerprint();
}

template <class T>
std::string Loader<T>::order() const {
    if (!options_.shuffle || !stream_ || stream_->pools() <= 1) return text(options_.shuffle);
    return text("in ", stream_->pools(), " pools of blocks of ", stream_->block_rows(), " rows");
}

template <class T>
const Dataset<T>& Loader<T>::data() const {
    if (stream_)
        fail<ValueError>("loader", "data() of a set in files", "only a set in memory can be handed out",
                         "Ask the loader itself: rows(), has_labels(), classes().");
    return data_;
}

template class Epoch<float>;
template class Epoch<double>;
template class Loader<float>;
template class Loader<double>;

}  // namespace sevenfold
