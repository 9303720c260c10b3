// What bagging, boosting and cross-validation ask of a model, whatever it is: fit to rows, predict rows.
//
// In all of ensemble/ and validation/: X is (N, F), one row of features for each answer; y is (N,), class numbers
// 0, 1, .. for classifiers and values for regressors; weights are (N,), not negative, or {}, which weighs all rows equally.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <typeinfo>

#include "sevenfold/autograd/archive.hpp"

namespace sevenfold {

/// Asked to predict before it was fitted.
class NotFittedError : public Error {
  public:
    using Error::Error;
};

enum class Task { classification, regression };

// clang-format off
/// A model of this concept is an estimator. It is a value: a copy is a model of its own. `fit` forgets what was learned
/// before; `clone` is unfitted, with the same settings, and draws from `seed` if at all. Two threads never call the same
/// object at once.
template <class E>
concept EstimatorLike = requires(E e, const E& c, const Array<double>& a, std::uint64_t seed) {
    e.fit(a, a, a);                                   // X, y, weights
    { c.predict(a) } -> std::same_as<Array<double>>;  // (N,) class numbers or values
    { c.clone(seed) } -> std::same_as<E>;
    { c.task() } -> std::same_as<Task>;
};

/// A classifier that also says how sure it is: (N, K), rows sum to 1; K is the largest class that fit has seen, plus 1.
template <class E>
concept HasProbabilities = requires(const E& c, const Array<double>& X) {
    { c.probabilities(X) } -> std::same_as<Array<double>>;
};

/// One that can be sent to another process: `carry` writes or reads what fit has found (autograd/archive.hpp), into a clone.
/// One made of others may also say whether these can. Ensembles of any other estimators are fitted anew by every process.
template <class E>
concept KnowsWhatItCarries = requires(const E& c) {
    { c.can_travel() } -> std::same_as<bool>;
};

class TrainingData;  // ensemble/training_data.hpp

/// Fits to rows of a data set that many estimators share, and answers for all of its rows, without checking it again. For
/// other estimators, Estimator copies the rows.
template <class E>
concept FitsTrainingData = requires(E e, const E& c, const TrainingData& data, const Array<double>& weights,
                                    std::span<const std::size_t> rows) {
    e.fit(data, weights, rows);
    { c.predict(data) } -> std::same_as<Array<double>>;
};
// clang-format on

/// Any estimator, chosen at run time:
///
///     Estimator model = DecisionTree({.max_depth = 3});
///     model.fit(X, y);
///     Array<double> answers = model.predict(X);
class Estimator {
  public:
    // clang-format off
    template <class E>
        requires(!std::same_as<E, Estimator>) && EstimatorLike<E>
    Estimator(E estimator) : model_(std::make_unique<Model<E>>(std::move(estimator))) {
        // Not a part of the concept: an ensemble is made from an Estimator, so that asking how it is copied asks here.
        static_assert(std::copyable<E>, "an estimator is a value: it can be copied");
    }
    // clang-format on
    Estimator(const Estimator& other) : model_(other.model_->copy()) {}
    Estimator(Estimator&&) noexcept = default;
    Estimator& operator=(Estimator other) noexcept {
        model_ = std::move(other.model_);
        return *this;
    }

    /// Throws ShapeError or ValueError for data that check_fit_data refuses.
    void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights = {}) {
        model_->fit(X, y, weights);
    }
    /// Fits to the `rows` of the set, which may repeat, in that order; empty stands for all. Weights are those of the set's
    /// rows. Trees share what the set has sorted.
    void fit(const TrainingData& data, const Array<double>& weights = {}, std::span<const std::size_t> rows = {}) {
        model_->fit_rows(data, weights, rows);
    }
    /// (N,). Throws NotFittedError, or ShapeError when X has other columns than in fit.
    Array<double> predict(const Array<double>& X) const { return model_->predict(X); }
    /// For all rows of the set that it was fitted to.
    Array<double> predict(const TrainingData& data) const { return model_->predict(data); }
    bool has_probabilities() const { return model_->has_probabilities(); }
    /// (N, K). With `classes` above K, columns of zeros follow: classes that fit has not seen.
    /// Throws ValueError for an estimator without probabilities.
    Array<double> probabilities(const Array<double>& X, std::size_t classes = 0) const;
    /// Whether carry works.
    bool can_travel() const { return model_->can_travel(); }
    /// Writes what fit has found, or reads it into a clone of the same estimator. Throws ValueError for one that cannot travel.
    void carry(Archive& archive) { model_->carry(archive); }
    Estimator clone(std::uint64_t seed) const { return Estimator(model_->clone(seed)); }
    Task task() const { return model_->task(); }
    bool is_classifier() const { return task() == Task::classification; }
    /// The estimator inside if it is an E, else nullptr.
    template <class E>
    const E* as() const {
        return model_->type() == typeid(E) ? &static_cast<const Model<E>&>(*model_).estimator : nullptr;
    }

