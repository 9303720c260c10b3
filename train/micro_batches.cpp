#include "sevenfold/train/micro_batches.hpp"

#include <algorithm>

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
MicroBatches<T>::MicroBatches(Module<T>& model, Objective<T> objective, std::size_t rows, std::size_t threads,
                              SumOrder order)
    : model_(model),
      objective_(std::move(objective)),
      rows_(rows),
      threads_(rows ? threads : 1),
      order_(order),
      parameters_(model.parameters()),
      of_model_(parameters_.size()) {
    for (const auto& [path, random] : model.random_streams()) seeds_.emplace_back(random, 0);
    Communicator& ranks = Communicator::current();
    if (rows && ranks.size() > 1) ranks_.emplace(ranks, parameters_, order);
}

template <class T>
auto MicroBatches<T>::backward(const Batch<T>& batch) -> Sums {
    const auto rows_of = [&](std::size_t first, std::size_t last) {
        return first == 0 && last == batch.size() ? batch : part_of(batch, first, last);
    };
    return backward(batch.size(), std::ref(rows_of));
}

template <class T>
auto MicroBatches<T>::backward(const Epoch<T>& epoch, std::size_t b) -> Sums {
    const auto rows_of = [&](std::size_t first, std::size_t last) { return epoch.part(b, first, last); };
    return backward(epoch.batch_size(b), std::ref(rows_of));
}

template <class T>
auto MicroBatches<T>::backward(std::size_t size, const RowsOf& rows_of) -> Sums {
    const std::size_t parts = rows_ ? (size + rows_ - 1) / rows_ : 1;
    if (rows_)
        for (auto& [random, seed] : seeds_) seed = random->bits();
    Communicator& ranks = Communicator::current();
    if (ranks_) ranks_->begin(parts);
    run_parts(size, rows_of, ranks_ ? share_of(parts, ranks.rank(), ranks.size()) : Range{0, parts}, parts);
    return ranks_ ? add_totals_of_ranks(parts) : add_totals(parts);
}

template <class T>
void MicroBatches<T>::run_parts(std::size_t size, const RowsOf& rows_of, Range range, std::size_t parts) {
    gradients_.begin(range.first);
    sums_.assign(range.last - range.first, {});
    if (threads_ == 1) {
        for (std::size_t number = range.first; number < range.last; ++number) {
            const auto sink = [&](const Variable<T>& leaf, Array<T> gradient) {
                const std::size_t k = parameter(leaf);
                gradients_.add(number, k, std::move(gradient));
                if (ranks_ && number + 1 == range.last) ranks_->ready(k, gradients_);
            };
            run_part(size, rows_of, number, sums_[number - range.first], std::ref(sink));
            if (ranks_) Communicator::current().progress();
        }
        return;
    }
    under_way_.resize(std::min(parts, most_under_way));
    for (std::size_t first = range.first; first < range.last; first += under_way_.size()) {
        const std::size_t now = std::min(under_way_.size(), range.last - first);
        const auto turn = [&](std::size_t i) {
            Part& part = under_way_[i];
            part.count = 0;
            const auto sink = [&](const Variable<T>& leaf, Array<T> gradient) {
                if (part.count == part.gradients.size()) part.gradients.emplace_back();
                part.gradients[part.count++] = {leaf, std::move(gradient)};
            };
            run_part(size, rows_of, first + i, part.sums, std::ref(sink));
        };
        parallel_for(now, threads_, std::ref(turn));
        for (std::size_t i = 0; i < now; ++i) {
            const Part& part = under_way_[i];
            sums_[first + i - range.first] = part.sums;
            // The part keeps its arrays until the next takes their place, whose thread then frees as much as it allocates.
            // Moved here, they would pile up in this thread's pool.
            for (std::size_t g = 0; g < part.count; ++g)
                gradients_.add_copy(first + i, parameter(part.gradients[g].leaf), part.gradients[g].gradient);
        }
    }
}

template <class T>
void MicroBatches<T>::run_part(std::size_t size, const RowsOf& rows_of, std::size_t number, Sums& sums,
                               const LeafSink<T>& sink) {
    if (!rows_) return run(rows_of(0, size), size, sums, sink);
    std::vector<ForwardPass::Stream> streams;
    for (const auto& [random, seed] : seeds_) streams.push_back({random, Random(seed, number)});
    const ForwardPass pass(ForwardPass::Kind::part, std::move(streams));
    run(rows_of(number * rows_, std::min(size, (number + 1) * rows_)), size, sums, sink);
}

template <class T>
void MicroBatches<T>::run(const Batch<T>& rows, std::size_t batch_size, Sums& sums, const LeafSink<T>& sink) {
    Tape<T> tape;
    const Variable<T> output = model_(rows.features);
    const Variable<T> loss = objective_.loss(output, rows);
    const double count = static_cast<double>(rows.size()), share = count / static_cast<double>(batch_size);
    tape.backward_each(sink, loss, Array<T>::full(loss.shape(), static_cast<T>(share)), {.release = true});
    sums.loss = static_cast<double>(loss.item()) * count;
    sums.correct = objective_.correct ? objective_.correct(output.value(), rows) : 0;
}

// Where the leaf stands among the parameters. Leaves come in the same order in every step, the last one first.
template <class T>
std::size_t MicroBatches<T>::parameter(const Variable<T>& leaf) {
    std::size_t k = guess_;
    if (k >= parameters_.size() || !parameters_[k].same_as(leaf)) {
        k = 0;
        while (k < parameters_.size() && !parameters_[k].same_as(leaf)) ++k;
        if (k == parameters_.size()) parameters_.push_back(leaf);
        if (k >= of_model_ && ranks_)
            fail<ValueError>(
                "fit", text("a leaf ", leaf.shape(), " that the objective uses and the model does not own"),
                "ranks add up the gradients of the model's parameters", "List it among the model's members.");
    }
    guess_ = k == 0 ? parameters_.size() - 1 : k - 1;
    return k;
}

template <class T>
auto MicroBatches<T>::add_totals(std::size_t parts) -> Sums {
    for (std::size_t k = 0; k < parameters_.size(); ++k)
        if (gradients_.has(k)) parameters_[k].add_grad(gradients_.take_total(k, parts));
    Sums sums;
    for (const Sums& part : sums_) {
        sums.loss += part.loss;
        sums.correct += part.correct;
    }
    return sums;
}

template <class T>
auto MicroBatches<T>::add_totals_of_ranks(std::size_t) -> Sums {
    std::vector<std::uint8_t> used(parameters_.size());
    for (std::size_t k = 0; k < used.size(); ++k) used[k] = gradients_.has(k);
    Archive mine;
    mine(used, sums_);
    Sums sums;
    for (const std::string& bytes : Communicator::current().all_gather(mine.bytes())) {
        Archive archive(bytes);
        std::vector<std::uint8_t> used_there;
        std::vector<Sums> parts_there;
        archive(used_there, parts_there);
        for (std::size_t k = 0; k < used.size(); ++k) used[k] |= used_there.at(k);
        for (const Sums& part : parts_there) {
            sums.loss += part.loss;
            sums.correct += part.correct;
        }
    }
    ranks_->finish(gradients_, used);
    return sums;
}

template class MicroBatches<float>;
template class MicroBatches<double>;

}  // namespace sevenfold
