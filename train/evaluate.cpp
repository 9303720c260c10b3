#include "sevenfold/train/evaluate.hpp"

#include <algorithm>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace {

// Evaluation mode in this scope.
template <class T>
class EvalMode {
  public:
    explicit EvalMode(Module<T>& model) : model_(model), was_training_(model.training()) { model.eval(); }
    ~EvalMode() { model_.train(was_training_); }
    EvalMode(const EvalMode&) = delete;
    EvalMode& operator=(const EvalMode&) = delete;

  private:
    Module<T>& model_;
    bool was_training_;
};

}  // namespace

template <class T>
Objective<T> classification(double label_smoothing) {
    Objective<T> out;
    out.loss = [label_smoothing](const Variable<T>& output, const Batch<T>& batch) {
        return cross_entropy(output, batch.labels, {.label_smoothing = label_smoothing});
    };
    out.choose = [](const Array<T>& output) { return argmax(output, 1); };
    out.correct = [choose = out.choose](const Array<T>& output, const Batch<T>& batch) {
        const Labels chosen = choose(output);
        std::size_t right = 0;
        for (std::size_t i = 0; i < chosen.size(); ++i) right += chosen.data()[i] == batch.labels.data()[i] ? 1 : 0;
        return right;
    };
    return out;
}

template <class T>
Objective<T> regression() {
    Objective<T> out;
    out.loss = [](const Variable<T>& output, const Batch<T>& batch) { return mse(output, Variable<T>(batch.targets)); };
    return out;
}

template <class T>
Evaluation evaluate(Module<T>& model, const Dataset<T>& data, const Objective<std::type_identity_t<T>>& objective,
                    std::size_t batch_size) {
    if (data.size() == 0) fail<ValueError>("evaluate", "a data set without rows", "there is nothing to evaluate");
    return evaluate(model, Loader<T>(data, {.batch_size = batch_size, .shuffle = false}), objective);
}

template <class T>
Evaluation evaluate(Module<T>& model, const Loader<T>& loader, const Objective<std::type_identity_t<T>>& objective) {
    const EvalMode<T> mode(model);
    const NoTape<T> quiet;
    // What a batch adds; ranks share the batches, and add up the answers to all of them in their order.
    struct Part {
        double loss = 0;
        std::size_t right = 0;
    };
    std::vector<Part> parts;
    Evaluation out;
    const std::size_t classes = loader.classes();
    if (objective.choose && loader.has_labels()) out.confusion = Array<std::int64_t>::zeros({classes, classes});
    const Epoch<T> batches = loader.epoch(0);
    Communicator& ranks = Communicator::current();
    const Range mine = share_of(batches.size(), ranks.rank(), ranks.size());
    for (std::size_t b = mine.first; b < mine.last; ++b) {
        const Batch<T> batch = batches[b];
        const Variable<T> output = model(batch.features);
        Part& part = parts.emplace_back();
        part.loss = static_cast<double>(objective.loss(output, batch).item()) * static_cast<double>(batch.size());
        if (objective.correct) part.right = objective.correct(output.value(), batch);
        if (!out.confusion) continue;
        const Labels chosen = objective.choose(output.value());
        for (std::size_t i = 0; i < batch.size(); ++i)
            if (static_cast<std::size_t>(chosen.data()[i]) < classes)
                ++(*out.confusion)(batch.labels.data()[i], chosen.data()[i]);
    }
    if (ranks.size() > 1) {
        Archive archive;
        archive(parts, out.confusion);
        const std::vector<std::string> all = ranks.all_gather(archive.bytes());
        parts.clear();
        if (out.confusion) out.confusion = Array<std::int64_t>::zeros({classes, classes});
        for (const std::string& bytes : all) {
            Archive from(bytes);
            std::vector<Part> theirs;
            std::optional<Array<std::int64_t>> counted;
            from(theirs, counted);
            parts.insert(parts.end(), theirs.begin(), theirs.end());
            for (std::size_t i = 0; counted && i < counted->size(); ++i)
                out.confusion->data()[i] += std::as_const(*counted).data()[i];
        }
    }
    std::size_t right = 0;
    for (const Part& part : parts) {
        out.loss += part.loss;
        right += part.right;
    }
    const auto rows = static_cast<double>(std::min(loader.rows(), batches.size() * loader.options().batch_size));
    out.loss /= rows;
    if (objective.correct) out.accuracy = static_cast<double>(right) / rows;
    return out;
}