  private:
    struct Base {
        virtual ~Base() = default;
        virtual void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) = 0;
        virtual void fit_rows(const TrainingData& data, const Array<double>& weights,
                              std::span<const std::size_t> rows) = 0;
        virtual Array<double> predict(const Array<double>& X) const = 0;
        virtual Array<double> predict(const TrainingData& data) const = 0;
        virtual bool has_probabilities() const = 0;
        virtual Array<double> probabilities(const Array<double>& X) const = 0;
        virtual bool can_travel() const = 0;
        virtual void carry(Archive& archive) = 0;
        virtual std::unique_ptr<Base> clone(std::uint64_t seed) const = 0;
        virtual std::unique_ptr<Base> copy() const = 0;
        virtual Task task() const = 0;
        virtual const std::type_info& type() const = 0;
        void fit_copied_rows(const TrainingData& data, const Array<double>& weights, std::span<const std::size_t> rows);
        static const Array<double>& features_of(const TrainingData& data);
        [[noreturn]] static void refuse_to_travel();
    };
    template <class E>
    struct Model final : Base {
        explicit Model(E e) : estimator(std::move(e)) {}
        void fit(const Array<double>& X, const Array<double>& y, const Array<double>& weights) override {
            estimator.fit(X, y, weights);
        }
        void fit_rows(const TrainingData& data, const Array<double>& weights,
                      std::span<const std::size_t> rows) override {
            if constexpr (FitsTrainingData<E>)
                estimator.fit(data, weights, rows);
            else
                fit_copied_rows(data, weights, rows);
        }
        Array<double> predict(const Array<double>& X) const override { return estimator.predict(X); }
        Array<double> predict(const TrainingData& data) const override {
            if constexpr (FitsTrainingData<E>)
                return estimator.predict(data);
            else
                return predict(features_of(data));
        }
        bool has_probabilities() const override { return HasProbabilities<E> && task() == Task::classification; }
        Array<double> probabilities(const Array<double>& X) const override {
            if constexpr (HasProbabilities<E>)
                return estimator.probabilities(X);
            else
                return {};
        }
        bool can_travel() const override {
            if constexpr (KnowsWhatItCarries<E>)
                return estimator.can_travel();
            else
                return Carried<E>;
        }
        void carry(Archive& archive) override {
            if constexpr (Carried<E>)
                estimator.carry(archive);
            else
                refuse_to_travel();
        }
        std::unique_ptr<Base> clone(std::uint64_t seed) const override {
            return std::make_unique<Model>(estimator.clone(seed));
        }
        std::unique_ptr<Base> copy() const override { return std::make_unique<Model>(estimator); }
        Task task() const override { return estimator.task(); }
        const std::type_info& type() const override { return typeid(E); }
        E estimator;
    };
    explicit Estimator(std::unique_ptr<Base> model) : model_(std::move(model)) {}

    std::unique_ptr<Base> model_;
};

// For estimators.

struct FitSizes {
    std::size_t rows = 0, features = 0;
    std::size_t classes = 0;  ///< largest class + 1; 0 for regression
};
/// Looks at all that an estimator is fitted to. Throws ShapeError (X not (N, F) with N, F > 0; other row counts in y or
/// weights), ValueError (NaN or infinity anywhere; classes that are not 0, 1, .., 65535; weights that are negative or
/// sum to 0; fewer than `least_classes` different classes among the rows of weight above 0).
FitSizes check_fit_data(std::string_view estimator, Task task, const Array<double>& X, const Array<double>& y,
                        const Array<double>& weights, std::size_t least_classes = 1);

/// X is (N, F) with the `fitted_features` columns of fit, 0 before it. Throws NotFittedError, ShapeError, or ValueError
/// for NaN and infinities.
void check_predict_data(std::string_view estimator, std::size_t fitted_features, const Array<double>& X);

/// While it lives, check_predict_data takes the numbers of this very X as looked at, on this thread: an ensemble checks once
/// and then asks many members about the same rows.
class CheckedRows {
  public:
    explicit CheckedRows(const Array<double>& X);
    ~CheckedRows();
    CheckedRows(const CheckedRows&) = delete;
    CheckedRows& operator=(const CheckedRows&) = delete;

  private:
    const Array<double>* outer_;
};

/// The weights (N,), or N ones for {}.
Array<double> weights_or_ones(const Array<double>& weights, std::size_t rows);

/// (N,): the column of the largest entry of each row of (N, K), the first of several.
Array<double> largest_column(const Array<double>& scores);

}  // namespace sevenfold
