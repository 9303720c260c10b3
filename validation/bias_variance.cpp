#include "sevenfold/validation/bias_variance.hpp"

#include <algorithm>
#include <map>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/ensemble/score.hpp"

namespace sevenfold {
namespace {

void check(std::string_view where, const Array<double>& predictions, const Array<double>& y) {
    if (predictions.rank() != 2 || predictions.empty() || y.shape() != Shape{predictions.shape(1)})
        fail<ShapeError>(where, text("predictions ", predictions.shape(), " and y ", y.shape()),
                         "predictions are (models, rows), y is (rows,), at least one of each");
}

// main(answers of all models) for each row.
template <class F>
Array<double> for_each_row(const Array<double>& predictions, F main) {
    const std::size_t models = predictions.shape(0), rows = predictions.shape(1);
    Array<double> out(Shape{rows});
    std::vector<double> answers(models);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t r = 0; r < models; ++r) answers[r] = predictions.data()[r * rows + row];
        out.data()[row] = main(answers);
    }
    return out;
}

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
}

double mode_of(const std::vector<double>& values) {
    std::map<double, std::size_t> counts;
    for (const double v : values) ++counts[v];
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
}

double share_different(const Array<double>& a, const Array<double>& b) { return 1 - accuracy(a, b); }

}  // namespace

Array<double> predictions_over(const Estimator& model, const Array<double>& X, const Array<double>& y,
                               const Array<double>& X_test, const std::vector<Rows>& samples, std::uint64_t seed,
                               std::size_t threads) {
    if (samples.empty()) fail<ValueError>("predictions_over", "no samples", "there is a model for each of them");
    const std::size_t rows = X_test.shape(0);
    Array<double> out(Shape{samples.size(), rows});
    double* const to = out.data();
    const auto fit_one = [&](std::size_t r) {
        Estimator one = model.clone(Random(seed, r).bits());
        one.fit(X.rows(samples[r]), y.rows(samples[r]));
        const Array<double> answers = one.predict(X_test);
        std::copy(answers.begin(), answers.end(), to + r * rows);
    };
    shared_for(samples.size(), threads, fit_one, [&](std::size_t r, Archive& archive) {
        std::vector<double> answers(to + r * rows, to + (r + 1) * rows);
        archive(answers);
        std::copy(answers.begin(), answers.end(), to + r * rows);
    });
    return out;
}

SquaredDecomposition decompose_squared(const Array<double>& predictions, const Array<double>& y, double noise) {
    check("decompose_squared", predictions, y);
    if (!(noise >= 0)) fail<ValueError>("decompose_squared", text("a noise of ", noise), "a variance is not negative");
    SquaredDecomposition out;
    out.main = for_each_row(predictions, mean_of);
    out.noise = noise;
    out.bias = mean_squared_error(out.main, y) - noise;
    const std::size_t models = predictions.shape(0);
    for (std::size_t r = 0; r < models; ++r) {
        out.loss += mean_squared_error(predictions.row(r), y) / static_cast<double>(models);
        out.variance += mean_squared_error(predictions.row(r), out.main) / static_cast<double>(models);
    }
    return out;
}

ZeroOneDecomposition decompose_zero_one(const Array<double>& predictions, const Array<double>& y,
                                        const Array<double>& best) {
    check("decompose_zero_one", predictions, y);
    const Array<double>& right = best.rank() == 0 ? y : best;
    check("decompose_zero_one", predictions, right);
    ZeroOneDecomposition out;
    out.main = for_each_row(predictions, mode_of);
    out.bias = share_different(out.main, right);
    const std::size_t models = predictions.shape(0), rows = predictions.shape(1);
    const double share = 1 / static_cast<double>(models * rows);
    double against_best = 0;
    for (std::size_t i = 0; i < models * rows; ++i) {
        const double p = predictions.data()[i], main = out.main.data()[i % rows], wanted = right.data()[i % rows];
        if (p != y.data()[i % rows]) out.loss += share;
        if (p != wanted) against_best += share;
        if (p != main) (main == wanted ? out.unbiased_variance : out.biased_variance) += share;
    }
    out.variance = out.unbiased_variance + out.biased_variance;
    out.net_variance = against_best - out.bias;
    out.noise = out.loss - against_best;
    return out;
}

}  // namespace sevenfold
