#include "sevenfold/train/micro_batches.hpp"

#include <algorithm>
#include <functional>

#include "sevenfold/autograd/parallel.hpp"
#include "sevenfold/nn/forward_pass.hpp"

namespace sevenfold {
namespace {

constexpr std::size_t most_under_way = 32;  // gradients of so many parts wait to be added

template <class T>
Batch<T> part_of(const Batch<T>& batch, std::size_t first, std::size_t last) {
    Batch<T> part;
    part.features = batch.features.rows(first, last);
    if (batch.labels.rank() > 0) part.labels = batch.labels.rows(first, last);
    if (batch.targets.rank() > 0) part.targets = batch.targets.rows(first, last);
    part.rows.assign(batch.rows.begin() + static_cast<std::ptrdiff_t>(first),
                     batch.rows.begin() + static_cast<std::ptrdiff_t>(last));
    return part;
}

}  // namespace

template <class T>
MicroBatches<T>::MicroBatches(Module<T>& model, Objective<T> objective, std::size_t rows, std::size_t threads)
    : model_(model), objective_(std::move(objective)), rows_(rows), threads_(rows ? threads : 1) {
    for (const auto& [path, random] : model.random_streams()) seeds_.emplace_back(random, 0);
}

template <class T>
typename MicroBatches<T>::Sums MicroBatches<T>::backward(const Batch<T>& batch) {
    const std::size_t rows = rows_ ? rows_ : batch.size(), count = (batch.size() + rows - 1) / rows;
    parts_.resize(threads_ == 1 ? 1 : std::min(count, most_under_way));
    if (rows_)
        for (auto& [random, seed] : seeds_) seed = random->bits();
    Sums sums;
    for (std::size_t first = 0; first < count; first += parts_.size()) {
        const std::size_t now = std::min(parts_.size(), count - first);
        const auto turn = [&](std::size_t i) {
            if (rows_)
                run_part(batch, first + i, parts_[i]);
            else
                run(batch, batch.size(), parts_[i]);
        };
        parallel_for(now, threads_, std::ref(turn));
        for (std::size_t i = 0; i < now; ++i) {
            sums.loss += parts_[i].sums.loss;
            sums.correct += parts_[i].sums.correct;
            // With other threads the part keeps its arrays until the next takes their place, whose thread then frees as much
            // as it allocates. Moved here, they would pile up in this thread's pool.
            for (auto& [leaf, gradient] : parts_[i].gradients)
                leaf.add_grad(threads_ == 1 ? std::move(gradient) : gradient);
        }
    }
    return sums;
}

template <class T>
void MicroBatches<T>::run_part(const Batch<T>& batch, std::size_t number, Part& part) {
    std::vector<ForwardPass::Stream> streams;
    for (const auto& [random, seed] : seeds_) streams.push_back({random, Random(seed, number)});
    const ForwardPass pass(ForwardPass::Kind::part, std::move(streams));
    const std::size_t first = number * rows_;
    run(part_of(batch, first, std::min(batch.size(), first + rows_)), batch.size(), part);
}

template <class T>
void MicroBatches<T>::run(const Batch<T>& rows, std::size_t batch_size, Part& part) {
    Tape<T> tape;
    const Variable<T> output = model_(rows.features);
    const Variable<T> loss = objective_.loss(output, rows);
    const double count = static_cast<double>(rows.size()), share = count / static_cast<double>(batch_size);
    tape.backward_into(part.gradients, loss, Array<T>::full(loss.shape(), static_cast<T>(share)), {.release = true});
    part.sums.loss = static_cast<double>(loss.item()) * count;
    part.sums.correct = objective_.correct ? objective_.correct(output.value(), rows) : 0;
}

template class MicroBatches<float>;
template class MicroBatches<double>;

}  // namespace sevenfold
