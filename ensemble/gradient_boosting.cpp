#include "sevenfold/ensemble/gradient_boosting.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/autograd/parallel.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace {

constexpr std::string_view who = "GradientBoosting";

struct Descent {
    double loss;             // weighted mean over the rows
    Array<double> residual;  // −d loss / d score of each row, of the scores' shape
};
Descent descend(const RowLoss& loss, const Array<double>& scores, const Array<double>& y,
                const Array<double>& weights) {
    Tape<double> tape;
    Variable<double> at = leaf(scores, "scores");
    const Variable<double> rows = loss(at, y), weight = weights;
    if (rows.shape() != y.shape())
        fail<ShapeError>(who, text("a loss of shape ", rows.shape()), text("there is one for each row, ", y.shape()),
                         "Take Reduction::none.");
    tape.backward(sum(rows));
    const Variable<double> residual = -Variable<double>(at.grad());
    const double mean = (sum(weight * rows) / sum(weight)).item();
    if (!std::isfinite(mean) || !std::isfinite(sum(abs(residual)).item()))
        fail<AnomalyError>(who, "a loss that is not finite", "trees are fitted to its gradient",
                           "Lower the learning rate, or look at the loss where y is extreme.");
    return {mean, residual.value()};
}

// The constant score with the smallest loss: where the slope changes its sign, between the smallest and the largest y.
double best_constant(const RowLoss& loss, const Array<double>& y, const Array<double>& weights) {
    auto [low, high] = std::pair(*std::ranges::min_element(y), *std::ranges::max_element(y));
    for (int halvings = 0; halvings < 60 && low < high; ++halvings) {
        const double middle = low + (high - low) / 2;
        const Array<double> residual = descend(loss, Array<double>::full(y.shape(), middle), y, weights).residual;
        double upwards = 0;
        for (std::size_t i = 0; i < y.size(); ++i) upwards += weights(i) * residual(i);
        if (upwards == 0) return middle;
        (upwards > 0 ? low : high) = middle;
    }
    return low + (high - low) / 2;
}

std::vector<double> log_shares(const Array<double>& y, const Array<double>& weights, std::size_t classes) {
    std::vector<double> out(classes);
    double total = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        out[static_cast<std::size_t>(y(i))] += weights(i);
        total += weights(i);
    }
    for (double& share : out) share = std::log(std::max(share / total, 1e-12));  // a class that nobody has seen
    return out;
}

// Column k of K, as (N,), and the way back.
Array<double> column(const Array<double>& x, std::size_t k, std::size_t columns) {
    Array<double> out(Shape{x.shape(0)});
    double* to = out.data();
    for (std::size_t i = k; i < x.size(); i += columns) *to++ = x.data()[i];
    return out;
}
void add_to_column(Array<double>& x, std::size_t k, std::size_t columns, double factor, const Array<double>& step) {
    double* to = x.data();
    for (std::size_t i = 0; i < step.size(); ++i) to[i * columns + k] += factor * step.data()[i];
}

Array<double> constant_scores(const std::vector<double>& start, std::size_t rows, Task task) {
    Array<double> out(task == Task::regression ? Shape{rows} : Shape{rows, start.size()});
    for (std::size_t i = 0; i < out.size(); ++i) out.data()[i] = start[i % start.size()];
    return out;
}

}  // namespace

RowLoss half_squared_error() {
    return [](const auto& scores, const auto& y) { return 0.5 * mse(scores, y, Reduction::none); };
}
RowLoss absolute_error() {
    return [](const auto& scores, const auto& y) { return l1(scores, y, Reduction::none); };
}
RowLoss huber_error(double delta) {
    return [delta](const auto& scores, const auto& y) { return huber(scores, y, delta, Reduction::none); };
}
RowLoss cross_entropy_of_scores() {
    return [](const auto& scores, const auto& y) {
        return cross_entropy(scores, y.template cast<std::int64_t>(), {.reduction = Reduction::none});
    };
}

