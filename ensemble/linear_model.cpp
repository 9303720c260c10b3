#include "sevenfold/ensemble/linear_model.hpp"

#include <cmath>

#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/optim/newton.hpp"

namespace sevenfold {
namespace {

using Values = Variable<double>;

Values column(const Array<double>& x) { return x.reshape({x.size(), 1}); }

// The linear model with the smallest loss(outputs) + l2 |weights|². Newton's method sees coordinates that it likes:
// features are centred, and scaled so that the diagonal of ridge's Hessian is constant.
template <class Loss>
LinearModel minimise(std::string_view who, const Array<double>& X, const Values& weight, std::size_t outputs, double l2,
                     const NewtonOptions& options, const Loss& loss) {
    const Values total = sum(weight), mean = sum(weight * X, {0}, true) / total, centred = X - mean;
    const Values spread = sqrt(sum(weight * centred * centred, {0}, true) + l2);
    if (!std::isfinite(sum(spread).item()))
        fail<ValueError>(who, "features whose squares are no finite numbers", "they are scaled by their spread",
                         "Divide them by a constant.");
    const Values scale =
        where(spread > 1e-12 * sqrt(total) * abs(mean), spread, 1);  // constant features: rounding alone
    const Values features = centred / scale, unscale = 1 / transpose(scale);

    const Values w = leaf(Array<double>::zeros({X.shape(1), outputs}), "weights");
    const Values b = leaf(Array<double>::zeros({1, outputs}), "intercept");
    const auto objective = [&] {
        const Values weights = w * unscale;
        return loss(matmul(features, w) + b / sqrt(total)) + l2 * sum(weights * weights);
    };
    const NewtonResult result = newton(objective, {w, b}, options);
    if (!result.converged)
        fail<ValueError>(who, text("a gradient of ", result.gradient_norm, " after ", result.steps, " Newton steps"),
                         "the loss has not come to its minimum",
                         "Penalise the weights more, or leave out features that follow from others.");
    const Values weights = w * unscale, intercept = b / sqrt(total) - matmul(mean, weights);
    return {weights.value(), intercept.value().reshape({outputs}), result.steps};
}

Values outputs(std::string_view who, const LinearModel& model, const Array<double>& X) {
    check_predict_data(who, model.weights.rank() == 2 ? model.weights.shape(0) : 0, X);
    return matmul(Values(X), model.weights) + model.intercept;
}

void check_penalty(std::string_view who, std::string_view name, double penalty) {
    if (!(penalty >= 0 && std::isfinite(penalty)))
        fail<ValueError>(who, text(name, " = ", penalty), "a penalty is a finite number, and not negative");
}

}  // namespace

Ridge::Ridge(const RidgeOptions& options) : options_(options) { check_penalty("Ridge", "lambda", options.lambda); }

void Ridge::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    check_fit_data("Ridge", task(), X, y, weights);
    const NoTape<double> quiet;
    const Values weight = column(weights_or_ones(weights, y.size())), target = column(y);
    const Values mean = sum(weight * target) / sum(weight), centred = target - mean;
    model_ = minimise("Ridge", X, weight, 1, options_.lambda, {}, [&](const Values& output) {
        const Values residual = centred - output;
        return sum(weight * residual * residual);
    });
    model_.intercept(0) += mean.item();
}

Array<double> Ridge::predict(const Array<double>& X) const {
    return outputs("Ridge", model_, X).value().reshape({X.shape(0)});
}

LogisticRegression::LogisticRegression(const LogisticRegressionOptions& options) : options_(options) {
    check_penalty("LogisticRegression", "l2", options.l2);
}

void LogisticRegression::fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) {
    constexpr std::string_view who = "LogisticRegression";
    const std::size_t classes = check_fit_data(who, task(), X, y, weights, 2).classes;
    const NoTape<double> quiet;
    const Array<double> sample_weight = weights_or_ones(weights, y.size());
    const Values weight = column(sample_weight), target = column(y);
    const Labels labels = y.cast<std::int64_t>();
    const auto loss = [&](const Values& z) {
        return classes == 2 ? sum(weight * bce_with_logits(z, target, Reduction::none))
                            : cross_entropy(z, labels, {.sample_weight = sample_weight, .reduction = Reduction::sum});
    };
    LinearModel model =
        minimise(who, X, weight, classes == 2 ? 1 : classes, options_.l2 / 2, {.first_accuracy = 0.1}, loss);
    // Without a penalty, weights of separable classes grow for ever; the gradient vanishes all the same.
    if (options_.l2 == 0 && loss(outputs(who, model, X)).item() < 1e-6 * sum(weight).item())
        fail<ValueError>(who, "classes that a plane separates, and l2 = 0",
                         "the larger the weights, the smaller the loss", "Set l2 above 0.");
    model_ = std::move(model);
}

Array<double> LogisticRegression::probabilities(const Array<double>& X) const {
    const Values z = outputs("LogisticRegression", model_, X);
    if (z.shape(1) > 1) return softmax(z).value();
    return concat<double>({sigmoid(-z), sigmoid(z)}, 1).value();
}

}  // namespace sevenfold
