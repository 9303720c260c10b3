#include "sevenfold/validation/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sevenfold/ensemble/score.hpp"

namespace sevenfold {
namespace {

void check_rows(std::string_view where, std::string_view name, std::size_t rows, const Array<double>& y) {
    if (y.rank() != 1 || y.empty() || rows != y.size())
        fail<ShapeError>(where, text(rows, " rows of ", name, " and y ", y.shape()),
                         "y is (N,), one for each row, N > 0");
}

void check_column(std::string_view where, std::string_view name, const Array<double>& column, const Array<double>& y) {
    if (column.rank() != 1) fail<ShapeError>(where, text(name, ' ', column.shape()), "one number for each row: (N,)");
    check_rows(where, name, column.size(), y);
}

void check_probabilities(std::string_view where, const Array<double>& probabilities, const Array<double>& y) {
    if (probabilities.rank() != 2 || probabilities.empty())
        fail<ShapeError>(where, text("probabilities ", probabilities.shape()), "a row of classes for each row: (N, K)");
    check_rows(where, "probabilities", probabilities.shape(0), y);
}

std::size_t class_number(std::string_view where, double c) {
    constexpr double largest_whole = 9'007'199'254'740'992;  // up to which doubles hold every whole number
    if (!(c >= 0 && c <= largest_whole) || c != std::floor(c))
        fail<ValueError>(where, text("class ", c), "classes are numbered 0, 1, ..");
    return static_cast<std::size_t>(c);
}

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

Metric of_answers(std::string name, double (*measure)(const Array<double>&, const Array<double>&), bool larger) {
    return {std::move(name),
            [measure](const Estimator& model, const Array<double>& X, const Array<double>& y) {
                return measure(model.predict(X), y);
            },
            larger};
}

}  // namespace

double mean_absolute_error(const Array<double>& predicted, const Array<double>& y) {
    check_column("mean_absolute_error", "predicted", predicted, y);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += std::abs(predicted.data()[i] - y.data()[i]);
    return sum / static_cast<double>(y.size());
}

Array<std::int64_t> confusion_matrix(const Array<double>& predicted, const Array<double>& y) {
    check_column("confusion_matrix", "predicted", predicted, y);
    std::size_t classes = 0;
    for (const Array<double>* column : {&predicted, &y})
        for (const double c : *column) classes = std::max(classes, class_number("confusion_matrix", c) + 1);
    auto counts = Array<std::int64_t>::zeros({classes, classes});
    for (std::size_t i = 0; i < y.size(); ++i) ++counts(y.data()[i], predicted.data()[i]);
    return counts;
}

std::vector<ClassReport> class_reports(const Array<std::int64_t>& confusion) {
    if (confusion.rank() != 2 || confusion.shape(0) != confusion.shape(1))
        fail<ShapeError>("class_reports", text("a confusion matrix ", confusion.shape()), "it is (K, K)");
    const std::size_t classes = confusion.shape(0);
    std::vector<ClassReport> out;
    for (std::size_t c = 0; c < classes; ++c) {
        double of_it = 0, taken = 0;
        for (std::size_t j = 0; j < classes; ++j) {
            of_it += static_cast<double>(confusion(c, j));
            taken += static_cast<double>(confusion(j, c));
        }
        const auto right = static_cast<double>(confusion(c, c));
        out.push_back({.precision = ratio(right, taken),
                       .recall = ratio(right, of_it),
                       .f1 = ratio(2 * right, taken + of_it),
                       .rows = static_cast<std::size_t>(of_it)});
    }
    return out;
}

double log_loss(const Array<double>& probabilities, const Array<double>& y) {
    check_probabilities("log_loss", probabilities, y);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const std::size_t c = class_number("log_loss", y.data()[i]);
        const double p = c < probabilities.shape(1) ? probabilities(i, c) : 0;
        sum -= std::log(std::max(p, std::numeric_limits<double>::epsilon()));
    }
    return sum / static_cast<double>(y.size());
}

