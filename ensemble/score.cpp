#include "sevenfold/ensemble/score.hpp"

namespace sevenfold {
namespace {

// Mean over the rows of f(predicted, y).
template <class F>
double mean_over(const char* name, const Array<double>& predicted, const Array<double>& y, F f) {
    if (predicted.shape() != y.shape() || y.rank() != 1 || y.empty())
        fail<ShapeError>(name, text("predicted ", predicted.shape(), " and y ", y.shape()),
                         "both are (N,), with the same N above 0");
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += f(predicted.data()[i], y.data()[i]);
    return sum / static_cast<double>(y.size());
}

}  // namespace

double accuracy(const Array<double>& predicted, const Array<double>& y) {
    return mean_over("accuracy", predicted, y, [](double p, double t) { return p == t ? 1.0 : 0.0; });
}

double mean_squared_error(const Array<double>& predicted, const Array<double>& y) {
    return mean_over("mean_squared_error", predicted, y, [](double p, double t) { return (p - t) * (p - t); });
}

double r_squared(const Array<double>& predicted, const Array<double>& y) {
    const double error = mean_squared_error(predicted, y);
    const double mean = mean_over("r_squared", predicted, y, [](double, double t) { return t; });
    const double spread = mean_squared_error(Array<double>::full(y.shape(), mean), y);
    if (spread == 0) return error == 0 ? 1 : 0;
    return 1 - error / spread;
}

double score(Task task, const Array<double>& predicted, const Array<double>& y) {
    return task == Task::classification ? accuracy(predicted, y) : r_squared(predicted, y);
}

}  // namespace sevenfold
