#include "sevenfold/optim/clip.hpp"

#include <algorithm>
#include <cmath>

#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold {
namespace {

// Σ term(|g|) in double, whatever the type of g: squares of large floats do not fit into float.
template <class T, class Term>
double sum(const Array<T>& gradient, Term term) {
    double total = 0;
    simd::run([term, n = gradient.size(), g = gradient.data(), &total]() SEVENFOLD_INLINE {
        double t = 0;
        for (std::size_t i = 0; i < n; ++i) t += term(std::abs(static_cast<double>(g[i])));
        total = t;
    });
    return total;
}

// Σ |g|^p
template <class T>
double sum_of_powers(const Array<T>& gradient, double p) {
    if (p == 1) return sum(gradient, [](double a) SEVENFOLD_INLINE { return a; });
    if (p == 2) return sum(gradient, [](double a) SEVENFOLD_INLINE { return a * a; });
    return sum(gradient, [p](double a) SEVENFOLD_INLINE { return std::pow(a, p); });
}

// The largest |g|, or NaN if there is one.
template <class T>
double largest(const Array<T>& gradient) {
    T largest = 0;
    simd::run([n = gradient.size(), g = gradient.data(), &largest]() SEVENFOLD_INLINE {
        T most = 0, none = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const T a = g[i] < 0 ? -g[i] : g[i];
            most = a > most ? a : most;
            none = a != a ? a : none;
        }
        largest = none != none ? none : most;
    });
    return static_cast<double>(largest);
}

template <class T, class F>
void for_gradients(const std::vector<Variable<T>>& parameters, F&& f) {
    for (Variable<T> p : parameters)  // a handle: the gradient is the parameter's own
        if (p.trainable() && p.has_grad()) f(p);
}

}  // namespace

template <class T>
double clip_grad_norm(const std::vector<Variable<T>>& parameters, double max_norm, double p) {
    if (!(max_norm >= 0)) fail<ValueError>("clip_grad_norm", text("max_norm = ", max_norm), "max_norm is not negative");
    if (!(p > 0)) fail<ValueError>("clip_grad_norm", text("p = ", p), "p is above 0", "Take 1, 2 or infinity_norm.");
    double norm = 0;
    for_gradients(parameters, [&](const Variable<T>& v) {
        const Array<T>& g = v.grad();
        norm = !std::isinf(p) ? norm + sum_of_powers(g, p) : std::isnan(norm) ? norm : std::max(largest(g), norm);
    });
    if (!std::isinf(p)) norm = p == 1 ? norm : p == 2 ? std::sqrt(norm) : std::pow(norm, 1 / p);

    const double factor = max_norm / (norm + 1e-6);
    if (!std::isfinite(norm) || factor >= 1) return norm;
    for_gradients(parameters, [&](Variable<T>& v) {
        simd::run([n = v.size(), g = v.grad().data(), scale = static_cast<T>(factor)]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < n; ++i) g[i] *= scale;
        });
    });
    return norm;
}

template <class T>
void clip_grad_value(const std::vector<Variable<T>>& parameters, double limit) {
    if (!(limit >= 0)) fail<ValueError>("clip_grad_value", text("limit = ", limit), "limit is not negative");
    for_gradients(parameters, [&](Variable<T>& v) {
        simd::run([n = v.size(), g = v.grad().data(), high = static_cast<T>(limit)]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < n; ++i) g[i] = g[i] > high ? high : g[i] < -high ? -high : g[i];
        });
    });
}

template double clip_grad_norm(const std::vector<Variable<float>>&, double, double);
template double clip_grad_norm(const std::vector<Variable<double>>&, double, double);
template void clip_grad_value(const std::vector<Variable<float>>&, double);
template void clip_grad_value(const std::vector<Variable<double>>&, double);

}  // namespace sevenfold