double roc_auc(const Array<double>& scores, const Array<double>& y) {
    check_column("roc_auc", "scores", scores, y);
    std::vector<std::size_t> order(y.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [s = scores.data()](std::size_t a, std::size_t b) { return s[a] < s[b]; });
    // Rows of class 0 met so far are those that a row of class 1 beats; within a group of equal scores they count half.
    double zeros = 0, ones = 0, wins = 0;
    for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
        const double score = scores.data()[order[first]];
        double zeros_here = 0, ones_here = 0;
        do {
            const std::size_t c = class_number("roc_auc", y.data()[order[last++]]);
            if (c > 1) fail<ValueError>("roc_auc", text("class ", c), "there are the classes 0 and 1");
            (c == 0 ? zeros_here : ones_here) += 1;
        } while (last < order.size() && scores.data()[order[last]] == score);
        wins += ones_here * (zeros + zeros_here / 2);
        zeros += zeros_here, ones += ones_here;
    }
    if (zeros == 0 || ones == 0)
        fail<ValueError>("roc_auc", text(zeros, " rows of class 0 and ", ones, " of class 1"),
                         "there are rows of both classes");
    return wins / (zeros * ones);
}

Reliability reliability(const Array<double>& probabilities, const Array<double>& y, std::size_t bins) {
    check_probabilities("reliability", probabilities, y);
    if (bins == 0) fail<ValueError>("reliability", "0 bins", "there is at least one");
    Reliability out;
    const auto edge = [&](std::size_t i) { return static_cast<double>(i) / static_cast<double>(bins); };
    for (std::size_t i = 0; i < bins; ++i) out.bins.push_back({.low = edge(i), .high = edge(i + 1)});
    const Array<double> chosen = largest_column(probabilities);
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double p = probabilities(i, chosen.data()[i]);
        const double place = std::clamp(std::ceil(p * static_cast<double>(bins)), 1.0, static_cast<double>(bins));
        ReliabilityBin& bin = out.bins[static_cast<std::size_t>(place) - 1];
        ++bin.rows;
        bin.confidence += p;
        bin.accuracy += chosen.data()[i] == y.data()[i] ? 1 : 0;
    }
    for (ReliabilityBin& bin : out.bins) {
        const auto rows = static_cast<double>(bin.rows);
        out.expected_calibration_error += std::abs(bin.accuracy - bin.confidence) / static_cast<double>(y.size());
        bin.confidence = ratio(bin.confidence, rows);
        bin.accuracy = ratio(bin.accuracy, rows);
    }
    return out;
}

Metric Metric::accuracy() { return of_answers("accuracy", sevenfold::accuracy, true); }
Metric Metric::error_rate() {
    return of_answers(
        "error rate", [](const auto& predicted, const auto& y) { return 1 - sevenfold::accuracy(predicted, y); },
        false);
}
Metric Metric::mean_squared_error() { return of_answers("mean squared error", sevenfold::mean_squared_error, false); }
Metric Metric::mean_absolute_error() {
    return of_answers("mean absolute error", sevenfold::mean_absolute_error, false);
}
Metric Metric::r_squared() { return of_answers("R²", sevenfold::r_squared, true); }
Metric Metric::usual(Task task) { return task == Task::classification ? accuracy() : r_squared(); }

Metric Metric::log_loss() {
    return {"log-loss",
            [](const Estimator& model, const Array<double>& X, const Array<double>& y) {
                return sevenfold::log_loss(model.probabilities(X), y);
            },
            false};
}

Metric Metric::roc_auc() {
    return {"ROC AUC", [](const Estimator& model, const Array<double>& X, const Array<double>& y) {
                const Array<double> p = model.probabilities(X, 2);
                Array<double> of_one(Shape{p.shape(0)});
                for (std::size_t i = 0; i < of_one.size(); ++i) of_one.data()[i] = p(i, 1);
                return sevenfold::roc_auc(of_one, y);
            }};
}

}  // namespace sevenfold