GradientBoosting::GradientBoosting(Task task, GradientBoostingOptions options)
    : task_(task), options_(std::move(options)) {
    if (options_.rounds == 0) fail<ValueError>(who, "0 rounds", "at least one is needed to learn");
    if (!(options_.learning_rate > 0))
        fail<ValueError>(who, text("learning_rate ", options_.learning_rate), "it is above 0");
    if (!(options_.subsample > 0 && options_.subsample <= 1))
        fail<ValueError>(who, text("subsample ", options_.subsample), "it is a share of the rows, above 0 and up to 1");
    if (!options_.loss) options_.loss = task == Task::regression ? half_squared_error() : cross_entropy_of_scores();
    options_.tree.criterion = Criterion::squared_error;
}

void GradientBoosting::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    const FitSizes sizes = check_fit_data(who, task_, X, y, weights, 2);
    const Array<double> weight = weights_or_ones(weights, sizes.rows);
    start_ = task_ == Task::regression ? std::vector{best_constant(options_.loss, y, weight)}
                                       : log_shares(y, weight, sizes.classes);
    const std::size_t columns = start_.size();
    const double share = options_.subsample * static_cast<double>(sizes.rows);
    const auto seen = std::max<std::size_t>(1, static_cast<std::size_t>(share));
    Array<double> scores = constant_scores(start_, sizes.rows, task_);
    Descent now = descend(options_.loss, scores, y, weight);
    training_loss_ = {now.loss};
    trees_.clear();
    for (std::size_t round = 0; round < options_.rounds; ++round) {
        Random random(options_.seed, round);
        std::vector<std::size_t> rows = random.permutation(sizes.rows);
        rows.resize(seen);
        std::ranges::sort(rows);
        const Array<double> part = X.rows(rows), part_weight = weight.rows(rows);
        std::vector<DecisionTree> trees;
        for (std::size_t k = 0; k < columns; ++k) trees.push_back(DecisionTree(options_.tree).clone(random.bits()));
        std::vector<Array<double>> steps(columns);
        parallel_for(columns, options_.threads, [&](std::size_t k) {
            trees[k].fit(part, column(now.residual, k, columns).rows(rows), part_weight);
            const CheckedRows known(X);
            steps[k] = trees[k].predict(X);
        });
        for (std::size_t k = 0; k < columns; ++k) add_to_column(scores, k, columns, options_.learning_rate, steps[k]);
        trees_.push_back(std::move(trees));
        now = descend(options_.loss, scores, y, weight);
        training_loss_.push_back(now.loss);
    }
    features_ = sizes.features;
}

std::vector<Array<double>> GradientBoosting::staged_scores(const Array<double>& X, bool each) const {
    check_predict_data(who, features_, X);
    const CheckedRows known(X);
    std::vector<Array<double>> out;
    Array<double> scores = constant_scores(start_, X.shape(0), task_);
    for (const std::vector<DecisionTree>& round : trees_) {
        for (std::size_t k = 0; k < round.size(); ++k)
            add_to_column(scores, k, round.size(), options_.learning_rate, round[k].predict(X));
        if (each) out.push_back(scores);
    }
    if (!each) out.push_back(scores);
    return out;
}

Array<double> GradientBoosting::answers(const Array<double>& scores) const {
    return task_ == Task::regression ? scores : largest_column(scores);
}

Array<double> GradientBoosting::staged_predict(const Array<double>& X) const {
    const std::vector<Array<double>> scores = staged_scores(X, true);
    Array<double> out(Shape{scores.size(), X.shape(0)});
    double* to = out.data();
    for (const Array<double>& stage : scores) to = std::ranges::copy(answers(stage), to).out;
    return out;
}

Array<double> GradientBoosting::probabilities(const Array<double>& X) const {
    const NoTape<double> quiet;
    return softmax(Variable<double>(staged_scores(X, false).back())).value();
}

void GradientBoosting::carry(Archive& archive) {
    archive(features_, start_, training_loss_);
    std::size_t rounds = trees_.size();
    archive(rounds);
    trees_.resize(rounds);
    for (std::vector<DecisionTree>& round : trees_) archive.list(round, [&] { return DecisionTree(options_.tree); });
}

GradientBoosting GradientBoosting::clone(std::uint64_t seed) const {
    GradientBoostingOptions options = options_;
    options.seed = seed;
    return GradientBoosting(task_, options);
}

}  // namespace sevenfold