template <class T>
Evaluation evaluate(Module<T>& model, const Dataset<T>& data) {
    return evaluate(model, data, data.has_labels() ? classification<T>() : regression<T>());
}

template <class T>
Evaluation evaluate(Module<T>& model, const Loader<T>& loader) {
    return evaluate(model, loader, loader.has_labels() ? classification<T>() : regression<T>());
}

template <class T>
Array<T> predict(Module<T>& model, const Array<T>& features, std::size_t batch) {
    const EvalMode<T> mode(model);
    const NoTape<T> quiet;
    const std::size_t rows = features.shape(0), batches = (rows + batch - 1) / batch;
    Communicator& ranks = Communicator::current();
    const Range mine = share_of(batches, ranks.rank(), ranks.size());
    std::vector<Array<T>> parts;
    for (std::size_t b = mine.first; b < mine.last; ++b)
        parts.push_back(model(features.rows(b * batch, std::min(rows, (b + 1) * batch))).value());
    if (ranks.size() > 1) {
        Archive archive;
        archive(parts);
        const std::vector<std::string> all = ranks.all_gather(archive.bytes());
        parts.clear();
        for (const std::string& bytes : all) {
            Archive from(bytes);
            std::vector<Array<T>> theirs;
            from(theirs);
            std::move(theirs.begin(), theirs.end(), std::back_inserter(parts));
        }
    }
    if (parts.size() == 1) return parts[0];
    return concat(std::vector<Variable<T>>(parts.begin(), parts.end()), 0).value();
}

std::string confusion_table(const Array<std::int64_t>& confusion, const std::vector<std::string>& class_names) {
    const std::size_t n = confusion.shape(0);
    const auto name = [&](std::size_t c) { return c < class_names.size() ? class_names[c] : std::to_string(c); };
    std::size_t first = 4, cell = 4;  // "true"
    for (std::size_t c = 0; c < n; ++c) first = std::max(first, name(c).size());
    for (std::int64_t count : confusion) cell = std::max(cell, std::to_string(count).size());
    const auto right = [](const std::string& s, std::size_t width) {
        return std::string(width > s.size() ? width - s.size() : 0, ' ') + s;
    };
    std::string out = right("true", first) + " |";
    for (std::size_t c = 0; c < n; ++c) out += ' ' + right(name(c).substr(0, cell), cell);
    out += "   <- taken for\n";
    for (std::size_t i = 0; i < n; ++i) {
        out += right(name(i), first) + " |";
        for (std::size_t j = 0; j < n; ++j)
            out += ' ' + right(confusion(i, j) == 0 && i != j ? "." : std::to_string(confusion(i, j)), cell);
        out += '\n';
    }
    return out;
}

template Objective<float> classification(double);
template Objective<double> classification(double);
template Objective<float> regression();
template Objective<double> regression();
template Evaluation evaluate(Module<float>&, const Dataset<float>&, const Objective<float>&, std::size_t);
template Evaluation evaluate(Module<double>&, const Dataset<double>&, const Objective<double>&, std::size_t);
template Evaluation evaluate(Module<float>&, const Dataset<float>&);
template Evaluation evaluate(Module<double>&, const Dataset<double>&);
template Evaluation evaluate(Module<float>&, const Loader<float>&, const Objective<float>&);
template Evaluation evaluate(Module<double>&, const Loader<double>&, const Objective<double>&);
template Evaluation evaluate(Module<float>&, const Loader<float>&);
template Evaluation evaluate(Module<double>&, const Loader<double>&);
template Array<float> predict(Module<float>&, const Array<float>&, std::size_t);
template Array<double> predict(Module<double>&, const Array<double>&, std::size_t);

}  // namespace sevenfold
